"""rtl/mac_array.v against pymodel's stages, one step at a time."""

from typing import Any

import cocotb
import numpy as np
import pytest
from cocotb.triggers import Timer

from pymodel.array.reduction import adder_tree
from pymodel.datapath import Datapath
from pymodel.formats.affine_int8 import accumulate, multiply
from pymodel.formats.width import Width
from tb.unit.bench import (
    cycle,
    draw,
    expect,
    pack,
    random_generator,
    read,
    run_bench,
    start_clock,
    unpack,
    write,
)

STEPS = 150


@cocotb.test()
async def bench_random_steps(dut: Any) -> None:
    """Random operands, masks, restarts and pauses; every root, and every bypass of the tree."""
    random = random_generator()
    ic_lanes, oc_lanes = len(dut.mask), int(dut.OC_LANES.value)
    lane_bits, tree_bits = int(dut.LANE_W.value), int(dut.TREE_W.value)
    root_bits = int(dut.ROOT_W.value)
    datapath = Datapath("unit", lane_bits=lane_bits, tree_bits=tree_bits, ic_lanes=ic_lanes)
    rows = min(ic_lanes, oc_lanes)  # those that have a lane of their own
    await start_clock(dut)

    lanes = np.zeros((oc_lanes, ic_lanes), dtype=np.int64)
    for step in range(STEPS):
        x, w = draw(random, 8, ic_lanes), draw(random, 8, (oc_lanes, ic_lanes))
        x_zero, w_zero = (int(zero) for zero in draw(random, 8, 2))
        mask = random.random(ic_lanes) < 0.2
        en, first = (random.random(2) < (0.8, 0.1)) | (step == 0)
        await cycle(
            dut,
            {
                "x": pack(x, 8),
                "w": pack(w.ravel(), 8),
                "mask": pack(mask, 1),
                "x_zero_point": x_zero,
                "w_zero_point": w_zero,
                "en": en,
                "first": first,
                "bypass": 0,
            },
        )
        if en:
            products = multiply(x, w, x_zero, w_zero, mask)
            lanes = accumulate(0 if first else lanes, products, Width(lane_bits))
        got = unpack(read(dut.roots), oc_lanes, root_bits)
        expect(adder_tree(lanes, datapath), got, root_bits)
        write(dut, {"bypass": 1})
        await Timer(1, unit="ns")
        got = unpack(read(dut.roots), oc_lanes, root_bits)
        expect(lanes.diagonal()[:rows], got[:rows], root_bits)


@pytest.mark.parametrize(
    ("ic_lanes", "oc_lanes", "lane_bits", "tree_bits"),
    [(1, 1, 32, 32), (4, 4, 20, 22), (8, 8, 32, 32), (4, 16, 32, 20), (16, 16, 32, 32)],
)
def test_mac_array(sim: str, ic_lanes: int, oc_lanes: int, lane_bits: int, tree_bits: int) -> None:
    lanes = {"IC_LANES": ic_lanes, "OC_LANES": oc_lanes}
    widths = {"LANE_W": lane_bits, "TREE_W": tree_bits, "ROOT_W": max(lane_bits, tree_bits)}
    run_bench("mac_array", __name__, sim, lanes | widths)

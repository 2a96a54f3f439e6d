"""rtl/mac_array.v, and its rows in either order, against pymodel's stages, one step at a time."""

from typing import Any

import cocotb
import numpy as np
import pytest

from pymodel.array.config import ArrayConfig
from pymodel.array.reduction import adder_tree
from pymodel.array.stages import stages_of
from pymodel.datapath import Datapath
from pymodel.fixed_point import Int64Array
from tb.array_parameters import array_parameters
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
)
from tb.unit.rules import datapath_of

STEPS = 150


class Rows:
    """The array's rows: what they accumulate, and the roots that they show."""

    def __init__(self, path: Datapath) -> None:
        self.path, self.stages = path, stages_of(path)
        self.lanes: Int64Array = np.zeros((path.oc_lanes, path.ic_lanes), dtype=np.int64)
        self.acc: Int64Array = np.zeros(path.oc_lanes, dtype=np.int64)

    def take(self, products: Int64Array, first: bool, bypass: bool) -> None:
        """One tap's products (row, lane)."""
        path, accumulate = self.path, self.stages.accumulate_lane
        if path.order == "taps_first":
            self.lanes = accumulate(self.stages.zero if first else self.lanes, products)
        else:
            tap = self._own(products) if bypass else adder_tree(products, self.stages)
            self.acc = accumulate(self.stages.zero if first else self.acc, tap)

    def roots(self, bypass: bool) -> Int64Array:
        """What each row shows (row,)."""
        if self.path.order == "taps_first":
            own = self.stages.cut_root(self._own(self.lanes))
            return own if bypass else adder_tree(self.lanes, self.stages)
        return self.stages.cut_root(self.acc) if bypass else self.acc

    def _own(self, values: Int64Array) -> Int64Array:
        """Of each row, the value of its own lane."""
        rows = np.arange(self.path.oc_lanes)
        own: Int64Array = values[rows, rows % self.path.ic_lanes]
        return own


@cocotb.test()
@cocotb.parametrize(bypass=[False, True])
async def bench_random_steps(dut: Any, bypass: bool) -> None:
    """Random operands, masks, restarts and pauses; every root after every step."""
    random, path, root_bits = random_generator(), datapath_of(dut), int(dut.ROOT_W.value)
    rows, shape = Rows(path), (path.oc_lanes, path.ic_lanes)
    await start_clock(dut, {"bypass": bypass})
    for step in range(STEPS):
        x, w = draw(random, 8, path.ic_lanes), draw(random, 8, shape)
        affine = path.format == "affine_int8"
        x_zero, w_zero = (int(v) for v in draw(random, 8, 2)) if affine else (0, 0)
        mask = random.random(path.ic_lanes) < 0.2
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
            },
        )
        if en:
            products = rows.stages.multiply(x, w, x_zero, w_zero, mask)
            rows.take(products, bool(first), bypass)
        got = unpack(read(dut.roots), path.oc_lanes, root_bits)
        expect(rows.roots(bypass), got, root_bits)


def _path(ic_lanes: int, oc_lanes: int, **changes: Any) -> Datapath:
    return Datapath("unit", ic_lanes=ic_lanes, oc_lanes=oc_lanes, **changes)


FIXED_POINT: dict[str, Any] = {
    "format": "dynamic_fixed_point",
    "product_drop": 3,
    "product_rounding": "nearest_even",
    "lane_bits": 14,
    "tree_bits": 13,
    "tree_overflow": "saturate",
    "root_drop": 2,
    "root_rounding": "toward_zero",
}
DATAPATHS = {
    "1x1": _path(1, 1),
    "4x4_narrow": _path(4, 4, lane_bits=20, tree_bits=22),
    "8x8": _path(8, 8),
    "4x16_narrow_tree": _path(4, 16, tree_bits=20),
    "16x16": _path(16, 16),
    "tree_first_4x4_narrow": _path(4, 4, lane_bits=20, tree_bits=22, order="tree_first"),
    "tree_first_8x2_narrow_tree": _path(8, 2, tree_bits=20, order="tree_first"),
    "fixed_point_4x4": _path(4, 4, **FIXED_POINT),
    "fixed_point_saturated_8x4": _path(8, 4, lane_overflow="saturate", **FIXED_POINT),
    "fixed_point_tree_first_4x8": _path(4, 8, order="tree_first", **FIXED_POINT),
}


@pytest.mark.parametrize("name", DATAPATHS)
def test_mac_array(sim: str, name: str) -> None:
    path = DATAPATHS[name]
    parameters = {
        parameter: value
        for parameter, value in array_parameters(ArrayConfig(path)).items()
        if not parameter.startswith("PSUM") and not parameter.endswith("DEPTH")
    }
    root = {"ROOT_W": max(path.lane_bits, path.tree_bits)}
    run_bench("mac_array", __name__, sim, parameters | root)

"""rtl/output_array.v: psums to output beats, each with its own parameters, whatever the stalls."""

from typing import Any

import cocotb
import numpy as np
import pytest
from cocotb.triggers import Timer

from pymodel.affine.requantise import INTEGER_RULES, requantise
from pymodel.formats.affine_int8 import accumulate
from pymodel.formats.width import Width
from tb.unit.bench import (
    cycle,
    draw,
    pack,
    random_generator,
    read,
    run_bench,
    start_clock,
    write,
)
from tb.unit.parameters import random_requantise, register_inputs

VECTORS = 60
Beat = tuple[int, int, int]
"""Data, keep and last of one output beat."""


def drive_vector(dut: Any, random: np.random.Generator, rule: str) -> Beat:
    """Offer a random vector with parameters of its own; return the beat that it must become."""
    lanes = len(dut.keep)
    psum, bias = draw(random, 14, lanes), draw(random, 12, lanes)
    keep, last = int(random.integers(0, 1 << lanes)), int(random.integers(0, 2))
    params = random_requantise(random, rule, lanes)
    fields = zip(params.shift, params.multiplier, bias, strict=True)
    words = [pack([s], 8) << 64 | pack([q], 32) << 32 | pack([b], 32) for s, q, b in fields]
    vector = {"psums": pack(psum, len(dut.psums) // lanes), "params": pack(words, 72)}
    write(dut, {**vector, **register_inputs(params), "s_valid": 1, "keep": keep, "last": last})
    y = requantise(accumulate(psum, bias, Width(len(dut.psums) // lanes)).astype(np.int32), params)
    return pack(y, 8), keep, last


@cocotb.test()
@cocotb.parametrize(offer=[1.0, 0.5], accept=[1.0, 0.4])
async def bench_stalled_vectors(dut: Any, offer: float, accept: float) -> None:
    """Every vector leaves once and in order, with the parameters it came with."""
    random = random_generator()
    idle = {"s_valid": 0, "m_axis_tready": 0, "s_axis_operand_tvalid": 1}
    await start_clock(dut, idle)
    expected: list[Beat] = []
    got: list[Beat] = []
    waiting = None
    while len(got) < VECTORS:
        if waiting is None and random.random() < offer:
            waiting = drive_vector(dut, random, str(random.choice(INTEGER_RULES)))
        if waiting is None:
            write(dut, {"s_valid": 0, "psums": 0, "params": 0})
        write(dut, {"m_axis_tready": random.random() < accept})
        await Timer(1, unit="ns")
        assert not read(dut.s_axis_operand_tready), "a pass-through takes no operand"
        if read(dut.m_axis_tvalid) and read(dut.m_axis_tready):
            got.append((read(dut.m_axis_tdata), read(dut.m_axis_tkeep), read(dut.m_axis_tlast)))
        if waiting is not None and read(dut.s_ready):
            expected.append(waiting)
            waiting = None
        await cycle(dut)
    assert got == expected[: len(got)]
    assert len(expected) - len(got) <= 2, "it holds two vectors at most"


@pytest.mark.parametrize(("oc_lanes", "psum_bits"), [(1, 32), (4, 20), (16, 32)])
def test_output_array(sim: str, oc_lanes: int, psum_bits: int) -> None:
    run_bench("output_array", __name__, sim, {"OC_LANES": oc_lanes, "PSUM_W": psum_bits})

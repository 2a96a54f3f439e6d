"""rtl/output_array.v: psums to output beats, each with its own parameters, whatever the stalls."""

from dataclasses import replace
from typing import Any

import cocotb
import numpy as np
import pytest
from cocotb.triggers import Timer

from pymodel.affine.requantise import INTEGER_RULES
from pymodel.array.events import EventCounts
from pymodel.array.stages import stages_of
from pymodel.datapath import Datapath
from pymodel.requantise import requantise
from tb.unit.bench import (
    cycle,
    draw,
    event_counts,
    pack,
    random_generator,
    read,
    run_bench,
    start_clock,
    write,
)
from tb.unit.parameters import random_requantise, register_inputs

pytestmark = pytest.mark.slow_on("verilator")

VECTORS = 60
Beat = tuple[int, int, int]
"""Data, keep and last of one output beat."""


def drive_vector(dut: Any, random: np.random.Generator, rule: str) -> tuple[Beat, EventCounts]:
    """Offer a random vector with parameters of its own; return the beat that it must become, and
    the events on the way of the lanes that count."""
    lanes = len(dut.keep)
    psum_bits = len(dut.psums) // lanes
    psum, bias = draw(random, min(14, psum_bits), lanes), draw(random, 12, lanes)
    keep, last = int(random.integers(0, 1 << lanes)), int(random.integers(0, 2))
    counted = random.random(lanes) < 0.7
    params = random_requantise(random, rule, lanes)
    fields = zip(params.shift, params.multiplier, bias, strict=True)
    words = [pack([s], 8) << 64 | pack([q], 32) << 32 | pack([b], 32) for s, q, b in fields]
    vector = {"psums": pack(psum, psum_bits), "params": pack(words, 72)}
    vector |= {"keep": keep, "count": pack(counted, 1)}
    write(dut, {**vector, **register_inputs(params), "s_valid": 1, "last": last})
    path, counts = Datapath("unit", lane_bits=20, tree_bits=20, psum_bits=psum_bits), EventCounts()
    y = requantise(stages_of(path).accumulate_psum(psum, bias), params)
    of_count = replace(
        params,
        multiplier=params.multiplier[counted],
        shift=params.shift[counted],
        scale=params.scale[counted],
    )
    acc = stages_of(path, counts).accumulate_psum(psum[counted], bias[counted])
    requantise(acc, of_count, path, counts)
    return (pack(y, 8), keep, last), counts


@cocotb.test()
@cocotb.parametrize(offer=[1.0, 0.5], accept=[1.0, 0.4])
async def bench_stalled_vectors(dut: Any, offer: float, accept: float) -> None:
    """Every vector leaves once and in order, with the parameters it came with."""
    random = random_generator()
    idle = {"s_valid": 0, "m_axis_tready": 0, "s_axis_operand_tvalid": 1, "post": 0}
    await start_clock(dut, idle)
    expected: list[Beat] = []
    got: list[Beat] = []
    waiting = None
    while len(got) < VECTORS:
        if waiting is None and random.random() < offer:
            waiting, counts = drive_vector(dut, random, str(random.choice(INTEGER_RULES)))
            await Timer(1, unit="ns")
            found = event_counts(dut, ("psum_events", "output_events"))
            assert found == counts.counts[-2:].ravel().tolist()
        if waiting is None:
            write(dut, {"s_valid": 0, "psums": 0, "params": 0})
        write(dut, {"m_axis_tready": random.random() < accept})
        await Timer(1, unit="ns")
        assert not read(dut.s_axis_operand_tready), "without an op it takes no operand"
        if read(dut.m_axis_tvalid) and read(dut.m_axis_tready):
            got.append((read(dut.m_axis_tdata), read(dut.m_axis_tkeep), read(dut.m_axis_tlast)))
        if waiting is not None and read(dut.s_ready):
            expected.append(waiting)
            waiting = None
        await cycle(dut)
    assert got == expected[: len(got)]
    assert len(expected) - len(got) <= 2, "it holds two vectors at most"


@pytest.mark.parametrize(("oc_lanes", "psum_bits"), [(1, 32), (4, 20), (4, 18), (16, 32)])
def test_output_array(sim: str, oc_lanes: int, psum_bits: int) -> None:
    run_bench("output_array", __name__, sim, {"OC_LANES": oc_lanes, "PSUM_W": psum_bits})

"""rtl/address_generator.v against pymodel's sequence, step by step."""

from typing import Any

import cocotb
import numpy as np
import pytest

from pymodel.array.address_generator import ADDRESSES, FLAGS, sequence
from pymodel.array.config import ArrayConfig
from pymodel.array.job import Job
from pymodel.datapath import Datapath
from tb.unit.bench import (
    cycle,
    expect,
    pack,
    random_generator,
    read,
    run_bench,
    start_clock,
    write,
)
from tb.unit.jobs import SMALL, corner_jobs, random_job

GEOMETRY = (
    *("in_h", "in_w", "out_h", "out_w", "kernel_h", "kernel_w", "stride_h", "stride_w"),
    *("dilation_h", "dilation_w", "pad_top", "pad_left", "in_channels", "out_channels"),
    *("act_base", "act_wrap", "act_start", "weight_base", "param_base", "depthwise"),
)
OUTPUTS = (*ADDRESSES, *FLAGS, "lane_mask", "keep")
RANDOM_JOBS = 12


def lanes(dut: Any) -> tuple[int, int]:
    return len(dut.lane_mask), len(dut.keep)


def expected_steps(dut: Any, job: Job) -> dict[str, list[int]]:
    """Return the model's sequence with lane flags packed as on the DUT's ports."""
    ic_lanes, oc_lanes = lanes(dut)
    config = ArrayConfig(Datapath("unit", ic_lanes=ic_lanes, oc_lanes=oc_lanes))
    steps: dict[str, Any] = dict(sequence(job, config))
    for name in ("lane_mask", "keep"):
        steps[name] = [pack(row, 1) for row in steps[name]]
    return {name: [int(value) for value in column] for name, column in steps.items()}


async def check_job(dut: Any, job: Job, run_probability: float) -> None:
    """Start `job` and compare every step, letting the generator wait at random."""
    random = random_generator()
    expected = expected_steps(dut, job)
    got: dict[str, list[int]] = {name: [] for name in OUTPUTS}
    await cycle(dut, {**{name: getattr(job, name) for name in GEOMETRY}, "start": 1, "en": 0})
    write(dut, {"start": 0})
    for _ in expected["last"]:
        while random.random() >= run_probability:
            before = [read(getattr(dut, name)) for name in OUTPUTS]
            await cycle(dut, {"en": 0})
            assert before == [read(getattr(dut, name)) for name in OUTPUTS], "moved without en"
        assert read(dut.valid), "the sequence ended early"
        for name in OUTPUTS:
            got[name].append(read(getattr(dut, name)))
        await cycle(dut, {"en": 1})
    assert not read(dut.valid), "the sequence did not end after its last step"
    # An address of a padded tap means nothing; the model calls it 0.
    inside = 1 - np.array(expected["pad"])
    got["act_addr"] = list(np.array(got["act_addr"]) * inside)
    for name in OUTPUTS:
        expect(expected[name], got[name], 32)


@cocotb.test()
async def bench_corner_jobs(dut: Any) -> None:
    """Every corner at full speed, each started where the one before it ended."""
    await start_clock(dut, {"start": 0, "en": 0})
    assert not read(dut.valid)
    for job in corner_jobs(*lanes(dut)).values():
        await check_job(dut, job, run_probability=1.0)


@cocotb.test()
async def bench_random_jobs(dut: Any) -> None:
    """Random legal jobs with pauses."""
    random = random_generator()
    await start_clock(dut, {"start": 0, "en": 0})
    for _ in range(RANDOM_JOBS):
        await check_job(dut, random_job(random, *lanes(dut)), run_probability=0.7)


@cocotb.test()
async def bench_restarts(dut: Any) -> None:
    """A start, and a reset, in the middle of a job leave nothing behind."""
    await start_clock(dut, {"start": 0, "en": 0})
    await cycle(dut, {**{name: getattr(SMALL, name) for name in GEOMETRY}, "start": 1})
    for _ in range(7):
        await cycle(dut, {"start": 0, "en": 1})
    await check_job(dut, corner_jobs(*lanes(dut))["uneven"], run_probability=1.0)
    await cycle(dut, {"start": 1, "en": 0})
    await cycle(dut, {"start": 0, "en": 1})
    await cycle(dut, {"rst": 1})
    assert not read(dut.valid)
    write(dut, {"rst": 0})
    await check_job(dut, SMALL, run_probability=1.0)


@pytest.mark.parametrize(("ic_lanes", "oc_lanes"), [(1, 1), (4, 4), (8, 8), (16, 16), (4, 16)])
def test_address_generator(sim: str, ic_lanes: int, oc_lanes: int) -> None:
    parameters = {"IC_LANES": ic_lanes, "OC_LANES": oc_lanes}
    run_bench("address_generator", __name__, sim, parameters)

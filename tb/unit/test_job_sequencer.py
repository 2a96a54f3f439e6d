"""rtl/job_sequencer.v: a job from its registers to its steps."""

from dataclasses import replace
from typing import Any

import cocotb
import pytest

from pymodel.array.job import Job
from tb.image import register_writes
from tb.registers import load_definitions
from tb.unit.bench import (
    cycle,
    expect,
    random_generator,
    read,
    read_signed,
    run_bench,
    start_clock,
    write,
)
from tb.unit.jobs import SMALL, corner_jobs, random_job, vary
from tb.unit.test_address_generator import expected_steps, lanes

IDLE = dict.fromkeys(("start", "clear", "range_error", "en", "finish"), 0)
NUMBERS = ("x_zero_point", "w_zero_point", "y_zero_point", "clamp_min", "clamp_max")


def job_word(job: Job) -> int:
    """Return the registers of `job` as the sequencer's port holds them, the first one low."""
    first = load_definitions()["REG_IN_SIZE"]
    return sum(value << 8 * (address - first) for address, value in register_writes(job))


async def run_job(dut: Any, job: Job, run_probability: float) -> None:
    """Start `job`, change the registers behind it, and compare every step and constant."""
    random = random_generator()
    expected = expected_steps(dut, job)
    inside = [not pad for pad in expected["pad"]]
    await cycle(dut, {**IDLE, "job": job_word(job), "start": 1})
    await cycle(dut, {"job": int.from_bytes(random.bytes(96)), "start": 0})
    got: dict[str, list[int]] = {name: [] for name in expected}
    for _ in inside:
        while random.random() >= run_probability:
            await cycle(dut, {"en": 0})
        assert read(dut.valid), "the sequence ended early"
        for name in expected:
            got[name].append(read(getattr(dut, name)))
        assert all(read_signed(getattr(dut, name)) == getattr(job, name) for name in NUMBERS)
        assert read(dut.rounding) == load_definitions()[f"ROUND_{job.rounding.upper()}"]
        assert (read(dut.load_psum), read(dut.keep_psum)) == (job.load_psum, job.keep_psum)
        await cycle(dut, {"en": 1})
    assert not read(dut.valid) and read(dut.busy)
    got["act_addr"] = [a * known for a, known in zip(got["act_addr"], inside, strict=True)]
    for name in expected:
        expect(expected[name], got[name], 32)
    await cycle(dut, {"finish": 1})
    write(dut, IDLE)
    assert read(dut.done) and not read(dut.busy) and read(dut.irq)
    assert read(dut.mac_cycles) == len(inside)


@cocotb.test()
async def bench_corner_jobs(dut: Any) -> None:
    """Every corner of the address sequence, from registers that change after the start."""
    await start_clock(dut, IDLE)
    for job in corner_jobs(*lanes(dut)).values():
        await run_job(dut, job, run_probability=1.0)


@cocotb.test()
async def bench_random_jobs(dut: Any) -> None:
    """Random jobs with pauses, every rounding rule, psum flags and zero points."""
    random = random_generator()
    await start_clock(dut, IDLE)
    for rounding in ("double_away", "double_up", "single"):
        numbers = dict(zip(NUMBERS[:3], map(int, random.integers(-128, 128, 3)), strict=True))
        single = rounding == "single"
        flags = {"rounding": rounding, "load_psum": single, "keep_psum": not single}
        job = vary(random_job(random, *lanes(dut)), {**numbers, **flags, "clamp_max": 9})
        await run_job(dut, job, run_probability=0.6)


@cocotb.test()
async def bench_refused_job(dut: Any) -> None:
    """An illegal job issues no step, and the next legal one runs as ever."""
    await start_clock(dut, {**IDLE, "en": 1})
    await cycle(dut, {"job": job_word(replace(SMALL, kernel_h=0)), "start": 1})
    write(dut, {"start": 0})
    for _ in range(5):
        await cycle(dut)
        assert not read(dut.valid)
    assert read(dut.error_code) == load_definitions()["ERR_ZERO_SIZE"] and not read(dut.busy)
    await run_job(dut, SMALL, run_probability=1.0)


@pytest.mark.parametrize(("ic_lanes", "oc_lanes"), [(4, 4), (4, 16)])
def test_job_sequencer(sim: str, ic_lanes: int, oc_lanes: int) -> None:
    run_bench("job_sequencer", __name__, sim, {"IC_LANES": ic_lanes, "OC_LANES": oc_lanes})

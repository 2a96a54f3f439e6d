"""rtl/job_control.v: the life of a job, its status, errors and counters."""

from typing import Any

import cocotb
from cocotb.triggers import Timer

from tb.registers import load_definitions
from tb.unit.bench import cycle, random_generator, read, run_bench, start_clock, write

CODES = load_definitions()
IDLE = dict.fromkeys(("start", "clear", "check_code", "range_error", "en", "step", "finish"), 0)


async def start_job(dut: Any, check_code: str = "ERR_NONE") -> None:
    """Give one cycle of start, and one in which the check's code counts."""
    write(dut, {**IDLE, "start": 1, "check_code": CODES["ERR_CLAMP"]})
    await Timer(1, unit="ns")
    assert read(dut.sample) and not read(dut.launch)
    await cycle(dut)
    write(dut, {**IDLE, "check_code": CODES[check_code]})
    await Timer(1, unit="ns")
    assert read(dut.busy) and not read(dut.sample)
    assert read(dut.launch) == (check_code == "ERR_NONE")
    await cycle(dut)


def expect_status(
    dut: Any, *, busy: bool = False, done: bool = False, code: str = "ERR_NONE"
) -> None:
    """Compare the status; irq is done or error."""
    status = read(dut.busy), read(dut.done), CODES.name_of("ERR_", read(dut.error_code))
    assert status == (busy, done, code)
    assert read(dut.error) == (code != "ERR_NONE")
    assert read(dut.irq) == (done or code != "ERR_NONE")


@cocotb.test()
async def bench_legal_job(dut: Any) -> None:
    """Idle, busy, done; clear ends done, and the next start does too."""
    await start_clock(dut, IDLE)
    expect_status(dut)
    await start_job(dut)
    expect_status(dut, busy=True)
    await cycle(dut, {"finish": 1})
    write(dut, IDLE)
    expect_status(dut, done=True)
    await start_job(dut)
    expect_status(dut, busy=True)
    await cycle(dut, {"finish": 1})
    expect_status(dut, done=True)
    await cycle(dut, {**IDLE, "clear": 1})
    expect_status(dut)


@cocotb.test()
async def bench_illegal_job(dut: Any) -> None:
    """A refused job leaves its code and runs nothing; clear, or a legal start, ends the error."""
    await start_clock(dut, IDLE)
    for ends_with_clear in (True, False):
        await start_job(dut, "ERR_WEIGHT_RANGE")
        expect_status(dut, code="ERR_WEIGHT_RANGE")
        if ends_with_clear:
            await cycle(dut, {**IDLE, "clear": 1})
            expect_status(dut)
    await start_job(dut)
    expect_status(dut, busy=True)


@cocotb.test()
async def bench_start_while_busy(dut: Any) -> None:
    """A second start is an error, and the running job goes on to its end."""
    await start_clock(dut, IDLE)
    await start_job(dut)
    write(dut, {**IDLE, "start": 1})
    await Timer(1, unit="ns")
    assert not read(dut.sample), "the running job's registers must not change"
    await cycle(dut)
    write(dut, IDLE)
    expect_status(dut, busy=True, code="ERR_BUSY")
    await cycle(dut, {"finish": 1})
    write(dut, IDLE)
    expect_status(dut, done=True, code="ERR_BUSY")


@cocotb.test()
async def bench_load_error(dut: Any) -> None:
    """A beat out of range is an error until a clear or a legal start."""
    await start_clock(dut, IDLE)
    await cycle(dut, {"range_error": 1})
    write(dut, IDLE)
    expect_status(dut, code="ERR_LOAD_RANGE")
    await start_job(dut)
    expect_status(dut, busy=True)


@cocotb.test()
async def bench_reset(dut: Any) -> None:
    """A reset in the middle of a job ends it without done."""
    await start_clock(dut, IDLE)
    await start_job(dut)
    await cycle(dut, {"rst": 1, "en": 1, "step": 1})
    write(dut, {**IDLE, "rst": 0})
    expect_status(dut)
    assert read(dut.busy_cycles) == read(dut.mac_cycles) == read(dut.stall_cycles) == 0


@cocotb.test()
async def bench_counters(dut: Any) -> None:
    """Running, stalled and MAC cycles are counted from each job's own start and then stay."""
    random = random_generator()
    await start_clock(dut, IDLE)
    for length in (1, 2, 40, 200):
        await start_job(dut)
        enables, steps = random.random((2, length)) < 0.7
        for number, (en, step) in enumerate(zip(enables, steps, strict=True)):
            await cycle(dut, {"en": en, "step": step, "finish": number == length - 1})
        for _ in range(3):
            await cycle(dut, {**IDLE, "en": 1, "step": 1})
        assert read(dut.busy_cycles) == length
        assert read(dut.stall_cycles) == int((~enables).sum())
        assert read(dut.mac_cycles) == int((enables & steps).sum())


def test_job_control(sim: str) -> None:
    run_bench("job_control", __name__, sim)

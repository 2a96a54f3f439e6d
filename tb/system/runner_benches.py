"""cocotb tests for the runner's own tests: each ends a run in another way."""

import os
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import Event, Timer


@cocotb.test()
async def bench_passes(dut: Any) -> None:
    """Checks that the parameter WIDTH has the value that the environment names."""
    await Timer(1, unit="ns")
    assert len(dut.data) == int(os.environ.get("WIDTH", "4"))


@cocotb.test()
async def bench_fails(dut: Any) -> None:
    await Timer(1, unit="ns")
    assert len(dut.data) == 0, "no port has zero bits"


@cocotb.test()
async def bench_ends_the_simulator(dut: Any) -> None:
    """The rising edge makes the DUT call $finish, in the middle of this test."""
    dut.clk.value = 0
    await Timer(1, unit="ns")
    dut.clk.value = 1
    await Timer(100, unit="ns")


@cocotb.test()
async def bench_kills_the_simulator(_: Any) -> None:
    await Timer(1, unit="ns")
    os._exit(0)


@cocotb.test()
async def bench_never_ends(dut: Any) -> None:
    """Waits for what never comes, with the clock running."""
    Path("pid").write_text(str(os.getpid()))
    Clock(dut.clk, 10, unit="ns").start()
    await Event().wait()


@cocotb.test()
async def bench_shows_its_start_value(dut: Any) -> None:
    """Print the register that nothing writes."""
    await Timer(1, unit="ns")
    cocotb.log.info("start value %s", dut.idle_q.value)

"""A reset at any moment: what was under way is gone, and the next job is right."""

import cocotb
import numpy as np
import pytest
from cocotb.triggers import ClockCycles, RisingEdge
from cocotb.utils import get_sim_time
from numpy.typing import NDArray

from pymodel.convolution import Convolution
from pymodel.geometry import ConvGeometry
from tb.front_door.arrays import run_benches
from tb.front_door.clocking import CLOCK_NS
from tb.front_door.layers import random_layer
from tb.front_door.ports import DlaTop
from tb.front_door.testbench import TB, bench

pytestmark = pytest.mark.slow_on("icarus")

GEOMETRY = ConvGeometry(1, 4, 6, 6, 7, 2, 2, pad_left=1)
BUFFERS = ("DEST_ACTIVATIONS", "DEST_WEIGHTS", "DEST_PARAMETERS")
MOMENTS = 6
"""Resets that each bench tries, at random cycles."""
QUIET_CYCLES = 40


async def check_recovery(tb: TB, conv: Convolution, x: NDArray[np.int8]) -> None:
    """Reset now, for one cycle or more: the core is idle, nothing comes out, and a whole layer
    then agrees."""
    await tb.adapter.reset(cycles=int(tb.rng.integers(1, 4)))
    before = tb.adapter.output.transfers
    await ClockCycles(tb.dut.clk, QUIET_CYCLES)
    assert tb.adapter.output.transfers == before, "output after a reset"
    assert not tb.dut.irq.value
    assert await tb.registers.read("REG_STATUS") == 0
    await tb.check_layer(conv, x)


@bench
@cocotb.parametrize(buffer=[cocotb.Param(name, name=name) for name in BUFFERS])
async def bench_mid_load(dut: DlaTop, buffer: str) -> None:
    """Reset in the middle of a packet, also between the beats of one buffer word."""
    tb = TB(dut)
    await tb.start()
    conv, x = random_layer(tb.rng, GEOMETRY)
    (packet,) = tb.packets(tb.only_image(conv, x), buffer)
    for _ in range(MOMENTS):
        tb.adapter.offer(packet)
        await RisingEdge(dut.s_axis_tvalid)
        await ClockCycles(dut.clk, int(tb.rng.integers(1, len(packet.beats) - 1)))
        assert not tb.adapter.source.empty() or tb.adapter.source.active
        await check_recovery(tb, conv, x)


@bench
async def bench_mid_job(dut: DlaTop) -> None:
    """Reset while the array issues steps, its output flowing."""
    tb = TB(dut)
    await tb.start()
    conv, x = random_layer(tb.rng, GEOMETRY)
    image = tb.only_image(conv, x)
    for _ in range(MOMENTS):
        await tb.prepare(image)
        await tb.adapter.start()
        await ClockCycles(dut.clk, int(tb.rng.integers(1, image.mac_cycles - 12)))
        assert await tb.registers.read("REG_STATUS") == 1 << tb.registers.definitions["STATUS_BUSY"]
        await check_recovery(tb, conv, x)


@bench
async def bench_mid_output(dut: DlaTop) -> None:
    """Reset while an output vector waits for its receiver, with the pipeline full behind it."""
    tb = TB(dut)
    await tb.start()
    conv, x = random_layer(tb.rng, GEOMETRY)
    image = tb.only_image(conv, x)
    for taken in tb.rng.integers(0, image.output_beats - 1, MOMENTS):
        await tb.prepare(image)
        first = tb.adapter.output.transfers
        await tb.adapter.start()
        while tb.adapter.output.transfers < first + taken:
            await RisingEdge(dut.clk)
        tb.adapter.sink.pause = True
        await ClockCycles(dut.clk, 8 * image.mac_cycles // image.output_beats)
        assert dut.m_axis_tvalid.value and not dut.m_axis_tready.value
        tb.adapter.sink.pause = False
        await check_recovery(tb, conv, x)


@bench
async def bench_irq_up(dut: DlaTop) -> None:
    """Reset takes a finished job's done away, and a refused one's error."""
    tb = TB(dut)
    await tb.start()
    conv, x = random_layer(tb.rng, GEOMETRY)
    image = tb.only_image(conv, x)
    await tb.prepare(image)
    for illegal in (False, True):
        if illegal:
            await tb.registers.write("REG_KERNEL", 0)
        await tb.adapter.start()
        await tb.adapter.irq()
        await check_recovery(tb, conv, x)
        await tb.prepare(image)


@bench
async def bench_mid_access(dut: DlaTop) -> None:
    """Reset between a write's address and its data, and while a response is held back."""
    tb = TB(dut)
    await tb.start()
    conv, x = random_layer(tb.rng, GEOMETRY)
    address = tb.registers.definitions["REG_IN_SIZE"]
    for channel in ("w", "aw", "b"):
        driver = getattr(tb.registers, channel)
        driver.pause = True
        tb.registers.master.init_write(address, bytes(4))
        await ClockCycles(dut.clk, int(tb.rng.integers(4, 12)))
        driver.pause = False
        await check_recovery(tb, conv, x)
    tb.registers.r.pause = True
    tb.registers.master.init_read(address, 4)
    await ClockCycles(dut.clk, 8)
    tb.registers.r.pause = False
    await check_recovery(tb, conv, x)


@bench
@cocotb.parametrize(profile=["half", "long"])
async def bench_any_moment(dut: DlaTop, profile: str) -> None:
    """Reset at random cycles of a layer whose streams and registers all stall."""
    tb = TB(dut)
    tb.set_idle_generator(tb.stalls(profile))
    tb.set_backpressure_generator(tb.stalls(profile))
    tb.stall_registers("half")
    await tb.start()
    conv, x = random_layer(tb.rng, GEOMETRY)
    started = get_sim_time("ns")
    await tb.check_layer(conv, x)
    cycles = int(get_sim_time("ns") - started) // CLOCK_NS
    for fraction in tb.rng.uniform(0.02, 0.8, MOMENTS):
        layer = cocotb.start_soon(tb.check_layer(conv, x))
        await ClockCycles(dut.clk, int(fraction * cycles))
        assert not layer.done()
        layer.cancel()
        await check_recovery(tb, conv, x)


def test_reset(sim: str) -> None:
    run_benches(sim, __name__)

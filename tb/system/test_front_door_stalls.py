"""Stalls on the streams, at random and on all of them at once, lose and repeat nothing."""

import cocotb
import pytest
from cocotb.triggers import ClockCycles, RisingEdge

from pymodel.geometry import ConvGeometry
from tb.front_door.arrays import run_benches
from tb.front_door.layers import random_layer
from tb.front_door.ports import DlaTop
from tb.front_door.stalls import PROFILES
from tb.front_door.testbench import TB, bench

pytestmark = pytest.mark.slow_on("icarus")

OUTPUT_EVERY_CYCLE = ConvGeometry(1, 4, 8, 4, 7, 1, 1)
"""One tap, one group: output vectors follow each other without a gap."""
OUTPUT_NOW_AND_THEN = ConvGeometry(1, 5, 4, 6, 6, 2, 3, pad_left=1, pad_bottom=1)


async def check_layers(tb: TB) -> None:
    """Every output of both geometries agrees with the model."""
    for geometry in (OUTPUT_EVERY_CYCLE, OUTPUT_NOW_AND_THEN):
        await tb.check_layer(*random_layer(tb.rng, geometry))


@bench
@cocotb.parametrize(profile=list(PROFILES))
async def bench_idle(dut: DlaTop, profile: str) -> None:
    """The input stream idles between beats of all three kinds."""
    tb = TB(dut)
    tb.set_idle_generator(tb.stalls(profile))
    await tb.start()
    await check_layers(tb)


@bench
@cocotb.parametrize(profile=list(PROFILES))
async def bench_backpressure(dut: DlaTop, profile: str) -> None:
    """The output stream is held back, and the pipeline behind it with it."""
    tb = TB(dut)
    tb.set_backpressure_generator(tb.stalls(profile))
    await tb.start()
    await check_layers(tb)


@bench
@cocotb.parametrize(profile=list(PROFILES))
async def bench_everything_stalls(dut: DlaTop, profile: str) -> None:
    """Both streams and all five register channels stall, each by a sequence of its own."""
    tb = TB(dut)
    tb.set_idle_generator(tb.stalls(profile))
    tb.set_backpressure_generator(tb.stalls(profile))
    tb.stall_registers(profile)
    await tb.start()
    await check_layers(tb)


@bench
async def bench_mixed_profiles(dut: DlaTop) -> None:
    """Profiles that differ from stream to stream, drawn anew for each of several layers."""
    tb = TB(dut)
    await tb.start()
    for _ in range(4):
        tb.set_idle_generator(tb.stalls(tb.draw_profile()))
        tb.set_backpressure_generator(tb.stalls(tb.draw_profile()))
        tb.stall_registers(tb.draw_profile())
        await check_layers(tb)


@bench
async def bench_blocked_output(dut: DlaTop) -> None:
    """An output that nobody takes stops the array for as long as it takes, and loses nothing."""
    tb = TB(dut)
    await tb.start()
    conv, x = random_layer(tb.rng, OUTPUT_EVERY_CYCLE)
    image = tb.only_image(conv, x)
    tb.adapter.sink.pause = True
    await tb.prepare(image)
    await tb.adapter.start()
    await RisingEdge(dut.m_axis_tvalid)
    await ClockCycles(dut.clk, 300)
    assert tb.adapter.output.transfers == 0
    assert not dut.irq.value
    tb.adapter.sink.pause = False
    await tb.adapter.finish(image)
    await tb.check_read(conv, x, image)


@bench
async def bench_load_waits_for_the_job(dut: DlaTop) -> None:
    """Activations offered while a job runs are taken after it: they spoil nothing, and arrive."""
    tb = TB(dut)
    await tb.start()
    conv, x = random_layer(tb.rng, OUTPUT_NOW_AND_THEN)
    image = tb.only_image(conv, x)
    following = tb.rng.integers(-128, 128, x.shape, dtype=x.dtype)
    next_image = tb.only_image(conv, following)
    await tb.prepare(image)
    tb.set_backpressure_generator(tb.stalls("dense"))
    await tb.adapter.start()
    tb.adapter.offer(next_image.packets[0])
    await tb.adapter.finish(image)
    await tb.check_read(conv, x, image)
    await tb.adapter.accepted(next_image.packets[0])
    await tb.adapter.run(next_image)
    await tb.check_read(conv, following, next_image)


@bench
async def bench_operand_stream(dut: DlaTop) -> None:
    """No operand is taken by jobs without an element-wise op."""
    tb = TB(dut)
    await tb.start()
    size = tb.adapter.operand.byte_lanes
    first, second = bytes(range(1, 1 + size)), bytes(range(101, 101 + size))
    tb.adapter.operand.send_nowait(first + second)
    await check_layers(tb)
    assert dut.s_axis_operand_tvalid.value
    assert dut.s_axis_operand_tdata.value.to_bytes(byteorder="little") == first


def test_stalls(sim: str) -> None:
    run_benches(sim, __name__)

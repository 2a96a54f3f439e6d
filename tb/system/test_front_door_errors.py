"""Illegal programming: its own error code, no output, and a core that works on."""

from dataclasses import replace

import cocotb
import numpy as np
from cocotb.triggers import ClockCycles

from pymodel.array.config import ArrayConfig
from pymodel.array.tiler import tile
from tb.front_door.arrays import run_benches
from tb.front_door.illegal import LEGAL, illegal_programs
from tb.front_door.layers import random_layer
from tb.front_door.ports import DlaTop
from tb.front_door.testbench import TB, bench
from tb.image import Packet, build_image

QUIET_CYCLES = 60


async def check_error(tb: TB, code: str) -> None:
    """The core reports this error alone: not busy, not done, irq up, and no output."""
    await tb.adapter.irq()
    before = tb.adapter.output.transfers
    await ClockCycles(tb.dut.clk, QUIET_CYCLES)
    assert tb.adapter.output.transfers == before and not tb.dut.m_axis_tvalid.value
    assert tb.dut.irq.value
    assert await tb.registers.read("REG_STATUS") == status(tb, code)


def status(tb: TB, code: str, *flags: str) -> int:
    """REG_STATUS with this error, and other flags beside it."""
    definitions = tb.registers.definitions
    value = 1 << definitions["STATUS_ERROR"] | definitions[code] << definitions["STATUS_CODE"]
    for flag in flags:
        value |= 1 << definitions[flag]
    return value


@bench
async def bench_illegal_programs(dut: DlaTop) -> None:
    """Each illegal program is refused by its code; then a legal job runs, cleared or not."""
    tb = TB(dut)
    await tb.start()
    conv, x = random_layer(tb.rng, LEGAL)
    image = tb.only_image(conv, x)
    codes = set()
    for number, program in enumerate(illegal_programs(tb.config)):
        cocotb.log.info("illegal program: %s", program.name)
        await tb.prepare(image)
        for register, value in program.writes.items():
            await tb.registers.write(register, value)
        await tb.adapter.start()
        await check_error(tb, program.code)
        if number % 2:
            await tb.adapter.clear()
            assert not dut.irq.value and await tb.registers.read("REG_STATUS") == 0
        await tb.check_images(conv, x, [image])
        codes.add(program.code)
    known = {name for name in tb.registers.definitions.values if name.startswith("ERR_")}
    assert codes == known - {"ERR_NONE", "ERR_LOAD_RANGE", "ERR_BUSY"}


@bench
async def bench_refused_start_changes_nothing(dut: DlaTop) -> None:
    """Psums that a job kept, and what was loaded, survive a start that is refused."""
    tb = TB(dut)
    await tb.start()
    conv, x = random_layer(tb.rng, replace(LEGAL, in_channels=8))
    jobs = tile(conv, replace(tb.config, weight_depth=2 * conv.geometry.taps))
    keep, load = (build_image(conv, x, job, tb.config) for job in jobs)
    await tb.prepare(keep)
    await tb.adapter.run(keep)
    assert len(await tb.adapter.read()) == 0
    await tb.prepare(load)
    await tb.registers.write("REG_STRIDE", 0)
    await tb.adapter.start()
    await check_error(tb, "ERR_ZERO_SIZE")
    await tb.check_images(conv, x, [replace(load, packets=())])


@bench
async def bench_start_while_busy(dut: DlaTop) -> None:
    """A second start is refused at once; the running job goes on to its right end."""
    tb = TB(dut)
    await tb.start()
    conv, x = random_layer(tb.rng, LEGAL)
    image = tb.only_image(conv, x)
    for cycles in tb.rng.integers(0, 40, 5):
        await tb.prepare(image)
        tb.adapter.sink.pause = True
        await tb.adapter.start()
        await ClockCycles(dut.clk, int(cycles) + 1)
        await tb.adapter.start()
        assert dut.irq.value
        assert await tb.registers.read("REG_STATUS") == status(tb, "ERR_BUSY", "STATUS_BUSY")
        await tb.adapter.clear()
        assert await tb.registers.read("REG_STATUS") == 1 << tb.registers.definitions["STATUS_BUSY"]
        tb.adapter.sink.pause = False
        await tb.adapter.finish(image)
        await tb.check_read(conv, x, image)


def overrun(config: ArrayConfig, buffer: str) -> tuple[int, int]:
    """A buffer's depth in words, and the beats of one word."""
    lanes = config.datapath.oc_lanes
    return {
        "DEST_ACTIVATIONS": (config.act_depth, 1),
        "DEST_WEIGHTS": (config.weight_depth, lanes),
        "DEST_PARAMETERS": (config.param_depth, 3 * lanes),
    }[buffer]


@bench
async def bench_load_past_the_buffer(dut: DlaTop) -> None:
    """Beats past a buffer are dropped with an error; none lands in the words that a cut address
    would reach."""
    tb = TB(dut)
    await tb.start()
    conv, x = random_layer(tb.rng, LEGAL)
    image = tb.only_image(conv, x)
    for buffer in ("DEST_ACTIVATIONS", "DEST_WEIGHTS", "DEST_PARAMETERS"):
        depth, beats_a_word = overrun(tb.config, buffer)
        aliases = 1 << (depth - 1).bit_length(), 1 << 16, (1 << 32) - 1
        for address in (depth - 1, depth, *aliases):
            await tb.prepare(image)
            assert not dut.irq.value
            junk = np.full((3 * beats_a_word, 4), 0x5A, dtype=np.uint8)
            tdest = tb.registers.definitions[buffer]
            await tb.adapter.send(Packet(tdest, address, junk))
            await check_error(tb, "ERR_LOAD_RANGE")
            await tb.adapter.clear()
            await tb.adapter.run(image)
            await tb.check_read(conv, x, image)


def test_errors(sim: str) -> None:
    run_benches(sim, __name__)

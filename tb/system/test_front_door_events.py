"""Counters of numeric events at the front door: no stall, refused start or read changes them."""

from dataclasses import replace
from itertools import accumulate

import cocotb
import numpy as np
import pytest

from pymodel.array.config import ArrayConfig
from pymodel.array.events import EventCounts
from pymodel.convolution import Convolution
from pymodel.geometry import ConvGeometry
from pymodel.layer import run
from tb.array_adapter import ArrayAdapter
from tb.front_door.arrays import COUNTING, run_benches
from tb.front_door.ports import DlaTop
from tb.front_door.stalls import PROFILES
from tb.front_door.testbench import TB, bench
from tb.image import JobImage
from tb.layer import OutputTensor, run_jobs, run_layer
from tb.model.datapath_layers import GEOMETRIES, Codes, random_layer_in
from tb.registers import event_registers

pytestmark = pytest.mark.slow


def counted(conv: Convolution, x: Codes, config: ArrayConfig) -> tuple[int, ...]:
    """The events of a layer in the model."""
    counts = EventCounts()
    run(conv, x, config.datapath, counts)
    return counts.as_tuple()


@bench
@cocotb.parametrize(profile=["none", *PROFILES])
async def bench_stalls(dut: DlaTop, profile: str) -> None:
    """Every counter of every layer, whichever way input, output and registers stall."""
    tb = TB(dut)
    if profile != "none":
        tb.set_idle_generator(tb.stalls(profile))
        tb.set_backpressure_generator(tb.stalls(profile))
        tb.stall_registers(profile)
    await tb.start()
    path = tb.config.datapath
    for seed, geometry in enumerate(GEOMETRIES.values()):
        conv, x = random_layer_in(path, geometry, seed)
        result = await run_layer(ArrayAdapter(tb.adapter), conv, x, tb.config)
        tb.check_output(result.output, run(conv, x, path))
        assert result.counters.events == counted(conv, x, tb.config), conv.name


def with_junk(tb: TB, image: JobImage) -> JobImage:
    """The image with random weights and parameters in the lanes past the last output channel."""
    lanes = tb.config.datapath.oc_lanes
    blocks = -(-image.job.out_channels // lanes)
    packets = []
    for packet in image.packets:
        beats = packet.beats.copy()
        if packet.tdest != tb.registers.definitions["DEST_ACTIVATIONS"]:
            words = 3 if packet.tdest == tb.registers.definitions["DEST_PARAMETERS"] else 1
            number = np.arange(len(beats)) // words
            channel = number // (len(beats) // words // blocks) * lanes + number % lanes
            absent = channel >= image.job.out_channels
            beats[absent] = tb.rng.integers(0, 256, beats[absent].shape, dtype=np.uint8)
        packets.append(replace(packet, beats=beats))
    return replace(image, packets=tuple(packets))


@bench
@cocotb.parametrize(out_channels=[1, 3])
async def bench_absent_channels(dut: DlaTop, out_channels: int) -> None:
    """Lanes without an output channel count nothing, whatever their buffers hold."""
    tb = TB(dut)
    await tb.start()
    conv, x = random_layer_in(
        tb.config.datapath, ConvGeometry(1, 4, 4, 3, out_channels, 2, 2, pad_top=1), out_channels
    )
    image = with_junk(tb, tb.only_image(conv, x))
    result = await run_jobs(
        tb.adapter, [image], OutputTensor(conv.geometry.output_shape, tb.config)
    )
    tb.check_output(result.output, run(conv, x, tb.config.datapath))
    assert result.counters.events == counted(conv, x, tb.config)


@bench
async def bench_lifetime(dut: DlaTop) -> None:
    """Zero after a reset; kept through clears and refused starts; begun anew by the next job."""
    tb = TB(dut)
    await tb.start()

    async def counters() -> tuple[int, ...]:
        return tuple([await tb.registers.read_word(address) for address in event_registers()])

    assert not any(await counters())
    for seed, name in enumerate(("conv3x3_stride2_dilation2", "causal_dilation3")):
        conv, x = random_layer_in(tb.config.datapath, GEOMETRIES[name], seed)
        image = tb.only_image(conv, x)
        await tb.prepare(image)
        await tb.adapter.run(image)
        await tb.adapter.read()
        expected = counted(conv, x, tb.config)
        assert any(expected)
        for _ in range(2):
            assert await counters() == expected
            await tb.registers.write("REG_KERNEL", 0)
            await tb.adapter.start()
            assert dut.irq.value
            await tb.adapter.clear()
    await tb.adapter.reset()
    assert not any(await counters())


@bench
async def bench_complete_with_irq(dut: DlaTop) -> None:
    """Counters only grow while a job runs, and stand once irq is up."""
    tb = TB(dut)
    tb.set_backpressure_generator(tb.stalls("dense"))
    await tb.start()
    address = event_registers()[tb.registers.definitions["EVENT_TRUNCATED"]]
    conv, x = random_layer_in(tb.config.datapath, GEOMETRIES["conv3x3_stride2_dilation2"], 0)
    image = tb.only_image(conv, x)
    await tb.prepare(image)
    await tb.adapter.start()
    seen = []
    while not dut.irq.value:
        seen.append(await tb.registers.read_word(address))
    last = await tb.registers.read_word(address)
    assert len(set(seen)) > 3 and list(accumulate(seen, max)) == seen
    assert last == counted(conv, x, tb.config)[tb.registers.definitions["EVENT_TRUNCATED"]]


def test_events(sim: str) -> None:
    run_benches(sim, __name__, COUNTING)

"""Busy, stalled and MAC cycles against expectations of their own, with and without stalls."""

import itertools
from dataclasses import replace

import cocotb

from pymodel.array.address_generator import sequence
from pymodel.array.tiler import tile
from pymodel.geometry import ConvGeometry
from tb.adapter import Counters
from tb.front_door import pipeline
from tb.front_door.arrays import run_benches
from tb.front_door.layers import random_layer
from tb.front_door.ports import DlaTop
from tb.front_door.stalls import PROFILES
from tb.front_door.testbench import TB, bench
from tb.image import JobImage, build_image

GEOMETRIES = {
    "one_step": ConvGeometry(1, 4, 8, 4, 7, 1, 1),
    "two_steps": ConvGeometry(1, 3, 4, 8, 3, 1, 1),
    "many_steps": ConvGeometry(1, 4, 5, 6, 6, 2, 3, pad_left=1),
}


async def run_traced(tb: TB, image: JobImage) -> tuple[Counters, list[tuple[bool, bool]]]:
    """Run a job that puts out beats; its counters, and (valid, ready) of the output stream's
    cycles from the job's first on."""
    await tb.prepare(image)
    before = len(tb.adapter.output.trace)
    await tb.adapter.run(image)
    trace = tb.adapter.output.trace[before:]
    await tb.adapter.read()
    waiting = sum(1 for _ in itertools.takewhile(lambda cycle: not cycle[0], trace))
    start = waiting - pipeline.first_valid(image.mac_cycles // image.output_beats)
    assert start >= 0, "the first output vector came before the array could have made it"
    return await tb.adapter.counters(), trace[start:]


def check_cycles(
    image: JobImage, counters: Counters, trace: list[tuple[bool, bool]]
) -> pipeline.Prediction:
    """Counters and every cycle of valid are what the pipeline's structure makes of ready."""
    steps = image.mac_cycles // image.output_beats
    expected = pipeline.predict(steps, image.output_beats, [ready for _, ready in trace])
    observed = tuple(valid for valid, _ in trace[: expected.busy])
    assert observed == expected.valid
    assert (counters.busy, counters.stalled) == (expected.busy, expected.stalled)
    return expected


@bench
@cocotb.parametrize(geometry=[cocotb.Param(value, name=name) for name, value in GEOMETRIES.items()])
async def bench_no_stalls(dut: DlaTop, geometry: ConvGeometry) -> None:
    """One MAC vector a cycle without a bubble, and four cycles until the last one has left."""
    tb = TB(dut)
    await tb.start()
    conv, x = random_layer(tb.rng, geometry)
    image = tb.only_image(conv, x)
    counters, trace = await run_traced(tb, image)
    macs = len(sequence(image.job, tb.config)["last"])
    assert counters == Counters(busy=macs + 4, stalled=0, mac=macs)
    check_cycles(image, counters, trace)


@bench
@cocotb.parametrize(profile=list(PROFILES))
async def bench_stalls(dut: DlaTop, profile: str) -> None:
    """Back-pressure lengthens busy and shows in stalled, cycle by cycle; MAC cycles stay."""
    tb = TB(dut)
    tb.set_backpressure_generator(tb.stalls(profile))
    await tb.start()
    for geometry in GEOMETRIES.values():
        conv, x = random_layer(tb.rng, geometry)
        image = tb.only_image(conv, x)
        counters, trace = await run_traced(tb, image)
        expected = check_cycles(image, counters, trace)
        assert counters.mac == len(sequence(image.job, tb.config)["last"])
        if geometry is GEOMETRIES["one_step"] and profile != "sparse":
            assert expected.stalled > 0, "the back-pressure never reached the array"


@bench
async def bench_kept_psums(dut: DlaTop) -> None:
    """A job that puts nothing out has nothing to wait for: no stalls under full back-pressure."""
    tb = TB(dut)
    await tb.start()
    conv, x = random_layer(tb.rng, ConvGeometry(1, 3, 4, 8, 3, 2, 2))
    keep, load = (
        build_image(conv, x, job, tb.config)
        for job in tile(conv, replace(tb.config, weight_depth=conv.geometry.taps))
    )
    tb.adapter.sink.pause = True
    await tb.prepare(keep)
    await tb.adapter.run(keep)
    await tb.adapter.read()
    macs = len(sequence(keep.job, tb.config)["last"])
    assert await tb.adapter.counters() == Counters(busy=macs + 3, stalled=0, mac=macs)
    tb.adapter.sink.pause = False
    counters, trace = await run_traced(tb, load)
    assert counters == Counters(busy=macs + 4, stalled=0, mac=macs)
    check_cycles(load, counters, trace)


@bench
async def bench_lifetime(dut: DlaTop) -> None:
    """Counters hold through clears and refused starts, and begin anew with the next job."""
    tb = TB(dut)
    await tb.start()
    names = ("REG_BUSY_CYCLES", "REG_STALL_CYCLES", "REG_MAC_CYCLES")
    assert [await tb.registers.read(name) for name in names] == [0, 0, 0]
    for geometry in (GEOMETRIES["many_steps"], GEOMETRIES["two_steps"]):
        conv, x = random_layer(tb.rng, geometry)
        image = tb.only_image(conv, x)
        await tb.check_images(conv, x, [image])
        macs = image.mac_cycles
        await tb.adapter.clear()
        assert [await tb.registers.read(name) for name in names] == [macs + 4, 0, macs]
        await tb.registers.write("REG_KERNEL", 0)
        await tb.adapter.start()
        assert dut.irq.value
        assert [await tb.registers.read(name) for name in names] == [macs + 4, 0, macs]
        await tb.adapter.clear()


def test_counters(sim: str) -> None:
    run_benches(sim, __name__)

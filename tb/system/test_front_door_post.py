"""Post-processing through the front door: two streams that stall each other, and a reset."""

from dataclasses import replace
from typing import get_args

import cocotb
import numpy as np
import pytest
from cocotb.triggers import ClockCycles

from pymodel.affine.requantise import quantise_multiplier
from pymodel.array.tiler import tile
from pymodel.geometry import ConvGeometry
from pymodel.layer import run
from pymodel.post_processing import (
    Elementwise,
    ElementwiseOp,
    PostProcessing,
    Scaling,
    post_process,
)
from tb.adapter import DutError
from tb.front_door.arrays import run_benches
from tb.front_door.layers import Layer, random_layer
from tb.front_door.ports import DlaTop
from tb.front_door.testbench import TB, bench
from tb.image import Packet, build_image
from tb.layer import OutputTensor

pytestmark = pytest.mark.slow_on("icarus")

OPS: tuple[ElementwiseOp, ...] = get_args(ElementwiseOp)
GEOMETRIES = {
    "an_output_a_cycle": ConvGeometry(1, 5, 6, 3, 6, 1, 1),
    "an_output_now_and_then": ConvGeometry(1, 4, 3, 3, 5, 3, 3, pad_top=1, pad_bottom=1),
    "tiles_that_keep_psums": ConvGeometry(1, 3, 3, 33, 6, 3, 3),
    "depthwise": ConvGeometry(1, 4, 4, 6, 6, 2, 2, groups=6),
}


def scaling(rng: np.random.Generator, low: float, high: float) -> Scaling:
    """Any zero point, and a ratio of scales from `low` to `high`."""
    q, shift = quantise_multiplier(float(rng.uniform(low, high)))
    return Scaling(zero_point=int(rng.integers(-128, 128)), multiplier=q, shift=shift)


def post_processing(rng: np.random.Generator, op: ElementwiseOp | None) -> PostProcessing:
    """A random table, and an op whose results spread over the codes."""
    table = rng.integers(-128, 128, 256).astype(np.int8)
    if op is None:
        return PostProcessing(table=table)
    y = (0.002, 0.02) if op == "multiply" else (2.0**-20, 2.0**-18)
    numbers = Elementwise(
        op=op,
        a=scaling(rng, 0.2, 0.99),
        b=scaling(rng, 0.2, 0.99),
        y=scaling(rng, *y),
        clamp_min=int(rng.integers(-128, -60)),
        clamp_max=int(rng.integers(60, 128)),
    )
    return PostProcessing(table=table if rng.random() < 0.5 else None, elementwise=numbers)


async def check_post(tb: TB, layer: Layer, op: ElementwiseOp | None) -> None:
    """Run and compare the layer with random post-processing behind it."""
    conv, x = layer
    operand = tb.rng.integers(-128, 128, conv.geometry.output_shape, dtype=np.int8)
    await tb.check_layer(conv, x, post_processing(tb.rng, op), None if op is None else operand)


@bench
@cocotb.parametrize(op=[None, *OPS])
async def bench_ops(dut: DlaTop, op: ElementwiseOp | None) -> None:
    """Every op behind layers of all kinds, at full speed."""
    tb = TB(dut)
    await tb.start()
    for geometry in GEOMETRIES.values():
        await check_post(tb, random_layer(tb.rng, geometry), op)


@bench
async def bench_stalls(dut: DlaTop) -> None:
    """All streams stall, each in its own way: nothing is lost, repeated or paired wrongly."""
    tb = TB(dut)
    await tb.start()
    for op in (*OPS, *OPS):
        tb.set_operand_idle_generator(tb.stalls(tb.draw_profile()))
        tb.set_backpressure_generator(tb.stalls(tb.draw_profile()))
        tb.set_idle_generator(tb.stalls(tb.draw_profile()))
        for geometry in GEOMETRIES.values():
            await check_post(tb, random_layer(tb.rng, geometry), op)


@bench
async def bench_between_plain_layers(dut: DlaTop) -> None:
    """Post-processing ends with its job, and the table stays for a later one."""
    tb = TB(dut)
    await tb.start()
    geometry = GEOMETRIES["an_output_a_cycle"]
    for op in (None, "add", "multiply", None):
        await check_post(tb, random_layer(tb.rng, geometry), op)
        await tb.check_layer(*random_layer(tb.rng, geometry))


@bench
async def bench_missing_operand(dut: DlaTop) -> None:
    """A job waits for its operand as long as it takes; a reset ends the wait."""
    tb = TB(dut)
    await tb.start()
    layer = random_layer(tb.rng, GEOMETRIES["an_output_a_cycle"])
    tb.adapter.operand.pause = True
    waiting = cocotb.start_soon(check_post(tb, layer, "add"))
    await ClockCycles(dut.clk, 2000)
    assert tb.adapter.output.transfers == 0 and not dut.irq.value
    tb.adapter.operand.pause = False
    await waiting

    tb.adapter.operand.pause = True
    waiting = cocotb.start_soon(check_post(tb, layer, "add"))
    await ClockCycles(dut.clk, 2000)
    waiting.cancel()
    await tb.adapter.reset()
    tb.adapter.operand.pause = False
    await check_post(tb, layer, "multiply")


@bench
async def bench_operands_that_no_job_takes(dut: DlaTop) -> None:
    """Operands left over are an error of the job that brought them."""
    tb = TB(dut)
    await tb.start()
    image = tb.only_image(*random_layer(tb.rng, GEOMETRIES["an_output_a_cycle"]))
    lanes = tb.config.datapath.oc_lanes
    too_many = replace(image, operand=np.ones((2, lanes), dtype=np.uint8))
    await tb.prepare(too_many)
    with pytest.raises(DutError, match="has not taken all of the job's operands"):
        await tb.adapter.run(too_many)


@bench
async def bench_load_past_the_table(dut: DlaTop) -> None:
    """Beats past the table are dropped with an error; none lands where a cut address would."""
    tb = TB(dut)
    await tb.start()
    conv, x = random_layer(tb.rng, GEOMETRIES["an_output_a_cycle"])
    post = post_processing(tb.rng, None)
    await tb.check_layer(conv, x, post)
    tdest, junk = tb.registers.definitions["DEST_TABLE"], np.full((3, 4), 0x5A, dtype=np.uint8)
    for address in (64, 128, 1 << 16, (1 << 32) - 1):
        await tb.adapter.send(Packet(tdest, address, junk))
        await tb.adapter.irq()
        status = await tb.registers.read("REG_STATUS")
        code = status >> tb.registers.definitions["STATUS_CODE"] & 0xFF
        assert tb.registers.definitions.name_of("ERR_", code) == "ERR_LOAD_RANGE"
        await tb.adapter.clear()
        (job,) = tile(conv, tb.config, post)
        image = build_image(conv, x, job, tb.config)
        loaded = tuple(packet for packet in image.packets if packet.tdest != tdest)
        await tb.prepare(replace(image, packets=loaded))
        await tb.adapter.run(image)
        output = OutputTensor(conv.geometry.output_shape, tb.config)
        output.place(await tb.adapter.read(), image)
        tb.check_output(output, post_process(run(conv, x).astype(np.int8), post, None))


def test_front_door_post(sim: str) -> None:
    run_benches(sim, __name__)

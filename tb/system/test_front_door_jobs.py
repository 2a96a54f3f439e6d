"""Jobs end to end through the front door, without stalls: numbers, geometry and framing."""

import cocotb

from pymodel.geometry import ConvGeometry
from tb.front_door.arrays import run_benches
from tb.front_door.layers import QUARTER_OUTPUTS, quarter_layer, random_layer
from tb.front_door.ports import DlaTop
from tb.front_door.testbench import TB, bench

RULES = tuple(QUARTER_OUTPUTS)

GEOMETRIES = {
    "one_element": ConvGeometry(1, 1, 1, 1, 1, 1, 1),
    "full_lanes": ConvGeometry(1, 3, 3, 4, 4, 2, 2),
    "partial_lanes": ConvGeometry(1, 4, 3, 3, 5, 3, 3, pad_top=1, pad_bottom=1, pad_left=1),
    "many_groups": ConvGeometry(1, 2, 2, 18, 9, 1, 2),
    "stride": ConvGeometry(1, 7, 6, 2, 3, 3, 2, stride_h=2, stride_w=3),
    "dilation": ConvGeometry(
        1, 6, 7, 3, 2, 3, 3, dilation_h=2, dilation_w=3, pad_left=3, pad_right=2
    ),
    "windows_of_padding": ConvGeometry(1, 2, 2, 2, 2, 2, 2, pad_top=3, pad_left=2, pad_right=3),
    "batch": ConvGeometry(3, 2, 3, 2, 2, 2, 2),
    "many_tiles": ConvGeometry(1, 14, 5, 9, 6, 3, 3, pad_top=1, pad_bottom=1),
    "conv_groups": ConvGeometry(1, 3, 3, 6, 4, 2, 2, groups=2),
}


@bench
@cocotb.parametrize(geometry=[cocotb.Param(value, name=name) for name, value in GEOMETRIES.items()])
async def bench_geometry(dut: DlaTop, geometry: ConvGeometry) -> None:
    """Every output of a random layer agrees with the model; so do tkeep and tlast."""
    tb = TB(dut)
    await tb.start()
    await tb.check_layer(*random_layer(tb.rng, geometry))


@bench
@cocotb.parametrize(rule=[cocotb.Param(rule, name=rule) for rule in RULES])
async def bench_rounding(dut: DlaTop, rule: str) -> None:
    """Rounding by hand: a quarter of three accumulators. Then a layer full of ties."""
    tb = TB(dut)
    await tb.start()
    result = await tb.check_layer(*quarter_layer(rule))
    assert tuple(result.output.values.flatten().tolist()) == QUARTER_OUTPUTS[rule]
    await tb.check_layer(*random_layer(tb.rng, GEOMETRIES["full_lanes"], rule))


@bench
async def bench_weight_zero_point(dut: DlaTop) -> None:
    """A weight zero point applies to weights, never to padding or to lanes without a channel."""
    tb = TB(dut)
    await tb.start()
    for w_zero_point in (-128, 9, 127):
        await tb.check_layer(
            *random_layer(tb.rng, GEOMETRIES["partial_lanes"], w_zero_point=w_zero_point)
        )


@bench
async def bench_layers_in_sequence(dut: DlaTop) -> None:
    """Layers of other shapes and rules follow each other without a reset, and leave nothing."""
    tb = TB(dut)
    await tb.start()
    for number, name in enumerate(tb.rng.permutation(list(GEOMETRIES))):
        await tb.check_layer(*random_layer(tb.rng, GEOMETRIES[name], RULES[number % len(RULES)]))


def test_jobs(sim: str) -> None:
    run_benches(sim, __name__)

"""A stream on the RTL, its own outputs fed back, against the model's."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pymodel.affine.requantise import quantise_multiplier
from pymodel.array.config import ArrayConfig
from pymodel.errors import InputError
from pymodel.geometry import ConvGeometry
from pymodel.ops.post import identity
from pymodel.post_processing import Elementwise, Int8Array, PostProcessing, Scaling
from pymodel.presets import preset
from pymodel.stream import Ring, StreamPlan, StreamStep
from tb.bulk.host import Simulation
from tb.bulk.plan import Settings
from tb.dut import Dut
from tb.model.layers import random_layer
from tb.stream.replay import Replayed, replay
from tb.system.broken_rtl import Edit, edited_rtl

CONFIG = ArrayConfig(replace(preset("int8"), ic_lanes=4, oc_lanes=4))
SAMPLES = 12
TABLE = np.random.default_rng(7).integers(-128, 128, 256).astype(np.int8)
OUTPUT, INPUT = 9, 3
FIRST = np.array([5, -7, 100], dtype=np.int8)


class FirstChannels:
    """The next pixel is the output's first channels, moved by the sample's number."""

    def __call__(self, sample: int, output: Int8Array) -> Int8Array:
        return (output[:INPUT].astype(np.int64) + sample).astype(np.int8)


def scaled(real: float, zero_point: int) -> Scaling:
    q, shift = quantise_multiplier(real)
    return Scaling(zero_point=zero_point, multiplier=q, shift=shift)


ADD = Elementwise(
    op="add", a=scaled(0.5, -3), b=scaled(0.31, 40), y=scaled(2.0**-19 * 0.7, 11), clamp_min=-100
)
MULTIPLY = Elementwise(
    op="multiply", a=Scaling(zero_point=9), b=Scaling(zero_point=-128), y=scaled(0.004, -20)
)


def step(
    name: str,
    channels: tuple[int, int],
    ring: int,
    taps: tuple[int, int] = (1, 1),
    post: PostProcessing | None = None,
    operand: int | None = None,
) -> StreamStep:
    """A random layer of (inputs, outputs) with (kernel, dilation)."""
    kernel, dilation = taps
    geometry = ConvGeometry(
        batch=1,
        in_h=1,
        in_w=(kernel - 1) * dilation + 1,
        in_channels=channels[0],
        out_channels=channels[1],
        kernel_h=1,
        kernel_w=kernel,
        dilation_w=dilation,
    )
    conv = replace(random_layer(geometry, len(name) + kernel)[0], x_zero_point=RINGS[ring].fill)
    return StreamStep(name=name, layers=(), conv=conv, ring=ring, post=post, operand=operand)


RINGS = (
    Ring(0, 5, INPUT, -4),
    Ring(2, 1, OUTPUT, 7),
    Ring(3, 10, INPUT, -128),
    Ring(4, 1, OUTPUT, 0),
)
GATED = PostProcessing(table=TABLE[::-1].copy(), elementwise=MULTIPLY)
STEPS = (
    step("gate", (INPUT, OUTPUT), 0, (2, 3), PostProcessing(table=TABLE)),
    step("signal", (INPUT, OUTPUT), 0, (3, 2), GATED, operand=1),
    step("residual", (OUTPUT, INPUT), 1, post=PostProcessing(elementwise=ADD), operand=0),
    step("deep", (INPUT, OUTPUT), 2, (2, 9)),
    StreamStep(
        name="alone",
        layers=(),
        conv=identity("alone", 1, OUTPUT),
        ring=3,
        post=PostProcessing(table=TABLE, elementwise=ADD),
        operand=2,
    ),
)
PLAN = StreamPlan(
    name="small", in_channels=INPUT, rings=RINGS, steps=STEPS, output=5, tensors=tuple(range(6))
)
OUTPUTS = SAMPLES * (4 * OUTPUT + INPUT)


def run(sim: str, plan: StreamPlan = PLAN, dut: Dut | None = None) -> Replayed:
    simulation = Simulation(sim, Settings(CONFIG, dut or Dut()))
    return replay(plan, FIRST, FirstChannels(), SAMPLES, simulation)


def test_every_value_of_every_sample_agrees(sim: str) -> None:
    told: list[int] = []
    simulation = Simulation(sim, Settings(CONFIG))
    found = replay(PLAN, FIRST, FirstChannels(), SAMPLES, simulation, told.append)
    assert (found.outputs, found.mismatches, found.first) == (OUTPUTS, 0, None)
    assert np.array_equal(found.rtl, found.model)
    assert found.rtl.shape == (SAMPLES, OUTPUT)
    assert len(np.unique(found.rtl)) > 20, "the stream has died"
    fed = [FirstChannels()(sample, found.rtl[sample]) for sample in range(SAMPLES - 1)]
    assert np.array_equal(found.pixels, [FIRST, *fed])
    assert sum(told) == SAMPLES
    assert found.cycles > SAMPLES * len(STEPS)


@pytest.mark.parametrize(
    ("edit", "first"),
    [
        (Edit("post_slot.v", "combine ? y : a", "combine ? {y[31:1], 1'b1} : a"), "step signal"),
        pytest.param(
            Edit("address_generator.v", "act_start} + act_ring", "act_start} + act_word"),
            "step gate",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_broken_array_is_found(tmp_path: Path, edit: Edit, first: str) -> None:
    found = run("verilator", dut=Dut(rtl=edited_rtl(edit, tmp_path)))
    assert 0 < found.mismatches < OUTPUTS
    assert found.first is not None and first in found.first


def test_a_plan_that_does_not_fit_is_refused() -> None:
    with pytest.raises(InputError, match="at least 1 sample, found 0"):
        replay(PLAN, FIRST, FirstChannels(), 0, Simulation("verilator", Settings(CONFIG)))
    uneven = replace(CONFIG, datapath=replace(CONFIG.datapath, oc_lanes=8))
    for config in (uneven, ArrayConfig(preset("dfp8"))):
        with pytest.raises(InputError, match="as many output as input lanes"):
            replay(PLAN, FIRST, FirstChannels(), 1, Simulation("verilator", Settings(config)))

"""Streams by hand: outputs, histories, and what a stream refuses."""

import numpy as np
import pytest

from golden.tflite.importer import parse_tflite
from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.geometry import ConvGeometry
from pymodel.post_processing import Elementwise, PostProcessing, Scaling
from pymodel.requantise import Requantise
from pymodel.stream import Ring, Stream, StreamPlan, StreamStep, plan_stream
from pymodel.stream.history import LEAST_ROOM, History
from tb.model.line_files import LineFile

NEGATED = np.arange(127, -129, -1, dtype=np.int8)
"""A table: -1 - code."""
TIMES_1 = Scaling(zero_point=0, multiplier=1 << 30, shift=1)


def delayed_sum(weights: list[int], zero_point: int, bias: int) -> Convolution:
    """Kernel 2, dilation 2, on one channel: w0 (x[t-2] - Z) + w1 (x[t] - Z) + bias, unscaled."""
    return Convolution(
        name="delayed",
        geometry=ConvGeometry(1, 1, 3, 1, 1, 1, 2, dilation_w=2),
        weights=np.array(weights, dtype=np.int8).reshape(1, 1, 2, 1),
        bias=np.array([bias], dtype=np.int32),
        x_zero_point=zero_point,
        w_zero_point=0,
        requantise=Requantise(
            rule="double_away",
            multiplier=np.array([1 << 30], dtype=np.int32),
            shift=np.array([1], dtype=np.int32),
            scale=np.ones(1, dtype=np.float64),
            zero_point=0,
        ),
    )


def plan_of(post: PostProcessing | None, operand: int | None = None) -> StreamPlan:
    """One step: 2 (x[t-2] - 5) - (x[t] - 5) + 1, and what `post` makes of it."""
    conv = delayed_sum([2, -1], 5, 1)
    step = StreamStep(name="delayed", layers=(1,), conv=conv, ring=0, post=post, operand=operand)
    return StreamPlan(
        name="net", in_channels=1, rings=(Ring(0, 3, 1, 5),), steps=(step,), output=1,
        tensors=(0, 1),
    )  # fmt: skip


def outputs(plan: StreamPlan, *codes: int) -> list[int]:
    """Of one stream, one channel."""
    stream = Stream(plan)
    return [int(stream.step(np.array([[code]], dtype=np.int8))[0, 0]) for code in codes]


def test_outputs_by_hand() -> None:
    """x - 5 is 0, 1, 2, -3, 100, -133; before it 0. The last sum is 2 * -3 + 133 + 1 = 128."""
    codes = (5, 6, 7, 2, 105, -128)
    sums = [0 + 1, -1 + 1, 0 - 2 + 1, 2 + 3 + 1, 4 - 100 + 1, 127]
    assert outputs(plan_of(None), *codes) == sums
    assert outputs(plan_of(PostProcessing(table=NEGATED)), *codes) == [-1 - s for s in sums]


def test_operand_is_this_sample_s_and_the_second() -> None:
    """The sum less x - 2, from -5 to 60, in steps of 2^-20 in between.

    Sums are 1, 0, -1, 6, 38; x - 2 is 3, 4, 5, 0, -30. Negated sums are -35, -35 and, of -165
    which the convolution clamps to -128, 127; x - 2 is -30, -30, 103.
    """
    steps = Scaling(zero_point=2, multiplier=1 << 30, shift=1)
    back = Scaling(zero_point=0, multiplier=1 << 30, shift=-19)
    less = Elementwise(op="subtract", a=TIMES_1, b=steps, y=back, clamp_min=-5, clamp_max=60)
    plan = plan_of(PostProcessing(elementwise=less), operand=0)
    assert outputs(plan, 5, 6, 7, 2, -28) == [-2, -4, -5, 6, 60]
    plan = plan_of(PostProcessing(table=NEGATED, elementwise=less), operand=0)
    assert outputs(plan, -28, -28, 105) == [-5, -5, 24]


def test_streams_are_apart() -> None:
    """Three at once give what each gives alone, and a second stream starts from its own history."""
    file = LineFile(samples=30, seed=8)
    source = file.source(3)
    x = file.table("TANH", file.causal(source, 4, 3, 5))
    content = file.finish([source], [file.binary("ADD", x, file.causal(x, 4, 2))])
    plan = plan_stream(parse_tflite(content, "net", "net"))
    inputs = np.random.default_rng(9).integers(-128, 128, (30, 3, 3), dtype=np.int8)
    together, alone = Stream(plan, 3), [Stream(plan) for _ in range(3)]
    for pixels in inputs:
        found = together.step(pixels)
        for place, stream in enumerate(alone):
            np.testing.assert_array_equal(found[place], stream.step(pixels[place : place + 1])[0])
    assert len({values.tobytes() for values in found}) == 3


def test_values_are_the_last_sample_s_and_stay() -> None:
    stream = Stream(plan_of(None))
    assert stream.values == []
    pixels = np.array([[6]], dtype=np.int8)
    stream.step(pixels)
    kept = stream.values
    pixels[0, 0] = 9
    stream.step(pixels)
    assert [value.tolist() for value in kept] == [[[6]], [[0]]]
    assert [value.tolist() for value in stream.values] == [[[9]], [[-3]]]


@pytest.mark.parametrize("pixels", [1, 2, 70])
def test_history_past_the_end_of_its_room(pixels: int) -> None:
    """Codes 0, 1, 2 ... of one stream and their negatives of another."""
    history = History(Ring(0, pixels, 1, -7), 2)
    for code in range(5 * LEAST_ROOM // 2 + 1):
        history.write(np.array([[code % 100], [-(code % 100)]], dtype=np.int8))
        window = history.window(pixels, 1)
        expected = [at % 100 if at >= 0 else -7 for at in range(code - pixels + 1, code + 1)]
        assert window[0, :, 0].tolist() == expected
        assert window[1, :, 0].tolist() == [-at if at >= 0 else -7 for at in expected]
        assert history.window(pixels, 3)[0, :, 0].tolist() == expected[::3]


def test_samples_and_streams_that_are_refused() -> None:
    with pytest.raises(InputError, match="a stream runs at least 1 at once, found 0"):
        Stream(plan_of(None), 0)
    stream = Stream(plan_of(None), 2)
    message = r"network net: a sample must be int8 of shape \(2, 1\), found {}"
    with pytest.raises(InputError, match=message.format(r"int8 of shape \(1, 1\)")):
        stream.step(np.zeros((1, 1), dtype=np.int8))
    with pytest.raises(InputError, match=message.format("int64")):
        stream.step(np.zeros((2, 1), dtype=np.int64))

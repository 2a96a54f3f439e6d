"""Properties over geometry: fast model, slow loops and LiteRT's reference kernels agree.

Kernel 1 to 7, stride 1 to 3, dilation 1 to 4, every padding, any number of channels, groups, depth
multiplier 1 to 4, batch 1 to 3. Geometries are drawn from few outputs upwards, so that the slow
loops keep pace; the numbers on them follow from a drawn seed.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from golden import litert
from golden.conformance.mac_numbers import Numbers, draw_numbers
from golden.tflite.importer import parse_tflite
from golden.tflite.writer import write_tflite
from pymodel import reference
from pymodel.geometry import ConvGeometry, causal_padding, same_padding
from pymodel.layer import run
from pymodel.ops.registry import convolution as lower
from tb.model.layers import bounded, seeds

PADDINGS = ("SAME", "VALID", "causal", "even", "uneven")
NUMBERS = (Numbers(), Numbers(ties=True), Numbers(ends=True), Numbers(gain=8))
Axis = tuple[int, int, int, int, int, int]
"""Size, kernel, stride, dilation, padding before and after."""


@st.composite
def axes(draw: st.DrawFn, padding: str) -> Axis:
    """One axis with 1 to 4 outputs; explicit padding is up to the window's reach."""
    kernel, stride, dilation = (draw(st.integers(1, most)) for most in (7, 3, 4))
    outputs, reach = draw(st.integers(1, 4)), (kernel - 1) * dilation + 1
    slack = draw(st.integers(0, stride - 1))
    if padding == "SAME":
        size = outputs * stride - slack
        return size, kernel, stride, dilation, *same_padding(size, kernel, stride, dilation)
    padded = (outputs - 1) * stride + reach + slack
    before, after = causal_padding(kernel, dilation) if padding == "causal" else (0, 0)
    if padding == "even":
        before = after = draw(st.integers(0, (padded - 1) // 2))
    if padding == "uneven":
        before = draw(st.integers(0, padded - 1))
        after = draw(st.integers(0, padded - 1 - before))
    return padded - before - after, kernel, stride, dilation, before, after


@st.composite
def geometries(
    draw: st.DrawFn, groups: st.SearchStrategy[int], most_in: int, most_out: int
) -> ConvGeometry:
    """Any geometry with up to `most_in` input and `most_out` output channels a group."""
    padding = draw(st.sampled_from(PADDINGS))
    h, w, count = draw(axes(padding)), draw(axes(padding)), draw(groups)
    return ConvGeometry(
        batch=draw(st.integers(1, 3)),
        in_h=h[0],
        in_w=w[0],
        in_channels=count * draw(st.integers(1, most_in)),
        out_channels=count * draw(st.integers(1, most_out)),
        kernel_h=h[1],
        kernel_w=w[1],
        stride_h=h[2],
        stride_w=w[2],
        dilation_h=h[3],
        dilation_w=w[3],
        pad_top=h[4],
        pad_bottom=h[5],
        pad_left=w[4],
        pad_right=w[5],
        groups=count,
    )


def check(op: str, geometry: ConvGeometry, seed: int, numbers: Numbers) -> None:
    """The three implementations agree on one op with random numbers."""
    single, x = draw_numbers(np.random.RandomState(seed), op, geometry, numbers)
    content = write_tflite(single)
    network = parse_tflite(content, op, op)
    layer = network.layers[-1]
    rule = litert.rule(op, "reference", geometry.groups)
    conv = replace(lower(network, layer, rule), geometry=geometry)  # with the padding of a PAD op
    image = x.reshape(geometry.input_shape)
    fast = run(conv, image)
    np.testing.assert_array_equal(fast, reference.run(conv, image))
    oracle = litert.run(content, [x], "reference")[layer.outputs[0]]
    np.testing.assert_array_equal(fast, oracle.reshape(fast.shape))


@bounded(500)
@given(geometries(st.just(1), 9, 9), seeds, st.sampled_from(NUMBERS))
def test_convolution(geometry: ConvGeometry, seed: int, numbers: Numbers) -> None:
    check("CONV_2D", geometry, seed, numbers)


@bounded(400)
@given(geometries(st.integers(2, 4), 4, 4), seeds, st.sampled_from(NUMBERS))
def test_grouped_convolution(geometry: ConvGeometry, seed: int, numbers: Numbers) -> None:
    check("CONV_2D", geometry, seed, numbers)


@bounded(500)
@given(geometries(st.integers(1, 9), 1, 4), seeds, st.sampled_from(NUMBERS))
def test_depthwise_convolution(geometry: ConvGeometry, seed: int, numbers: Numbers) -> None:
    check("DEPTHWISE_CONV_2D", geometry, seed, numbers)


@bounded(300)
@given(*(st.integers(1, most) for most in (5, 70, 40)), seeds, st.sampled_from(NUMBERS))
def test_fully_connected(
    batch: int, in_channels: int, out_channels: int, seed: int, numbers: Numbers
) -> None:
    geometry = ConvGeometry(1, 1, batch, in_channels, out_channels, 1, 1)
    for with_zero_point in (False, True):
        check("FULLY_CONNECTED", geometry, seed, replace(numbers, w_zero_point=with_zero_point))


@pytest.mark.parametrize("padding", PADDINGS)
def test_the_geometries_reach_every_corner(padding: str) -> None:
    """Over the paddings' axes: every kernel, stride and dilation, and windows past the image."""
    found: list[Axis] = []

    @bounded(300)
    @given(axes(padding))
    def collect(axis: Axis) -> None:
        found.append(axis)

    collect()
    kernels, strides, dilations = ({axis[place] for axis in found} for place in (1, 2, 3))
    assert kernels == set(range(1, 8))
    assert strides == {1, 2, 3}
    assert dilations == {1, 2, 3, 4}
    if padding != "VALID":
        assert any((axis[1] - 1) * axis[3] + 1 > axis[0] for axis in found)
    if padding == "uneven":
        assert any(before > after for *_, before, after in found)

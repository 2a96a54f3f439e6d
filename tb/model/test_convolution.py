"""The fast path against the loop reference and against convolutions worked by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymodel import convolution, reference
from pymodel.affine.requantise import RULES
from pymodel.convolution import accumulate
from pymodel.errors import InputError
from pymodel.geometry import ConvGeometry, causal_padding
from pymodel.layer import run
from tb.model.layers import bounded, geometries, plain_layer, random_layer, seeds

small = geometries(largest=5, most_channels=3, most_padding=3)


@bounded(300)
@given(geometry=small, seed=seeds, rule=st.sampled_from(RULES), w_zero_point=st.integers(-128, 127))
def test_any_geometry_against_the_loop_reference(
    geometry: ConvGeometry, seed: int, rule: str, w_zero_point: int
) -> None:
    conv, x = random_layer(geometry, seed, rule, w_zero_point)
    np.testing.assert_array_equal(accumulate(conv, x), reference.accumulate(conv, x))
    np.testing.assert_array_equal(run(conv, x), reference.run(conv, x))


@bounded(40)
@given(seed=seeds, channels=st.integers(2, 6), multiplier=st.integers(1, 3), data=st.data())
def test_depthwise_against_the_loop_reference(
    seed: int, channels: int, multiplier: int, data: st.DataObject
) -> None:
    geometry = replace(
        data.draw(small), in_channels=channels, out_channels=channels * multiplier, groups=channels
    )
    conv, x = random_layer(geometry, seed)
    np.testing.assert_array_equal(run(conv, x), reference.run(conv, x))


@bounded(60)
@given(geometry=geometries(), seed=seeds)
def test_blocks_of_outputs_make_no_difference(geometry: ConvGeometry, seed: int) -> None:
    conv, x = random_layer(geometry, seed)
    whole = accumulate(conv, x)
    with pytest.MonkeyPatch.context() as patch:
        for elements in (1, 200, 5000):
            patch.setattr(convolution, "PATCH_ELEMENTS", elements)
            np.testing.assert_array_equal(accumulate(conv, x), whole)


def test_causal_dilated_line() -> None:
    left, right = causal_padding(kernel=2, dilation=2)
    geometry = ConvGeometry(
        batch=1,
        in_h=1,
        in_w=4,
        in_channels=1,
        out_channels=1,
        kernel_h=1,
        kernel_w=2,
        dilation_w=2,
        pad_left=left,
        pad_right=right,
    )
    conv = plain_layer(geometry, np.array([1, 10], dtype=np.int8).reshape(1, 1, 2, 1))
    x = np.array([1, 2, 3, 4], dtype=np.int8).reshape(1, 1, 4, 1)
    assert run(conv, x).ravel().tolist() == [10, 20, 31, 42]


def test_groups_see_only_their_own_channels() -> None:
    geometry = ConvGeometry(
        batch=1, in_h=1, in_w=1, in_channels=4, out_channels=2, kernel_h=1, kernel_w=1, groups=2
    )
    conv = plain_layer(geometry, np.array([[1, 2], [3, 4]], dtype=np.int8).reshape(2, 1, 1, 2))
    x = np.array([1, 2, 5, 7], dtype=np.int8).reshape(1, 1, 1, 4)
    assert run(conv, x).ravel().tolist() == [1 * 1 + 2 * 2, 5 * 3 + 7 * 4]


def test_depthwise_channel_order_is_input_major() -> None:
    geometry = ConvGeometry(
        batch=1, in_h=1, in_w=1, in_channels=2, out_channels=4, kernel_h=1, kernel_w=1, groups=2
    )
    conv = plain_layer(geometry, np.array([1, 2, 3, 4], dtype=np.int8).reshape(4, 1, 1, 1))
    x = np.array([1, 10], dtype=np.int8).reshape(1, 1, 1, 2)
    assert run(conv, x).ravel().tolist() == [1, 2, 30, 40]


@pytest.mark.parametrize("zero_point", [-128, -7, 0, 127])
@pytest.mark.parametrize("groups", [1, 2])
def test_padding_means_the_zero_point(zero_point: int, groups: int) -> None:
    geometry = ConvGeometry(
        batch=1,
        in_h=3,
        in_w=4,
        in_channels=2,
        out_channels=4,
        kernel_h=3,
        kernel_w=3,
        dilation_h=2,
        pad_top=2,
        pad_bottom=3,
        pad_left=1,
        pad_right=2,
        groups=groups,
    )
    weights = np.full(geometry.weights_shape, 100, dtype=np.int8)
    conv = plain_layer(geometry, weights, zero_point, bias=-11)
    x = np.full(geometry.input_shape, zero_point, dtype=np.int8)
    np.testing.assert_array_equal(accumulate(conv, x), np.full(geometry.output_shape, -11))


@pytest.mark.parametrize("groups", [1, 2])
def test_accumulators_wrap_at_32_bits(groups: int) -> None:
    # 33 100 products of 255 * 255 pass 2^31
    geometry = ConvGeometry(
        batch=1,
        in_h=1,
        in_w=33100,
        in_channels=groups,
        out_channels=2,
        kernel_h=1,
        kernel_w=33100,
        groups=groups,
    )
    ones = np.full(geometry.weights_shape, 127, dtype=np.int8)
    conv = replace(plain_layer(geometry, ones, x_zero_point=-128, bias=9), w_zero_point=-128)
    x = np.full(geometry.input_shape, 127, dtype=np.int8)
    assert accumulate(conv, x).ravel().tolist() == [33100 * 255 * 255 + 9 - 2**32] * 2


def test_the_bias_wraps_too() -> None:
    geometry = ConvGeometry(
        batch=1, in_h=1, in_w=1, in_channels=1, out_channels=1, kernel_h=1, kernel_w=1
    )
    conv = plain_layer(geometry, np.ones((1, 1, 1, 1), dtype=np.int8), bias=2**31 - 1)
    assert accumulate(conv, np.ones((1, 1, 1, 1), dtype=np.int8)).item() == -(2**31)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weights": np.zeros((2, 1, 1, 3), dtype=np.uint8)}, "weights must be int8 of shape"),
        ({"weights": np.zeros((2, 1, 3, 1), dtype=np.int8)}, r"weights .* \(2, 1, 1, 3\), found"),
        ({"bias": np.zeros(2, dtype=np.int64)}, "bias must be int32 of shape"),
        ({"bias": np.zeros(3, dtype=np.int32)}, r"bias must be int32 of shape \(2,\)"),
        ({"x_zero_point": -129}, "x_zero_point must lie from -128 to 127, found -129"),
        ({"w_zero_point": 128}, "w_zero_point must lie from -128 to 127, found 128"),
    ],
)
def test_layer_errors_name_the_layer(changes: dict[str, Any], message: str) -> None:
    conv = plain_layer(*_pixel())
    with pytest.raises(InputError, match=f"layer plain layer: {message}"):
        replace(conv, **changes)


def test_parameters_for_other_channels_are_refused() -> None:
    other, _ = random_layer(replace(_pixel()[0], out_channels=5), seed=1)
    with pytest.raises(InputError, match=r"multiplier must be int32 of shape \(2,\)"):
        replace(plain_layer(*_pixel()), requantise=other.requantise)


@pytest.mark.parametrize(("shape", "dtype"), [((1, 1, 3, 1), np.int8), ((1, 1, 1, 3), np.uint8)])
def test_an_input_that_does_not_fit(shape: tuple[int, ...], dtype: type) -> None:
    with pytest.raises(InputError, match=r"input must be int8 of shape \(1, 1, 1, 3\), found"):
        run(plain_layer(*_pixel()), np.zeros(shape, dtype=dtype))


def _pixel() -> tuple[ConvGeometry, Any]:
    geometry = ConvGeometry(
        batch=1, in_h=1, in_w=1, in_channels=3, out_channels=2, kernel_h=1, kernel_w=1
    )
    return geometry, np.zeros(geometry.weights_shape, dtype=np.int8)

"""A layer's attributes, checked: window, padding and fused activation."""

from typing import Literal

import numpy as np

from pymodel.errors import InputError
from pymodel.fixed_point import round_half_away
from pymodel.geometry import ConvGeometry, same_padding
from pymodel.network import Layer

Ties = Literal["away", "even"]
ACTIVATIONS: dict[str, tuple[float | None, float | None]] = {
    "NONE": (None, None),
    "RELU": (0.0, None),
    "RELU6": (0.0, 6.0),
    "RELU_N1_TO_1": (-1.0, 1.0),
}
"""Least and largest real value of each fused activation."""

MOST_PADDED_ELEMENTS = 1 << 26
"""Of a convolution's input with its border: kernel and dilation alone would set no bound."""


def choice(layer: Layer, key: str, allowed: tuple[str, ...]) -> str:
    """An attribute that is one of a few words. InputError if it is missing or another."""
    value = layer.attributes.get(key)
    if not isinstance(value, str) or value not in allowed:
        raise InputError(
            f"layer {layer.name}: attribute {key} of {layer.op} must be one of "
            f"{', '.join(allowed)}, found {value!r}"
        )
    return value


def boolean(layer: Layer, key: str) -> bool:
    """An attribute that is true or false. InputError if it is missing or another."""
    value = layer.attributes.get(key)
    if not isinstance(value, bool):
        raise InputError(
            f"layer {layer.name}: attribute {key} of {layer.op} must be true or false, "
            f"found {value!r}"
        )
    return value


def real(layer: Layer, key: str) -> float:
    """An attribute that is a finite number. InputError if it is missing or another."""
    value = layer.attributes.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool) or not np.isfinite(value):
        raise InputError(
            f"layer {layer.name}: attribute {key} of {layer.op} must be a finite number, "
            f"found {value!r}"
        )
    return float(value)


def integer(layer: Layer, key: str) -> int:
    """An attribute that is an integer. InputError if it is missing or another."""
    value = layer.attributes.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise InputError(
            f"layer {layer.name}: attribute {key} of {layer.op} must be an integer, found {value!r}"
        )
    return value


def positive(layer: Layer, key: str) -> int:
    """An attribute that is an integer of at least 1. InputError if it is missing or another."""
    return _at_least(layer, key, 1)


def _at_least(layer: Layer, key: str, least: int) -> int:
    value = layer.attributes.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise InputError(
            f"layer {layer.name}: attribute {key} of {layer.op} must be an integer "
            f"of at least {least}, found {value!r}"
        )
    return value


def conv_geometry(
    layer: Layer,
    input_shape: tuple[int, ...],
    out_channels: int,
    kernel: tuple[int, int],
    groups: int,
) -> ConvGeometry:
    """The geometry of an NHWC input under the layer's padding, stride and dilation attributes.

    Padding is SAME, VALID or EXPLICIT, which has attributes pad_top, pad_bottom, pad_left and
    pad_right and also takes an input NWC, whose height is 1.

    Raises:
        InputError: the input has not four dimensions, an attribute is missing or wrong, or the
            kernel does not fit.
    """
    padding = choice(layer, "padding", ("SAME", "VALID", "EXPLICIT"))
    if padding == "EXPLICIT" and len(input_shape) == 3:
        input_shape = (input_shape[0], 1, *input_shape[1:])
    if len(input_shape) != 4:
        raise InputError(
            f"layer {layer.name}: input of {layer.op} must have 4 dimensions, "
            f"found shape {input_shape}"
        )
    batch, in_h, in_w, in_channels = input_shape
    stride_h, stride_w = positive(layer, "stride_h"), positive(layer, "stride_w")
    dilation_h, dilation_w = positive(layer, "dilation_h"), positive(layer, "dilation_w")
    top = bottom = left = right = 0
    if padding == "SAME":
        top, bottom = same_padding(in_h, kernel[0], stride_h, dilation_h)
        left, right = same_padding(in_w, kernel[1], stride_w, dilation_w)
    elif padding == "EXPLICIT":
        sides = ("pad_top", "pad_bottom", "pad_left", "pad_right")
        top, bottom, left, right = (_at_least(layer, side, 0) for side in sides)
    padded = batch * (in_h + top + bottom) * (in_w + left + right) * in_channels
    if padded > MOST_PADDED_ELEMENTS:
        raise InputError(
            f"layer {layer.name}: the padded input of {layer.op} has {padded:,} elements, "
            f"at most {MOST_PADDED_ELEMENTS:,} are taken"
        )
    try:
        return ConvGeometry(
            batch=batch,
            in_h=in_h,
            in_w=in_w,
            in_channels=in_channels,
            out_channels=out_channels,
            kernel_h=kernel[0],
            kernel_w=kernel[1],
            stride_h=stride_h,
            stride_w=stride_w,
            dilation_h=dilation_h,
            dilation_w=dilation_w,
            pad_top=top,
            pad_bottom=bottom,
            pad_left=left,
            pad_right=right,
            groups=groups,
        )
    except InputError as error:
        raise InputError(f"layer {layer.name}: {error}") from error


def activation_range(
    layer: Layer, scale: np.float32, zero_point: int, ties: Ties = "away"
) -> tuple[int, int]:
    """(clamp_min, clamp_max) as output codes, for the layer's fused activation."""
    return code_range(
        choice(layer, "fused_activation", tuple(ACTIVATIONS)), scale, zero_point, ties
    )


def code_range(
    activation: str, scale: np.float32, zero_point: int, ties: Ties = "away"
) -> tuple[int, int]:
    """(clamp_min, clamp_max) as codes, for one of ACTIVATIONS.

    Ties of the quotient go away from zero, as in TFLite's `CalculateActivationRangeQuantized`
    (kernels/kernel_util.cc), or to the even code, as in XNNPACK. The division is float32's.
    """
    least, largest = ACTIVATIONS[activation]
    return (
        -128 if least is None else max(-128, _code(least, scale, zero_point, ties)),
        127 if largest is None else min(127, _code(largest, scale, zero_point, ties)),
    )


def _code(real: float, scale: np.float32, zero_point: int, ties: Ties) -> int:
    steps = np.float32(real) / scale
    if ties == "even":
        return int(np.rint(steps + np.float32(zero_point)))
    return zero_point + int(round_half_away(steps))

"""A layer's attributes, checked: window, padding and fused activation."""

import numpy as np

from pymodel.errors import InputError
from pymodel.fixed_point import round_half_away
from pymodel.geometry import ConvGeometry, same_padding
from pymodel.network import Layer

ACTIVATIONS: dict[str, tuple[float | None, float | None]] = {
    "NONE": (None, None),
    "RELU": (0.0, None),
    "RELU6": (0.0, 6.0),
    "RELU_N1_TO_1": (-1.0, 1.0),
}
"""Least and largest real value of each fused activation."""


def choice(layer: Layer, key: str, allowed: tuple[str, ...]) -> str:
    """An attribute that is one of a few words. InputError if it is missing or another."""
    value = layer.attributes.get(key)
    if not isinstance(value, str) or value not in allowed:
        raise InputError(
            f"layer {layer.name}: attribute {key} of {layer.op} must be one of "
            f"{', '.join(allowed)}, found {value!r}"
        )
    return value


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
    value = layer.attributes.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InputError(
            f"layer {layer.name}: attribute {key} of {layer.op} must be an integer "
            f"of at least 1, found {value!r}"
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

    Raises:
        InputError: the input has not four dimensions, an attribute is missing or wrong, or the
            kernel does not fit.
    """
    if len(input_shape) != 4:
        raise InputError(
            f"layer {layer.name}: input of {layer.op} must have 4 dimensions, "
            f"found shape {input_shape}"
        )
    batch, in_h, in_w, in_channels = input_shape
    same = choice(layer, "padding", ("SAME", "VALID")) == "SAME"
    stride_h, stride_w = positive(layer, "stride_h"), positive(layer, "stride_w")
    dilation_h, dilation_w = positive(layer, "dilation_h"), positive(layer, "dilation_w")
    top, bottom = same_padding(in_h, kernel[0], stride_h, dilation_h) if same else (0, 0)
    left, right = same_padding(in_w, kernel[1], stride_w, dilation_w) if same else (0, 0)
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


def activation_range(layer: Layer, scale: np.float32, zero_point: int) -> tuple[int, int]:
    """(clamp_min, clamp_max) as output codes, for the layer's fused activation.

    Source: TFLite `CalculateActivationRangeQuantized` (kernels/kernel_util.cc); the division is
    float32's.
    """
    least, largest = ACTIVATIONS[choice(layer, "fused_activation", tuple(ACTIVATIONS))]
    return (
        -128 if least is None else max(-128, _code(least, scale, zero_point)),
        127 if largest is None else min(127, _code(largest, scale, zero_point)),
    )


def _code(real: float, scale: np.float32, zero_point: int) -> int:
    return zero_point + int(round_half_away(np.float32(real) / scale))

"""MEAN: the average along some axes, requantised.

| rule            | kernels            | arithmetic                                              |
|-----------------|--------------------|---------------------------------------------------------|
| double_away     | TFLite's reference | the count divides the 31-bit multiplier; ties away      |
| double_up_by_16 | its optimised      | as double_away, but for rows and columns of NHWC with   |
|                 |                    | keep_dims: zero points rescaled apart, ties up in whole |
|                 |                    | blocks of 16 channels, away in the channels left over   |
| float_even      | XNNPACK            | float32, ties to the even code                          |
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.affine.requantise import LEAST_SHIFT, scale_accumulator
from pymodel.errors import InputError
from pymodel.fixed_point import Int64Array, round_half_away, wrap
from pymodel.network import Layer, Network
from pymodel.ops.attributes import boolean
from pymodel.ops.moving import integers, normal_axis
from pymodel.ops.quantised import (
    INT8_MAX,
    INT8_MIN,
    Scale,
    int8_input,
    int8_output,
    multiplier,
    require_rule,
    saturate,
)

RULES: tuple[str, ...] = ("double_away", "double_up_by_16", "float_even")
BLOCK_CHANNELS = 16


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """The mean along the axes that the second input lists, as int8 codes of the output.

    Axes may be negative and may repeat. `keep_dims` leaves them in the shape, with size 1.

    Raises:
        InputError: an input or output that is not int8 with one scale, an empty input, axes that
            are no integers or out of range, an output of another shape, an attribute that is
            missing, scales that no multiplier can express, or an unknown rule.
    """
    require_rule(layer, rule, RULES)
    x, x_scale = int8_input(network, layer, inputs, 0, 2)
    listed = integers(layer, "axes", inputs[1].reshape(-1), (inputs[1].size,))
    axes = tuple(sorted({normal_axis(layer, axis, x.ndim) for axis in listed}))
    if not x.size:
        raise InputError(f"layer {layer.name}: input of {layer.op} is empty, shape {x.shape}")
    keep = boolean(layer, "keep_dims")
    shape = [1 if place in axes else extent for place, extent in enumerate(x.shape)]
    if not keep:
        shape = [extent for place, extent in enumerate(x.shape) if place not in axes]
    y = int8_output(network, layer, shape)
    total = wrap(x.sum(axis=axes, keepdims=keep), 32)
    count = int(np.prod([x.shape[axis] for axis in axes], dtype=np.int64))
    if rule == "float_even":
        return (_float_even(total, count, x_scale, y),)
    if rule == "double_up_by_16" and keep and x.ndim == 4 and sorted(listed) == [1, 2]:
        return (saturate(_double_up_by_16(layer, total, count, x_scale, y), y),)
    return (saturate(_double_away(layer, total, count, x_scale, y), y),)


def _double_away(layer: Layer, total: Int64Array, count: int, x: Scale, y: Scale) -> Int64Array:
    """total / count in steps of the output's scale: the count goes into the multiplier, truncated.

    Source: TFLite `QuantizedMeanOrSum` (reference/reduce.h).
    """
    q, shift = multiplier(layer, float(x.scale) / float(y.scale))
    count_shift = min(count.bit_length() - 1, shift - LEAST_SHIFT)
    return scale_accumulator(total, (q << count_shift) // count, shift - count_shift, "double_away")


def _double_up_by_16(layer: Layer, total: Int64Array, count: int, x: Scale, y: Scale) -> Int64Array:
    """The same, channels last, from the sum of codes with their zero points.

    Source: TFLite `Mean` (optimized/integer_ops/mean.h).
    """
    codes = total + count * x.zero_point
    q, shift = multiplier(layer, float(x.scale / (np.float32(count) * y.scale)))
    up, away = (scale_accumulator(codes, q, shift, rule) for rule in ("double_up", "double_away"))
    channels = codes.shape[-1]
    in_block = np.arange(channels) < channels // BLOCK_CHANNELS * BLOCK_CHANNELS
    zero = round_half_away(np.float32(x.zero_point) * x.scale / y.scale)
    return np.where(in_block, up, away) - int(zero)


def _float_even(total: Int64Array, count: int, x: Scale, y: Scale) -> NDArray[np.int8]:
    """Codes of total / count: a float32 multiple of the sum of codes plus an offset.

    Each operation rounds; the offset holds both zero points, so ties are between codes. Found by
    comparison with XNNPACK.
    """
    step = x.scale / y.scale * (np.float32(1) / np.float32(count))
    offset = np.float32(y.zero_point) - np.float32(count * x.zero_point) * step
    codes = (total + count * x.zero_point).astype(np.float32)
    code: NDArray[np.float32] = np.rint(codes * step + offset)
    return np.clip(code, INT8_MIN, INT8_MAX).astype(np.int8)

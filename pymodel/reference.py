"""The same numbers by obvious loops over Python ints, for cross-checking the fast path alone.

Nothing here shares code with what it checks: requantisation follows TFLite's C++ line by line,
with its branches, where `pymodel.affine.requantise` has closed forms.
"""

from fractions import Fraction
from itertools import product

import numpy as np
from numpy.typing import NDArray

from pymodel.convolution import Convolution
from pymodel.requantise import Requantise


def accumulate(conv: Convolution, x: NDArray[np.int8]) -> NDArray[np.int32]:
    """Accumulators with bias, int8 NHWC to int32 NHWC, wrapped at 32 bits at the end."""
    out = np.zeros(conv.geometry.output_shape, dtype=np.int32)
    for place in np.ndindex(out.shape):
        out[place] = _wrap32(_window_sum(conv, x, *place) + int(conv.bias[place[3]]))
    return out


def run(conv: Convolution, x: NDArray[np.int8]) -> NDArray[np.int8]:
    """The layer's output codes, int8 NHWC to int8 NHWC."""
    acc = accumulate(conv, x)
    out = np.zeros(acc.shape, dtype=np.int8)
    for place in np.ndindex(out.shape):
        out[place] = requantise_value(int(acc[place]), place[3], conv.requantise)
    return out


def _window_sum(
    conv: Convolution, x: NDArray[np.int8], batch: int, oh: int, ow: int, oc: int
) -> int:
    g = conv.geometry
    first_channel = oc // (g.out_channels // g.groups) * (g.in_channels // g.groups)
    total = 0
    for kh, kw in product(range(g.kernel_h), range(g.kernel_w)):
        ih = oh * g.stride_h + kh * g.dilation_h - g.pad_top
        iw = ow * g.stride_w + kw * g.dilation_w - g.pad_left
        if not (0 <= ih < g.in_h and 0 <= iw < g.in_w):
            continue
        for ic in range(g.in_channels // g.groups):
            element = int(x[batch, ih, iw, first_channel + ic]) - conv.x_zero_point
            weight = int(conv.weights[oc, kh, kw, ic]) - conv.w_zero_point
            total += element * weight
    return total


def requantise_value(acc: int, channel: int, params: Requantise) -> int:
    """One accumulator of one output channel to its output code."""
    if params.rule == "float_even":
        real = np.float32(acc) * np.float32(params.scale[channel])
        scaled = round(Fraction(float(real)))
    elif params.rule == "float_away":
        real_64 = Fraction(float(acc) * float(params.scale[channel]))
        scaled = _round_half_away(real_64)
    else:
        q, shift, rule = int(params.multiplier[channel]), int(params.shift[channel]), params.rule
        if rule == "double_up_by_8":
            left_over = len(params.multiplier) % 8
            rule = "double_away" if channel >= len(params.multiplier) - left_over else "double_up"
        scaled = scale_value(acc, q, shift, rule)
    return min(max(scaled + params.zero_point, params.clamp_min), params.clamp_max)


def scale_value(acc: int, multiplier: int, shift: int, rule: str) -> int:
    """One int32 accumulator times multiplier * 2^(shift - 31) by an integer rule, as int32.

    Source: TFLite `MultiplyByQuantizedMultiplier`, gemmlowp fixedpoint.h; "double_up" has the
    rounding shift of the optimised kernels (SRSHL on ARM, ruy), which adds half and shifts.
    """
    if rule == "single":
        exact = Fraction(acc * multiplier) * Fraction(2) ** (shift - 31)
        return _wrap32((exact + Fraction(1, 2)).__floor__())
    left, right = max(shift, 0), max(-shift, 0)
    high = _doubling_high_multiply(_wrap32(acc * 2**left), multiplier)
    if rule == "double_away":
        return _divide_by_power_of_two(high, right)
    return (Fraction(high, 2**right) + Fraction(1, 2)).__floor__()


def _doubling_high_multiply(a: int, b: int) -> int:
    if a == b == -(2**31):
        return 2**31 - 1
    product_64 = a * b
    nudge = 2**30 if product_64 >= 0 else 1 - 2**30
    total = product_64 + nudge
    return total // 2**31 if total >= 0 else -(-total // 2**31)


def _divide_by_power_of_two(value: int, exponent: int) -> int:
    mask = 2**exponent - 1
    remainder = value & mask
    threshold = (mask >> 1) + (1 if value < 0 else 0)
    return (value >> exponent) + (1 if remainder > threshold else 0)


def _round_half_away(value: Fraction) -> int:
    magnitude = (abs(value) + Fraction(1, 2)).__floor__()
    return magnitude if value >= 0 else -magnitude


def _wrap32(value: int) -> int:
    return (value + 2**31) % 2**32 - 2**31

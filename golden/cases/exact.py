"""Exact integer arithmetic as an oracle, for the rules that no LiteRT kernel follows.

Written from the definitions, in Python integers and rationals, without anything of pymodel's
arithmetic. For an accumulator a, a multiplier q and a shift s, the real result is
a * q * 2^(s - 31):

| rule        | first rounding                       | second rounding                       |
|-------------|--------------------------------------|---------------------------------------|
| double_away | a * 2^max(s, 0) * q / 2^31, ties up  | by 2^max(-s, 0), ties away from zero  |
| double_up   | the same                             | by 2^max(-s, 0), ties up              |
| single      | a * q * 2^(s - 31), ties up          | none                                  |
"""

import math
from fractions import Fraction
from itertools import product

import numpy as np
from numpy.typing import NDArray

from pymodel.convolution import Convolution

VERSION = "exact integer arithmetic"


def run(conv: Convolution, x: NDArray[np.int8]) -> NDArray[np.int8]:
    """The layer's output codes: int8 NHWC in, int8 NHWC out. Slow: one Python step a product."""
    g, numbers = conv.geometry, conv.requantise
    out = np.zeros(g.output_shape, dtype=np.int8)
    for place in product(*(range(size) for size in g.output_shape)):
        channel = place[-1]
        acc = int(conv.bias[channel]) + _dot(conv, x, *place)
        scaled = _scale(
            acc, int(numbers.multiplier[channel]), int(numbers.shift[channel]), numbers.rule
        )
        out[place] = min(max(scaled + numbers.zero_point, numbers.clamp_min), numbers.clamp_max)
    return out


def _dot(conv: Convolution, x: NDArray[np.int8], n: int, oh: int, ow: int, oc: int) -> int:
    """The products of one output; a tap on the padding is worth nothing."""
    g = conv.geometry
    first_channel = oc // g.group_out_channels * g.group_in_channels
    total = 0
    for kh, kw in product(range(g.kernel_h), range(g.kernel_w)):
        ih = oh * g.stride_h - g.pad_top + kh * g.dilation_h
        iw = ow * g.stride_w - g.pad_left + kw * g.dilation_w
        if not (0 <= ih < g.in_h and 0 <= iw < g.in_w):
            continue
        for ic in range(g.group_in_channels):
            code = int(x[n, ih, iw, first_channel + ic]) - conv.x_zero_point
            total += code * (int(conv.weights[oc, kh, kw, ic]) - conv.w_zero_point)
    return total


def _scale(acc: int, multiplier: int, shift: int, rule: str) -> int:
    if rule == "single":
        return _ties_up(Fraction(acc * multiplier) * Fraction(2) ** (shift - 31))
    high = _ties_up(Fraction(acc * 2 ** max(shift, 0) * multiplier, 2**31))
    rest = Fraction(high, 2 ** max(-shift, 0))
    if rule == "double_up" or rest >= 0:
        return _ties_up(rest)
    return -_ties_up(-rest)


def _ties_up(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))

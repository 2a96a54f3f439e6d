"""Exact integers and rationals as the oracle of dynamic fixed point, in the array's order.

Written from the definitions, in Python integers and rationals, without anything of pymodel's
arithmetic: taps of one input channel accumulate in its lane, the lanes of a group meet in a
balanced tree, groups add up in the psum; every stage drops bits and overflows by its own rule.
"""

import math
from fractions import Fraction
from itertools import product

import numpy as np
from numpy.typing import NDArray

from pymodel.convolution import Convolution
from pymodel.datapath import Datapath

VERSION = "exact rational arithmetic"


def run(conv: Convolution, x: NDArray[np.int8], path: Datapath) -> NDArray[np.int8]:
    """The layer's output codes: int8 NHWC in, int8 NHWC out. Slow: one Python step a product."""
    numbers = conv.requantise
    out = np.zeros(conv.geometry.output_shape, dtype=np.int8)
    for place in product(*(range(size) for size in out.shape)):
        exact = psum(conv, x, path, place) * Fraction(2) ** int(numbers.shift[place[3]])
        scaled = rounded(exact, numbers.rule)
        out[place] = min(max(scaled, numbers.clamp_min), numbers.clamp_max)
    return out


def psum(conv: Convolution, x: NDArray[np.int8], path: Datapath, place: tuple[int, ...]) -> int:
    """The psum, bias included, of one output element: place is its (n, h, w, c)."""
    g = conv.geometry
    taps = list(product(range(g.kernel_h), range(g.kernel_w)))
    lanes, total = 1 if g.depthwise else path.ic_lanes, 0
    for start in range(0, g.group_in_channels, lanes):
        channels = range(start, start + lanes)
        products = [[_product(conv, x, path, place, c, tap) for c in channels] for tap in taps]
        if path.order == "taps_first" or g.depthwise:
            sums = [0] * lanes
            for row in products:
                sums = [_add(s, p, path, "lane") for s, p in zip(sums, row, strict=True)]
            root = sums[0] if g.depthwise else _tree(sums, path)
            addend = _dropped(root, path.root_drop, path.root_rounding)
        else:
            addend = 0
            for row in products:
                root = _dropped(_tree(row, path), path.root_drop, path.root_rounding)
                addend = _add(addend, root, path, "lane")
        total = _add(total, addend, path, "psum")
    return _add(total, int(conv.bias[place[3]]), path, "psum")


def _product(
    conv: Convolution,
    x: NDArray[np.int8],
    path: Datapath,
    place: tuple[int, ...],
    channel: int,
    tap: tuple[int, ...],
) -> int:
    """One product, its low bits dropped; 0 on padding, and without a channel."""
    g, (batch, oh, ow, oc) = conv.geometry, place
    ih = oh * g.stride_h - g.pad_top + tap[0] * g.dilation_h
    iw = ow * g.stride_w - g.pad_left + tap[1] * g.dilation_w
    if not (0 <= ih < g.in_h and 0 <= iw < g.in_w and channel < g.group_in_channels):
        return 0
    first = oc // g.group_out_channels * g.group_in_channels
    exact = int(x[batch, ih, iw, first + channel]) * int(conv.weights[oc, tap[0], tap[1], channel])
    return _dropped(exact, path.product_drop, path.product_rounding)


def _tree(values: list[int], path: Datapath) -> int:
    """Neighbours meet, level by level."""
    level = [_fitted(value, path, "tree") for value in values]
    while len(level) > 1:
        level = [_fitted(level[j] + level[j + 1], path, "tree") for j in range(0, len(level), 2)]
    return level[0]


def _add(acc: int, addend: int, path: Datapath, stage: str) -> int:
    return _fitted(acc + _fitted(addend, path, stage), path, stage)


def _fitted(value: int, path: Datapath, stage: str) -> int:
    """The value in a stage's width, by its overflow rule."""
    bits: int = getattr(path, f"{stage}_bits")
    half = 1 << (bits - 1)
    if getattr(path, f"{stage}_overflow") == "saturate":
        return min(max(value, -half), half - 1)
    return (value + half) % (2 * half) - half


def _dropped(value: int, bits: int, rounding: str) -> int:
    return rounded(Fraction(value, 2**bits), rounding)


def rounded(value: Fraction, rounding: str) -> int:
    """The integer that the rule gives, by its definition."""
    down = math.floor(value)
    if rounding == "floor" or value == down:
        return down
    if rounding == "toward_zero":
        return math.trunc(value)
    if value - down != Fraction(1, 2):
        return down + (value - down > Fraction(1, 2))
    return down + (down % 2 if rounding == "nearest_even" else int(value > 0))

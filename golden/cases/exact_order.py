"""The array's order of sums, one output element at a time, over any oracle's arithmetic.

Written from the definition, without anything of pymodel's reduction: the taps of one input channel
meet in its lane, the lanes of a group in a balanced tree, neighbours first, and the groups in the
psum; or, in the order tree_first, the lanes of each tap, then the taps, then the groups.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from pymodel.convolution import Convolution
from pymodel.datapath import Datapath

Codes = NDArray[np.signedinteger[Any]]
Value = TypeVar("Value")


class Arithmetic(Protocol[Value]):
    """What each stage does to a value on its way; codes come and go as they are stored."""

    def zero(self) -> Value:
        """What every sum begins with, and a product without a pixel or a channel: +0."""

    def product(self, x: int, w: int) -> Value:
        """Of two stored codes, as the multiplier hands it on."""

    def lane(self, acc: Value, addend: Value) -> Value:
        """The accumulator of a lane, or behind the tree, after one addend."""

    def entry(self, value: Value) -> Value:
        """A value as it enters the tree."""

    def node(self, a: Value, b: Value) -> Value:
        """One adder of the tree."""

    def root(self, value: Value) -> Value:
        """What leaves the tree, or goes past it."""

    def psum(self, acc: Value, addend: Value) -> Value:
        """The psum after one addend."""

    def bias(self, code: int) -> Value:
        """A stored bias, as an addend of the psum."""

    def output(self, psum: Value, channel: int, /) -> int:
        """The stored code of a psum of an output channel."""


def run(conv: Convolution, x: Codes, path: Datapath, by: Arithmetic[Value]) -> Codes:
    """The layer's output codes, NHWC in and out. Slow: some Python steps for each product."""
    out = np.zeros(conv.geometry.output_shape, dtype=path.dtype)
    for place in product(*(range(size) for size in out.shape)):
        out[place] = by.output(psum(conv, x, path, by, place), place[3])
    return out


def psum(
    conv: Convolution, x: Codes, path: Datapath, by: Arithmetic[Value], place: tuple[int, ...]
) -> Value:
    """The psum, bias included, of one output element: place is its (n, h, w, c)."""
    g = conv.geometry
    lanes, total = 1 if g.depthwise else path.ic_lanes, by.zero()
    for start in range(0, g.group_in_channels, lanes):
        channels = range(start, start + lanes)
        taps = _products(conv, x, by, place, channels)
        if g.depthwise or path.order == "taps_first":
            sums = [by.zero()] * lanes
            for tap in taps:
                sums = [by.lane(acc, value) for acc, value in zip(sums, tap, strict=True)]
            addend = by.root(sums[0] if g.depthwise else _tree(sums, by))
        else:
            addend = by.zero()
            for tap in taps:
                addend = by.lane(addend, by.root(_tree(tap, by)))
        total = by.psum(total, addend)
    return by.psum(total, by.bias(int(conv.bias[place[3]])))


def _products(
    conv: Convolution, x: Codes, by: Arithmetic[Value], place: tuple[int, ...], channels: range
) -> Iterator[list[Value]]:
    """For each tap, row by row, the product of every lane; +0 on padding or without a channel."""
    g, (batch, oh, ow, oc) = conv.geometry, place
    first = oc // g.group_out_channels * g.group_in_channels
    for kh, kw in product(range(g.kernel_h), range(g.kernel_w)):
        ih = oh * g.stride_h - g.pad_top + kh * g.dilation_h
        iw = ow * g.stride_w - g.pad_left + kw * g.dilation_w
        inside = 0 <= ih < g.in_h and 0 <= iw < g.in_w
        yield [
            by.product(
                int(x[batch, ih, iw, first + channel]), int(conv.weights[oc, kh, kw, channel])
            )
            if inside and channel < g.group_in_channels
            else by.zero()
            for channel in channels
        ]


def _tree(values: list[Value], by: Arithmetic[Value]) -> Value:
    """Neighbours meet, level by level."""
    level = [by.entry(value) for value in values]
    while len(level) > 1:
        level = [by.node(level[j], level[j + 1]) for j in range(0, len(level), 2)]
    return level[0]

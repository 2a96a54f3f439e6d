"""The array's reduction, stage by stage, in the order that decides a lossy result.

All outputs are computed at once; taps, groups and tree levels follow each other exactly as in
the hardware. Slow beside `pymodel.convolution`, and equal to it where every stage has 32 bits.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pymodel.convolution import Convolution, require_array
from pymodel.datapath import Datapath
from pymodel.fixed_point import Int64Array
from pymodel.formats.table import STAGES
from pymodel.geometry import ConvGeometry


def adder_tree(lanes: Int64Array, datapath: Datapath) -> Int64Array:
    """The root (...) of the balanced binary tree over `lanes` (..., L), L a power of two.

    Level by level, neighbours (2j, 2j + 1) meet; every node has the tree's width. The root is cut.
    """
    stages = STAGES[datapath.format]
    level = stages.resize(lanes, datapath.tree)
    while level.shape[-1] > 1:
        level = stages.tree_node(level[..., 0::2], level[..., 1::2], datapath.tree)
    return stages.truncate(level[..., 0], datapath.root_cut)


def reduce(conv: Convolution, x: NDArray[np.int8], datapath: Datapath) -> NDArray[np.int32]:
    """Psums with bias as the array computes them: int8 NHWC in, int32 NHWC out.

    taps_first: each lane accumulates its channel's taps, the tree adds the lanes, the psum adds
    the groups. tree_first: the tree adds the lanes of each tap, an accumulator of the lanes' width
    the taps, the psum the groups. Depthwise has no tree: the one lane, cut like a root, enters the
    psum.

    Raises:
        InputError: x has another dtype or shape than the geometry's input.
    """
    g = conv.geometry
    require_array(conv.name, "input", x, np.int8, g.input_shape)
    out = np.empty(g.output_shape, dtype=np.int32)
    for group in range(g.groups):
        first, beyond = group * g.group_out_channels, (group + 1) * g.group_out_channels
        for start in range(first, beyond, datapath.oc_lanes):
            channels = slice(start, min(start + datapath.oc_lanes, beyond))
            out[..., channels] = _reduce_block(conv, x, datapath, group, channels)
    return out


def _reduce_block(
    conv: Convolution, x: NDArray[np.int8], datapath: Datapath, group: int, channels: slice
) -> Int64Array:
    """Psums with bias, int64 (batch, out_h, out_w, output channels of one block)."""
    stages, width = STAGES[datapath.format], datapath.psum
    psum: Int64Array = np.zeros((), dtype=np.int64)
    for lanes in _groups(conv.geometry, datapath):
        products = _products(conv, x, datapath, group, channels, lanes)
        psum = stages.accumulate(psum, _reduce_group(products, conv.geometry, datapath), width)
    return stages.accumulate(psum, conv.bias[channels], width)


def _reduce_group(
    products: Iterator[Int64Array], g: ConvGeometry, datapath: Datapath
) -> Int64Array:
    """One group's contribution to the psum, from the taps' products (..., lanes)."""
    stages = STAGES[datapath.format]
    taps_first = datapath.order == "taps_first"
    acc: Int64Array = np.zeros((), dtype=np.int64)
    for product in products:
        addend = product if g.depthwise or taps_first else adder_tree(product, datapath)
        acc = stages.accumulate(acc, addend, datapath.lane)
    if g.depthwise:
        return stages.truncate(acc[..., 0], datapath.root_cut)
    return adder_tree(acc, datapath) if taps_first else acc


def _groups(g: ConvGeometry, datapath: Datapath) -> Iterator[NDArray[np.int64]]:
    """Input channels, counted within the convolution's group, of each lane of each IC group.

    A lane without a channel has a number past the last one. Depthwise has the one lane.
    """
    width = 1 if g.depthwise else datapath.ic_lanes
    for start in range(0, g.group_in_channels, width):
        yield np.arange(start, start + width, dtype=np.int64)


def _products(
    conv: Convolution,
    x: NDArray[np.int8],
    datapath: Datapath,
    group: int,
    channels: slice,
    lanes: NDArray[np.int64],
) -> Iterator[Int64Array]:
    """Each tap's products in row-major order: (batch, out_h, out_w, output channel, lane)."""
    g, multiply = conv.geometry, STAGES[datapath.format].multiply
    absent = lanes >= g.group_in_channels
    channel = np.where(absent, 0, lanes)
    for kh, kw in np.ndindex(g.kernel_h, g.kernel_w):
        ih = np.arange(g.out_h) * g.stride_h - g.pad_top + kh * g.dilation_h
        iw = np.arange(g.out_w) * g.stride_w - g.pad_left + kw * g.dilation_w
        outside = ((ih < 0) | (ih >= g.in_h))[:, None] | (iw < 0) | (iw >= g.in_w)
        pixels = x[:, np.clip(ih, 0, g.in_h - 1)][:, :, np.clip(iw, 0, g.in_w - 1)]
        elements = pixels[..., group * g.group_in_channels + channel]
        yield multiply(
            elements[:, :, :, None, :],
            conv.weights[channels, kh, kw][:, channel],
            conv.x_zero_point,
            conv.w_zero_point,
            outside[:, :, None, None] | absent,
            datapath.product_cut,
        )

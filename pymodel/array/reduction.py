"""The array's reduction, stage by stage, in the order that decides a lossy result.

All outputs are computed at once; taps, groups and tree levels follow each other exactly as in
the hardware. Slow beside `pymodel.convolution`, and equal to it where nothing is lost.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pymodel.array.events import EventCounts
from pymodel.array.stages import Stages, Values, stages_of
from pymodel.convolution import Convolution, require_array
from pymodel.datapath import Datapath
from pymodel.fixed_point import Int64Array
from pymodel.geometry import ConvGeometry


def adder_tree(lanes: Values, stages: Stages) -> Values:
    """The root (...) of the balanced binary tree over `lanes` (..., L), L a power of two.

    Level by level, neighbours (2j, 2j + 1) meet; every node has the tree's width. The root is cut.
    """
    level = stages.enter_tree(lanes)
    while level.shape[-1] > 1:
        level = stages.tree_node(level[..., 0::2], level[..., 1::2])
    return stages.cut_root(level[..., 0])


def reduce(
    conv: Convolution,
    x: NDArray[np.signedinteger],
    datapath: Datapath,
    counts: EventCounts | None = None,
) -> Int64Array:
    """Psums with bias as the array computes them: stored codes NHWC in, int64 NHWC out.

    taps_first: each lane accumulates its channel's taps, the tree adds the lanes, the psum adds
    the groups. tree_first: the tree adds the lanes of each tap, an accumulator of the lanes' width
    the taps, the psum the groups. Depthwise has no tree: the one lane, cut like a root, enters the
    psum.

    In minifloat psums are bit patterns of the accumulator's format. Numeric events of every stage
    but the output's are added to `counts`.

    Raises:
        InputError: x has another dtype or shape than the layer's input, or its weights another
            dtype than the datapath's.
    """
    g = conv.geometry
    require_array(conv.name, "weights", conv.weights, datapath.dtype, g.weights_shape)
    require_array(conv.name, "input", x, datapath.dtype, g.input_shape)
    out = np.empty(g.output_shape, dtype=np.int64)
    for group in range(g.groups):
        first, beyond = group * g.group_out_channels, (group + 1) * g.group_out_channels
        for start in range(first, beyond, datapath.oc_lanes):
            channels = slice(start, min(start + datapath.oc_lanes, beyond))
            reduction = _Reduction(conv, x, datapath, stages_of(datapath, counts), group, channels)
            out[..., channels] = reduction.psums()
    return out


class _Reduction:
    """One block of output channels of one group of the convolution."""

    def __init__(
        self,
        conv: Convolution,
        x: NDArray[np.signedinteger],
        datapath: Datapath,
        stages: Stages,
        group: int,
        channels: slice,
    ) -> None:
        self._conv, self._x, self._datapath, self._stages = conv, x, datapath, stages
        self._group, self._channels = group, channels

    def psums(self) -> Values:
        """Psums with bias (batch, out_h, out_w, output channels of the block)."""
        stages, psum = self._stages, self._stages.zero
        for lanes in _groups(self._conv.geometry, self._datapath):
            psum = stages.accumulate_psum(psum, self._group_sum(lanes))
        return stages.accumulate_psum(psum, stages.bias(self._conv.bias[self._channels]))

    def _group_sum(self, lanes: NDArray[np.int64]) -> Values:
        """What one group of lanes contributes to the psums."""
        stages, depthwise = self._stages, self._conv.geometry.depthwise
        taps_first = self._datapath.order == "taps_first"
        acc = stages.zero
        for product in self._products(lanes):
            addend = product if depthwise or taps_first else adder_tree(product, stages)
            acc = stages.accumulate_lane(acc, addend)
        if depthwise:
            return stages.cut_root(acc[..., 0])
        return adder_tree(acc, stages) if taps_first else acc

    def _products(self, lanes: NDArray[np.int64]) -> Iterator[Values]:
        """Each tap's products in row-major order: (batch, out_h, out_w, output channel, lane)."""
        conv, x, g = self._conv, self._x, self._conv.geometry
        absent = lanes >= g.group_in_channels
        channel = np.where(absent, 0, lanes)
        for kh, kw in np.ndindex(g.kernel_h, g.kernel_w):
            ih = np.arange(g.out_h) * g.stride_h - g.pad_top + kh * g.dilation_h
            iw = np.arange(g.out_w) * g.stride_w - g.pad_left + kw * g.dilation_w
            outside = ((ih < 0) | (ih >= g.in_h))[:, None] | (iw < 0) | (iw >= g.in_w)
            pixels = x[:, np.clip(ih, 0, g.in_h - 1)][:, :, np.clip(iw, 0, g.in_w - 1)]
            elements = pixels[..., self._group * g.group_in_channels + channel]
            yield self._stages.multiply(
                elements[:, :, :, None, :],
                conv.weights[self._channels, kh, kw][:, channel],
                conv.x_zero_point,
                conv.w_zero_point,
                outside[:, :, None, None] | absent,
            )


def _groups(g: ConvGeometry, datapath: Datapath) -> Iterator[NDArray[np.int64]]:
    """Input channels, counted within the convolution's group, of each lane of each IC group.

    A lane without a channel has a number past the last one. Depthwise has the one lane.
    """
    width = 1 if g.depthwise else datapath.ic_lanes
    for start in range(0, g.group_in_channels, width):
        yield np.arange(start, start + width, dtype=np.int64)

"""What AVERAGE_POOL_2D and MAX_POOL_2D share: windows over an NHWC image, and int8 operands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.fixed_point import Int64Array
from pymodel.geometry import same_padding
from pymodel.network import Layer, Network
from pymodel.ops.attributes import activation_range, choice, positive
from pymodel.ops.quantised import int8_input, int8_output

Spans = list[tuple[int, int]]
"""First and past-the-last index of each window along one axis, within the image."""


@dataclass(frozen=True)
class Windows:
    """The rows and columns of an image that each output row and column sees."""

    rows: Spans
    columns: Spans

    def reduced(self, x: NDArray[Any], by: np.ufunc) -> NDArray[Any]:
        """The windows' elements of x, NHWC, combined by `by`, one axis after the other: NHWC."""
        lines = [by.reduce(x[:, a:b], axis=1) for a, b in self.rows]
        tall = np.stack(lines, axis=1)
        return np.stack([by.reduce(tall[:, :, a:b], axis=2) for a, b in self.columns], axis=2)

    def counts(self) -> Int64Array:
        """How many elements each window has, int64 (rows, columns, 1): padding has none."""
        height, width = (
            np.array([b - a for a, b in spans], dtype=np.int64)
            for spans in (self.rows, self.columns)
        )
        return np.multiply.outer(height, width)[:, :, None]

    def output_shape(self, x: NDArray[Any]) -> tuple[int, int, int, int]:
        """NHWC, of the output for x, NHWC."""
        return x.shape[0], len(self.rows), len(self.columns), x.shape[-1]


@dataclass(frozen=True, eq=False)
class Pool:
    """The operands of a pooling op.

    Attributes:
        x: int64 codes NHWC, zero point included.
        windows: of the image, that each output sees.
        clamp, clamp_even: the fused activation's range of codes as TFLite and as XNNPACK round it.
    """

    x: Int64Array
    windows: Windows
    clamp: tuple[int, int]
    clamp_even: tuple[int, int]

    def reduced(self, by: np.ufunc) -> Int64Array:
        """The windows' elements combined by `by`: int64 NHWC."""
        return self.windows.reduced(self.x, by)


def pool(network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]]) -> Pool:
    """The layer's input and windows.

    Raises:
        InputError: an input or output that is not int8 NHWC with one scale, the same for both, an
            attribute that is missing or wrong, a filter that does not fit, or an output of
            another shape.
    """
    offsets, x_scale = int8_input(network, layer, inputs)
    windows = pool_windows(layer, offsets)
    y = int8_output(network, layer, windows.output_shape(offsets))
    if y != x_scale:
        raise InputError(
            f"layer {layer.name}: {layer.op} must have one scale and zero point for input and "
            f"output, found {x_scale} and {y}"
        )
    clamp = activation_range(layer, y.scale, y.zero_point)
    clamp_even = activation_range(layer, y.scale, y.zero_point, "even")
    return Pool(offsets + x_scale.zero_point, windows, clamp, clamp_even)


def pool_windows(layer: Layer, x: NDArray[Any]) -> Windows:
    """The windows of the layer's attributes over x, NHWC of any dtype.

    Raises:
        InputError: x has not four dimensions or is empty, an attribute is missing or wrong, or the
            filter does not fit.
    """
    if x.ndim != 4 or 0 in x.shape:
        raise InputError(
            f"layer {layer.name}: input of {layer.op} must have 4 dimensions, none of them 0, "
            f"found shape {x.shape}"
        )
    same = choice(layer, "padding", ("SAME", "VALID")) == "SAME"
    rows, columns = (
        _spans(layer, extent, positive(layer, size), positive(layer, stride), same)
        for extent, size, stride in (
            (x.shape[1], "filter_height", "stride_h"),
            (x.shape[2], "filter_width", "stride_w"),
        )
    )
    return Windows(rows, columns)


def _spans(layer: Layer, extent: int, size: int, stride: int, same: bool) -> Spans:
    """The windows along an axis of `extent`. Source: TFLite `ComputePaddingHeightWidth`."""
    before, after = same_padding(extent, size, stride, 1) if same else (0, 0)
    count = (extent + before + after - size) // stride + 1
    if count < 1:
        raise InputError(
            f"layer {layer.name}: a filter of {size} of {layer.op} does not fit into {extent}"
        )
    starts = (place * stride - before for place in range(count))
    return [(max(start, 0), min(start + size, extent)) for start in starts]

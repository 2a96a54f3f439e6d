"""The fast path: one convolution-like layer, exactly, by BLAS."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.exact_matmul import exact_matmul
from pymodel.fixed_point import Int64Array
from pymodel.geometry import ConvGeometry
from pymodel.requantise import Requantise

CODE_DTYPES = tuple(np.dtype(f"int{bits}") for bits in (8, 16, 32))
"""Of stored codes."""
PATCH_ELEMENTS = 1 << 23
"""Patches gathered at a time, at most 32 MB of float32 unless one output row takes more."""


@dataclass(frozen=True, eq=False)
class Convolution:
    """A convolution, depthwise convolution or fully connected layer with all its numbers.

    Depthwise is groups == in_channels; fully connected is a 1x1 kernel on an image of height 1
    whose width is the batch.

    Attributes:
        name: the layer's, for errors.
        weights: stored codes OHWI, I = in_channels // groups: int8, int16 or int32, and the input
            likewise.
        bias: int32 (oc,): integers in units of the psum; in minifloat bit patterns of the
            accumulator's format.
        x_zero_point, w_zero_point: codes that mean 0, -128 to 127.

    Raises:
        InputError: a wrong dtype or shape, or a zero point out of range.
    """

    name: str
    geometry: ConvGeometry
    weights: NDArray[np.signedinteger]
    bias: NDArray[np.int32]
    x_zero_point: int
    w_zero_point: int
    requantise: Requantise

    def __post_init__(self) -> None:
        channels = (self.geometry.out_channels,)
        dtype = self.weights.dtype if self.weights.dtype in CODE_DTYPES else np.dtype(np.int8)
        require_array(self.name, "weights", self.weights, dtype, self.geometry.weights_shape)
        require_array(self.name, "bias", self.bias, np.int32, channels)
        require_array(self.name, "multiplier", self.requantise.multiplier, np.int32, channels)
        for field in ("x_zero_point", "w_zero_point"):
            if not -128 <= getattr(self, field) <= 127:
                raise InputError(
                    f"layer {self.name}: {field} must lie from -128 to 127, "
                    f"found {getattr(self, field)}"
                )


def require_array(
    layer: str,
    field: str,
    array: NDArray[np.generic],
    dtype: type | np.dtype[Any],
    shape: tuple[int, ...],
) -> None:
    """Check an array's dtype and shape.

    Raises:
        InputError: either differs; it names layer and field.
    """
    if array.dtype != dtype or array.shape != shape:
        raise InputError(
            f"layer {layer}: {field} must be {np.dtype(dtype).name} of shape {shape}, "
            f"found {array.dtype} of shape {array.shape}"
        )


def accumulate(conv: Convolution, x: NDArray[np.int8]) -> NDArray[np.int32]:
    """Accumulators with bias: int8 NHWC in, int32 NHWC out, wrapped at 32 bits.

    Raises:
        InputError: x has another dtype or shape than the layer's input.
    """
    return exact_sums(conv, x).astype(np.int32)


def exact_sums(conv: Convolution, x: NDArray[np.signedinteger]) -> Int64Array:
    """Sums of products and bias: integer codes NHWC in, int64 NHWC out.

    Padding contributes nothing: the zero point is subtracted first and the border is then 0.

    Raises:
        InputError: x has another dtype or shape than the layer's input.
    """
    require_array(conv.name, "input", x, conv.weights.dtype, conv.geometry.input_shape)
    products = _depthwise(conv, x) if conv.geometry.depthwise else _dense(conv, x)
    return products + conv.bias.astype(np.int64)


def _depthwise(conv: Convolution, x: NDArray[np.signedinteger]) -> NDArray[np.signedinteger]:
    """Sum over taps of input channel times its multiplier's weights; of int8 in wrapping int32."""
    g = conv.geometry
    multiplier = g.group_out_channels
    sums: type[np.signedinteger] = np.int32 if x.dtype == np.int8 else np.int64
    padded = _padded(conv, x, sums)
    weights = (conv.weights.astype(sums) - conv.w_zero_point)[..., 0]
    taps = weights.transpose(1, 2, 0).reshape(g.taps, g.in_channels, multiplier)
    total = np.zeros((*g.output_shape[:3], g.in_channels, multiplier), dtype=sums)
    windows = _windows(padded, g)
    for tap, (kh, kw) in enumerate(np.ndindex(g.kernel_h, g.kernel_w)):
        total += windows[:, :, :, kh, kw, :, None] * taps[tap]
    return total.reshape(g.output_shape)


def _dense(conv: Convolution, x: NDArray[np.signedinteger]) -> NDArray[np.int64]:
    """Patches times weights, one matrix product per channel group and block of outputs."""
    g = conv.geometry
    padded = _padded(conv, x, np.float32)
    bound = int(np.abs(padded).max(initial=0))
    weights = conv.weights.astype(np.float32) - conv.w_zero_point
    by_group = weights.reshape(g.groups, g.group_out_channels, -1).transpose(0, 2, 1)
    windows = _windows(padded, g)
    windows = windows.reshape(*windows.shape[:5], g.groups, g.group_in_channels)
    total = np.empty(g.output_shape, dtype=np.int64)
    for images, rows in _blocks(g):
        block = windows[images, rows].transpose(5, 0, 1, 2, 3, 4, 6)
        patches = block.reshape(g.groups, -1, g.taps * g.group_in_channels)
        sums = exact_matmul(patches, by_group, bound)
        target = total[images, rows]
        target[...] = sums.transpose(1, 0, 2).reshape(target.shape)
    return total


def _padded(
    conv: Convolution, x: NDArray[np.signedinteger], dtype: type[np.number]
) -> NDArray[np.number]:
    """x minus its zero point as `dtype`, with a border of 0."""
    g = conv.geometry
    pads = ((0, 0), (g.pad_top, g.pad_bottom), (g.pad_left, g.pad_right), (0, 0))
    return np.pad(x.astype(dtype) - dtype(conv.x_zero_point), pads)


def _windows(padded: NDArray[np.number], g: ConvGeometry) -> NDArray[np.number]:
    """A view (batch, out_h, out_w, kernel_h, kernel_w, in_channels) of every window."""
    n, h, w, c = padded.strides
    return as_strided(
        padded,
        shape=(g.batch, g.out_h, g.out_w, g.kernel_h, g.kernel_w, g.in_channels),
        strides=(n, h * g.stride_h, w * g.stride_w, h * g.dilation_h, w * g.dilation_w, c),
        writeable=False,
    )


def _blocks(g: ConvGeometry) -> Iterator[tuple[slice, slice]]:
    """Ranges of images and output rows whose patches stay near PATCH_ELEMENTS."""
    row = g.out_w * g.taps * g.in_channels
    rows = min(g.out_h, max(1, PATCH_ELEMENTS // row))
    images = max(1, PATCH_ELEMENTS // (row * g.out_h))
    for image in range(0, g.batch, images):
        for start in range(0, g.out_h, rows):
            yield slice(image, image + images), slice(start, start + rows)

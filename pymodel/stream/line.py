"""A tensor of a causal network as a line of pixels, and the ops that only lead a line on."""

from dataclasses import dataclass, replace

import numpy as np

from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.geometry import ConvGeometry
from pymodel.network import Layer, Network, Tensor
from pymodel.ops.moving import pairs, require_same_quantisation


@dataclass(frozen=True)
class Line:
    """An int8 tensor whose last dimension is a pixel's channels, the others its pixels in order.

    Attributes:
        tensor: whose pixels they are, by index: another one where this one is padded or reshaped.
        pixels: of the line itself, one for each sample.
        channels: of a pixel.
        before: how many pixels of padding stand in front.
    """

    tensor: int
    pixels: int
    channels: int
    before: int = 0


def line_of(where: str, tensor: Tensor, pixels: int | None = None) -> Line:
    """The line that an activation is; of so many pixels, if they are given.

    Raises:
        InputError: the tensor is not int8, has no channels or another number of pixels.
    """
    found = int(np.prod(tensor.shape[:-1], dtype=np.int64)) if tensor.shape else 0
    if tensor.dtype != "int8" or not found or found != (found if pixels is None else pixels):
        wanted = "a line of pixels" if pixels is None else f"a line of {pixels} pixels"
        raise InputError(
            f"{where}: tensor {tensor.name} must be int8 and {wanted}, "
            f"found {tensor.dtype} of shape {tensor.shape}"
        )
    return Line(tensor.index, found, tensor.shape[-1])


def reshaped(network: Network, layer: Layer, line: Line) -> Line:
    """The line behind an op that moves no element.

    Raises:
        InputError: its output does not have the same pixels, or another scale or zero point.
    """
    y = network.tensors[layer.outputs[0]]
    require_same_quantisation(layer, network.tensors[layer.inputs[0]], y)
    after = line_of(f"layer {layer.name}: {layer.op}", y, line.pixels + line.before)
    if after.channels != line.channels:
        raise InputError(
            f"layer {layer.name}: tensor {y.name} of {layer.op} must keep the {line.channels} "
            f"channels of a pixel, found shape {y.shape}"
        )
    return line


def padded(network: Network, layer: Layer, line: Line) -> Line:
    """The line behind a PAD.

    Raises:
        InputError: it pads anything but the older end of the line, or its output has another scale
            or zero point.
    """
    if len(layer.inputs) != 2:
        raise InputError(
            f"layer {layer.name}: {layer.op} must have 2 inputs, found {len(layer.inputs)}"
        )
    x, paddings = (network.tensors[index] for index in layer.inputs)
    y = network.tensors[layer.outputs[0]]
    require_same_quantisation(layer, x, y)
    if paddings.data is None:
        raise InputError(
            f"layer {layer.name}: tensor {paddings.name} of {layer.op} must be constant"
        )
    borders = pairs(layer, "paddings", paddings.data, len(x.shape))
    before, after = borders[-2] if len(borders) > 1 else (0, 0)
    others = [pair for axis, pair in enumerate(borders) if axis != len(borders) - 2]
    if after or any(max(pair) for pair in others):
        raise InputError(
            f"layer {layer.name}: {layer.op} must pad tensor {x.name} of shape {x.shape} in front "
            f"of its samples alone, found {borders}"
        )
    line_of(f"layer {layer.name}: {layer.op}", y, line.pixels + line.before + before)
    return replace(line, before=line.before + before)


def causal_pixel(conv: Convolution, line: Line) -> Convolution:
    """The layer on one window of the line: out comes one pixel.

    Raises:
        InputError: the layer is no convolution along the line, or not causal.
    """
    g = conv.geometry
    sizes = (g.batch, g.in_h, g.kernel_h, g.stride_h, g.stride_w, g.pad_top, g.pad_bottom)
    found = (g.in_w, g.in_channels)
    wanted = (line.pixels + line.before, line.channels)
    if conv.weights.dtype != np.int8 or sizes != (1, 1, 1, 1, 1, 0, 0) or found != wanted:
        raise InputError(
            f"layer {conv.name}: must be a convolution of stride 1 in affine int8 along a line "
            f"of {wanted[0]} pixels of {wanted[1]} channels, found {conv.weights.dtype}, {g}"
        )
    before, history = line.before + g.pad_left, g.reach_w - 1
    if before != history or g.pad_right:
        raise InputError(
            f"layer {conv.name}: must be causal, padded with the {history} pixels of its history "
            f"in front and with none behind, found {before} and {g.pad_right}"
        )
    window = ConvGeometry(
        batch=1,
        in_h=1,
        in_w=g.reach_w,
        in_channels=g.in_channels,
        out_channels=g.out_channels,
        kernel_h=1,
        kernel_w=g.kernel_w,
        dilation_w=g.dilation_w,
        groups=g.groups,
    )
    return replace(conv, geometry=window)

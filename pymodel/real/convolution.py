"""CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED: one matrix product for each tap."""

import numpy as np

from pymodel.errors import InputError
from pymodel.geometry import ConvGeometry
from pymodel.network import Layer, Network
from pymodel.ops.operands import require_elements
from pymodel.ops.registry import ARRAY_OP_MODULES
from pymodel.real.operands import Arrays, Reals, activated, real_inputs


def convolution(network: Network, layer: Layer, inputs: Arrays) -> tuple[Reals]:
    """The layer's output, bias and fused activation included, in the output tensor's shape.

    Raises:
        InputError: an operand or attribute is missing, wrong or contradicts another.
    """
    if len(inputs) not in (2, 3):
        raise InputError(
            f"layer {layer.name}: {layer.op} must have an input, weights and perhaps a bias, "
            f"found {len(inputs)} inputs"
        )
    x, weights, *rest = real_inputs(network, layer, inputs, len(inputs))
    op = ARRAY_OP_MODULES[layer.op]
    if weights.ndim != op.WEIGHTS_NDIM:
        raise InputError(
            f"layer {layer.name}: weights of {layer.op} must have {op.WEIGHTS_NDIM} dimensions, "
            f"found shape {weights.shape}"
        )
    g, placed = op.placed(layer, network.tensors[layer.inputs[0]], weights)
    y = network.tensors[layer.outputs[0]]
    require_elements(layer, y, g.output_shape)
    total = _convolve(x.reshape(g.input_shape), placed.astype(np.float64, copy=False), g)
    if rest:
        if rest[0].shape != (g.out_channels,):
            raise InputError(
                f"layer {layer.name}: the bias of {layer.op} must have shape "
                f"({g.out_channels},), found {rest[0].shape}"
            )
        total = total + rest[0]
    return (activated(layer, total).reshape(y.shape),)


def _convolve(x: Reals, weights: Reals, g: ConvGeometry) -> Reals:
    """x NHWC, weights OHWI: NHWC, without bias."""
    pads = ((0, 0), (g.pad_top, g.pad_bottom), (g.pad_left, g.pad_right), (0, 0))
    padded = np.pad(x, pads)
    pixels = g.batch * g.out_h * g.out_w
    total = np.zeros((g.groups, pixels, g.group_out_channels), dtype=np.float64)
    by_group = weights.reshape(g.groups, g.group_out_channels, *weights.shape[1:])
    for kh, kw in np.ndindex(g.kernel_h, g.kernel_w):
        rows = slice(kh * g.dilation_h, kh * g.dilation_h + (g.out_h - 1) * g.stride_h + 1)
        columns = slice(kw * g.dilation_w, kw * g.dilation_w + (g.out_w - 1) * g.stride_w + 1)
        seen = padded[:, rows, columns][:, :: g.stride_h, :: g.stride_w]
        pixel = seen.reshape(pixels, g.groups, g.group_in_channels).transpose(1, 0, 2)
        total += pixel @ by_group[:, :, kh, kw].transpose(0, 2, 1)
    return total.transpose(1, 0, 2).reshape(g.output_shape)

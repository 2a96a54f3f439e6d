"""Writes a .tflite of one convolution, depthwise convolution or fully connected op.

With it LiteRT is the oracle for any geometry. TFLite knows SAME and VALID padding only, so other
padding becomes a PAD op before a VALID one.
"""

from collections.abc import Callable

import flatbuffers
import numpy as np
import tflite

from golden.tflite.model_builder import ModelBuilder
from golden.tflite.options import ACTIVATIONS
from golden.tflite.single_op import SingleOp

ACTIVATION_CODES = {name: code for code, name in ACTIVATIONS.items()}


def write_tflite(op: SingleOp) -> bytes:
    """The content of a .tflite file that computes `op` from one int8 input to one int8 output."""
    g, file = op.geometry, ModelBuilder()
    x_scale, y_scale = (np.array([s], dtype=np.float32) for s in (op.x_scale, op.y_scale))
    int8 = tflite.TensorType.INT8
    source = x = file.tensor("input", op.input_shape, int8, x_scale, op.x_zero_point)
    if op.padding == "EXPLICIT":
        pads = [[0, 0], [g.pad_top, g.pad_bottom], [g.pad_left, g.pad_right], [0, 0]]
        amount = np.array(pads, dtype=np.int32)
        paddings = file.tensor("paddings", amount.shape, tflite.TensorType.INT32, data=amount)
        height, width = g.in_h + sum(pads[1]), g.in_w + sum(pads[2])
        shape = (g.batch, height, width, g.in_channels)
        x = file.tensor("padded", shape, int8, x_scale, op.x_zero_point)
        tflite.PadOptionsStart(file.builder)
        options = tflite.PadOptionsEnd(file.builder)
        file.operator("PAD", [source, paddings], [x], "PadOptions", options)
    weights = op.stored_weights
    axis = weights.ndim - 1 if op.op == "DEPTHWISE_CONV_2D" else 0
    inputs = [
        x,
        file.tensor("weights", weights.shape, int8, op.w_scale, op.w_zero_point, axis, weights),
    ]
    if op.bias is not None:
        scale = (x_scale * op.w_scale).astype(np.float32)
        inputs.append(
            file.tensor("bias", op.bias.shape, tflite.TensorType.INT32, scale, data=op.bias)
        )
    y = file.tensor("output", op.output_shape, int8, y_scale, op.y_zero_point)
    options_name, options = OPTIONS[op.op](file.builder, op)
    file.operator(op.op, inputs, [y], options_name, options)
    return file.finish([source], [y])


def _conv_options(b: flatbuffers.Builder, op: SingleOp) -> tuple[str, int]:
    g = op.geometry
    tflite.Conv2DOptionsStart(b)
    tflite.Conv2DOptionsAddPadding(b, _padding_code(op))
    tflite.Conv2DOptionsAddStrideH(b, g.stride_h)
    tflite.Conv2DOptionsAddStrideW(b, g.stride_w)
    tflite.Conv2DOptionsAddDilationHFactor(b, g.dilation_h)
    tflite.Conv2DOptionsAddDilationWFactor(b, g.dilation_w)
    tflite.Conv2DOptionsAddFusedActivationFunction(b, ACTIVATION_CODES[op.fused_activation])
    return "Conv2DOptions", tflite.Conv2DOptionsEnd(b)


def _depthwise_options(b: flatbuffers.Builder, op: SingleOp) -> tuple[str, int]:
    g = op.geometry
    tflite.DepthwiseConv2DOptionsStart(b)
    tflite.DepthwiseConv2DOptionsAddPadding(b, _padding_code(op))
    tflite.DepthwiseConv2DOptionsAddStrideH(b, g.stride_h)
    tflite.DepthwiseConv2DOptionsAddStrideW(b, g.stride_w)
    tflite.DepthwiseConv2DOptionsAddDilationHFactor(b, g.dilation_h)
    tflite.DepthwiseConv2DOptionsAddDilationWFactor(b, g.dilation_w)
    tflite.DepthwiseConv2DOptionsAddDepthMultiplier(b, g.group_out_channels)
    tflite.DepthwiseConv2DOptionsAddFusedActivationFunction(
        b, ACTIVATION_CODES[op.fused_activation]
    )
    return "DepthwiseConv2DOptions", tflite.DepthwiseConv2DOptionsEnd(b)


def _fully_connected_options(b: flatbuffers.Builder, op: SingleOp) -> tuple[str, int]:
    tflite.FullyConnectedOptionsStart(b)
    tflite.FullyConnectedOptionsAddFusedActivationFunction(b, ACTIVATION_CODES[op.fused_activation])
    return "FullyConnectedOptions", tflite.FullyConnectedOptionsEnd(b)


def _padding_code(op: SingleOp) -> int:
    code: int = tflite.Padding.SAME if op.padding == "SAME" else tflite.Padding.VALID
    return code


OPTIONS: dict[str, Callable[[flatbuffers.Builder, SingleOp], tuple[str, int]]] = {
    "CONV_2D": _conv_options,
    "DEPTHWISE_CONV_2D": _depthwise_options,
    "FULLY_CONNECTED": _fully_connected_options,
}

"""Small .tflite files: a sound one, and ones that no importer should trust."""

import numpy as np
import tflite

from golden.tflite.model_builder import ModelBuilder

INT8, INT32 = tflite.TensorType.INT8, tflite.TensorType.INT32
SCALE = np.array([0.5], dtype=np.float32)
SUBGRAPHS_FIELD = 8
"""Of a model's vtable."""


def conv1x1(
    *,
    type_code: int = INT8,
    input_shape: tuple[int, ...] = (1, 2, 2, 2),
    weights_shape: tuple[int, ...] = (3, 1, 1, 2),
    inputs: tuple[int, ...] = (0, 1, 2),
    scales: tuple[float, ...] = (0.5,),
    zero_point: int = 0,
    options_name: str = "Conv2DOptions",
    stride: int = 1,
    padding: int = tflite.Padding.VALID,
    activation: int = tflite.ActivationFunctionType.NONE,
) -> bytes:
    """A 1x1 CONV_2D with six weights; sound without arguments, each argument can make it wrong."""
    file = ModelBuilder()
    source = file.tensor("input", input_shape, type_code, SCALE, zero_point)
    weights, bias = np.arange(6, dtype=np.int8), np.zeros(3, dtype=np.int32)
    w_scale = np.array(scales, dtype=np.float32)
    file.tensor("weights", weights_shape, type_code, w_scale, data=weights)
    file.tensor("bias", (3,), INT32, SCALE, data=bias)
    sink = file.tensor("output", (1, 2, 2, 3), type_code, SCALE)
    tflite.Conv2DOptionsStart(file.builder)
    tflite.Conv2DOptionsAddPadding(file.builder, padding)
    tflite.Conv2DOptionsAddStrideH(file.builder, stride)
    tflite.Conv2DOptionsAddStrideW(file.builder, stride)
    tflite.Conv2DOptionsAddFusedActivationFunction(file.builder, activation)
    options = tflite.Conv2DOptionsEnd(file.builder)
    file.operator("CONV_2D", inputs, [sink], options_name, options)
    return file.finish([source], [sink])


def two_subgraphs() -> bytes:
    """A file that claims a second subgraph."""
    content = bytearray(conv1x1())
    table = tflite.Model.GetRootAs(content, 0)._tab
    content[table.Vector(table.Offset(SUBGRAPHS_FIELD)) - 4] = 2
    return bytes(content)


def shared_vectors(count: int) -> bytes:
    """`count` operators, all with the same `count` inputs: the product is far beyond the file."""
    file = ModelBuilder()
    b = file.builder
    source = file.tensor("input", (1,), INT8, SCALE)
    tflite.PadOptionsStart(b)
    file.operator("PAD", [source], [source], "PadOptions", tflite.PadOptionsEnd(b))
    inputs = file.array(np.zeros(count, dtype=np.int32))
    for _ in range(count):
        tflite.OperatorStart(b)
        tflite.OperatorAddInputs(b, inputs)
        tflite.OperatorAddOutputs(b, inputs)
        file.operators.append(tflite.OperatorEnd(b))
    return file.finish([source], [source])


def shared_names(count: int) -> bytes:
    """`count` tensors that share one long name."""
    file = ModelBuilder()
    b = file.builder
    source = file.tensor("input", (1,), INT8, SCALE)
    tflite.PadOptionsStart(b)
    file.operator("PAD", [source], [source], "PadOptions", tflite.PadOptionsEnd(b))
    name = b.CreateString("x" * 100_000)
    for _ in range(count):
        tflite.TensorStart(b)
        tflite.TensorAddName(b, name)
        tflite.TensorAddType(b, INT8)
        file.tensors.append(tflite.TensorEnd(b))
    return file.finish([source], [source])

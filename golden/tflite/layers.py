"""The operators of a .tflite subgraph as layers, with the attributes of the modelled ops."""

from typing import Any

import tflite
from tflite.utils import BUILTIN_OPCODE2NAME

from golden.tflite.flatbuffer import FlatbufferReader
from pymodel.errors import InputError
from pymodel.network import ABSENT, Attribute, Layer, Tensor

PADDINGS: dict[int, str] = {tflite.Padding.SAME: "SAME", tflite.Padding.VALID: "VALID"}
ACTIVATIONS: dict[int, str] = {
    code: name
    for name, code in vars(tflite.ActivationFunctionType).items()
    if not name.startswith("_")
}
MAC_OPS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")


def read_layers(
    reader: FlatbufferReader,
    model: "tflite.Model",
    subgraph: "tflite.SubGraph",
    tensors: tuple[Tensor, ...],
) -> tuple[Layer, ...]:
    """Every operator of `subgraph`, in order of execution.

    A layer is named after its first output tensor, up to the first ';' (the converter joins the
    names of all that it fused).

    Raises:
        InputError: an unknown operator, an index out of range, missing or illegal options, or a
            convolution or fully connected layer whose tensors are not int8.
    """
    ops = [
        _op_name(reader, code)
        for code in reader.tables(model.OperatorCodesLength(), model.OperatorCodes)
    ]
    operators = reader.tables(subgraph.OperatorsLength(), subgraph.Operators)
    return tuple(_layer(reader, i, operator, ops, tensors) for i, operator in enumerate(operators))


def _op_name(reader: FlatbufferReader, code: "tflite.OperatorCode") -> str:
    """TFLite's name of the op. Old files keep the code in the deprecated field."""
    builtin = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    if builtin not in BUILTIN_OPCODE2NAME:
        raise InputError(f"operator code {builtin} is not known to TFLite {tflite.__version__}")
    name: str = BUILTIN_OPCODE2NAME[builtin]
    if code.Version() < 1:
        raise InputError(f"operator {name} has version {code.Version()}; 1 or later is needed")
    return f"CUSTOM:{reader.text(code.CustomCode())}" if name == "CUSTOM" else name


def _layer(
    reader: FlatbufferReader,
    index: int,
    operator: "tflite.Operator",
    ops: list[str],
    tensors: tuple[Tensor, ...],
) -> Layer:
    if operator.OpcodeIndex() >= len(ops):
        raise InputError(f"layer {index} has operator code {operator.OpcodeIndex()} of {len(ops)}")
    op = ops[operator.OpcodeIndex()]
    where = f"layer {index} {op}"
    inputs = reader.integers(operator.InputsLength(), operator.InputsAsNumpy)
    outputs = reader.integers(operator.OutputsLength(), operator.OutputsAsNumpy)
    for role, used, least in (("input", inputs, ABSENT), ("output", outputs, 0)):
        for tensor in used:
            if not least <= tensor < len(tensors):
                raise InputError(f"{where} has tensor {tensor} of {len(tensors)} as an {role}")
    if not outputs:
        raise InputError(f"{where} has no output")
    if op in MAC_OPS:
        _require_int8(where, inputs, outputs, tensors)
    name = tensors[outputs[0]].name.split(";")[0]
    return Layer(index, name, op, inputs, outputs, _attributes(where, op, operator))


def _require_int8(
    where: str, inputs: tuple[int, ...], outputs: tuple[int, ...], tensors: tuple[Tensor, ...]
) -> None:
    if len(inputs) not in (2, 3) or len(outputs) != 1 or ABSENT in inputs[:2]:
        raise InputError(
            f"{where} must have an input, weights, perhaps a bias, and one output, "
            f"found inputs {inputs} and outputs {outputs}"
        )
    for role, index in (("input", inputs[0]), ("weights", inputs[1]), ("output", outputs[0])):
        tensor = tensors[index]
        if tensor.dtype != "int8":
            raise InputError(
                f"{where}: its {role}, tensor {index} {tensor.name!r}, is {tensor.dtype}; "
                "a full-integer int8 model is needed"
            )


def _attributes(where: str, op: str, operator: "tflite.Operator") -> dict[str, Attribute]:
    """Attributes of the ops in MAC_OPS; an empty dict for every other op."""
    if op == "CONV_2D":
        options = _options(where, operator, "Conv2DOptions")
        return _window(where, options)
    if op == "DEPTHWISE_CONV_2D":
        options = _options(where, operator, "DepthwiseConv2DOptions")
        return _window(where, options) | {"depth_multiplier": options.DepthMultiplier()}
    if op == "FULLY_CONNECTED":
        options = _options(where, operator, "FullyConnectedOptions")
        if options.WeightsFormat() != tflite.FullyConnectedOptionsWeightsFormat.DEFAULT:
            raise InputError(f"{where} has shuffled weights; the default format is needed")
        return {
            "keep_num_dims": bool(options.KeepNumDims()),
            "fused_activation": _activation(where, options),
        }
    return {}


def _options(where: str, operator: "tflite.Operator", name: str) -> Any:
    """The operator's options table, which must be of the class `name`."""
    table = operator.BuiltinOptions()
    if table is None or operator.BuiltinOptionsType() != getattr(tflite.BuiltinOptions, name):
        raise InputError(f"{where} has no {name}")
    options = getattr(tflite, name)()
    options.Init(table.Bytes, table.Pos)
    return options


def _window(where: str, options: Any) -> dict[str, Attribute]:
    """Padding, strides, dilations and activation, common to both convolutions."""
    if options.Padding() not in PADDINGS:
        raise InputError(f"{where} has padding {options.Padding()}; SAME or VALID is needed")
    steps = {
        "stride_h": options.StrideH(),
        "stride_w": options.StrideW(),
        "dilation_h": options.DilationHFactor(),
        "dilation_w": options.DilationWFactor(),
    }
    for field, value in steps.items():
        if value < 1:
            raise InputError(f"{where} has {field} {value}; at least 1 is needed")
    return {
        "padding": PADDINGS[options.Padding()],
        **steps,
        "fused_activation": _activation(where, options),
    }


def _activation(where: str, options: Any) -> str:
    code = options.FusedActivationFunction()
    if code not in ACTIVATIONS:
        raise InputError(f"{where} has an unknown fused activation {code}")
    return ACTIVATIONS[code]

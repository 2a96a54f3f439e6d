"""The operators of a .tflite subgraph as layers."""

import tflite
from tflite.utils import BUILTIN_OPCODE2NAME

from golden.tflite.flatbuffer import FlatbufferReader
from golden.tflite.options import read_attributes
from pymodel.errors import InputError
from pymodel.network import ABSENT, Layer, Tensor

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
            convolution or fully connected layer without its operands.
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
        _require_operands(where, inputs, outputs)
    name = tensors[outputs[0]].name.split(";")[0]
    return Layer(index, name, op, inputs, outputs, read_attributes(where, op, operator))


def _require_operands(where: str, inputs: tuple[int, ...], outputs: tuple[int, ...]) -> None:
    """InputError for operands that LiteRT's own kernels could not tell apart."""
    if len(inputs) not in (2, 3) or len(outputs) != 1 or ABSENT in inputs[:2]:
        raise InputError(
            f"{where} must have an input, weights, perhaps a bias, and one output, "
            f"found inputs {inputs} and outputs {outputs}"
        )

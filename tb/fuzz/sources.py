"""The sound files that are mutated: networks, and small ones of the ops that these lack."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from golden.tflite.op_writer import NO_OPTIONS, Operand, Option, write_op
from tb.fuzz.mutate import Source
from tb.model.dilated_files import DilatedFile
from tb.paths import PROJECT_ROOT, SHARED_DATA

NETWORK_FOLDERS = (PROJECT_ROOT / "golden" / "demo", SHARED_DATA / "models")
X = Operand("x", (1, 4, 6, 2), "int8", 0.5, -7)
PROBABILITY = Operand("y", (), "int8", 2.0**-8, -128)
OUTPUTS = {
    "DEQUANTIZE": Operand("y", (), "float32"),
    "LOGISTIC": PROBABILITY,
    "SHAPE": Operand("y", (), "int32"),
    "SOFTMAX": PROBABILITY,
    "TANH": Operand("y", (), "int8", 2.0**-7, 0),
}
"""Of ops whose output is quantised in its own way, with whatever shape."""


def network_sources() -> list[Source]:
    """The .tflite files of the project, and those of third parties that are there."""
    files = [path for folder in NETWORK_FOLDERS for path in sorted(folder.glob("*.tflite"))]
    return [Source.read(path) for path in files]


def op_sources() -> list[Source]:
    """A file of each host op, and two of a dilated convolution in its three ops."""
    pads = ((2, 2), (2, 2))
    files = {
        "dilated": DilatedFile((4, 6), (3, 3), (2, 2), pads).content(),
        "dilated_line": DilatedFile((1, 8), (1, 3), (1, 2), ((0, 0), (4, 0)), line=True).content(),
    }
    files["quantize_float"] = write_op(
        "QUANTIZE", [replace(X, dtype="float32", scale=None, zero_point=0)], [replace(X, name="y")]
    )
    for op, inputs, shape, options in _ops():
        y = OUTPUTS.get(op, Operand("y", (), "int8", 0.5, -7))
        outputs = [replace(y, shape=shape)] * (2 if op == "SPLIT" else 1)
        files[op.lower()] = write_op(op, inputs, outputs, options)
    return [Source.of(name, content) for name, content in files.items()]


def _ops() -> list[tuple[str, Sequence[Operand], tuple[int, ...], Mapping[str, Option]]]:
    """(op, inputs, shape of each output, options)."""
    other = Operand("other", (1, 1, 6, 2), "int8", 0.25, 3)
    window = {"stride_h": 2, "stride_w": 2, "filter_height": 3, "filter_width": 2}
    value = Operand("value", (), "int8", 0.5, -7, data=np.array(3, dtype=np.int8))
    borders = _constant("borders", [[0, 0], [1, 0], [0, 2], [0, 0]])
    spans = [_constant(name, values) for name, values in
             (("begin", [0, 3, 0]), ("end", [0, 0, 9]), ("strides", [1, -1, 2]))]  # fmt: skip
    return [
        ("PAD", [X, borders], (1, 5, 8, 2), NO_OPTIONS),
        ("PADV2", [X, borders, value], (1, 5, 8, 2), NO_OPTIONS),
        ("TRANSPOSE", [X, _constant("order", [0, 2, 3, 1])], (1, 6, 2, 4), NO_OPTIONS),
        ("CONCATENATION", [X, Operand("z", (1, 4, 1, 2), "int8", 0.5, -7)], (1, 4, 7, 2),
         {"axis": 2}),
        ("STRIDED_SLICE", [X, *spans], (1, 3, 3, 2), {"begin_mask": 1, "end_mask": 1}),
        ("SPLIT", [_constant("axis", 1), X], (1, 2, 6, 2), {"num_splits": 2}),
        ("EXPAND_DIMS", [X, _constant("axis", -1)], (1, 4, 6, 2, 1), NO_OPTIONS),
        ("SQUEEZE", [X], (4, 6, 2), NO_OPTIONS),
        ("SHAPE", [X], (4,), NO_OPTIONS),
        ("PACK", [X, Operand("z", X.shape, "int8", 0.5, -7)], (1, 4, 2, 6, 2),
         {"axis": 2, "values_count": 2}),
        ("SLICE", [X, _constant("begin", [0, 1, 2, 0]), _constant("size", [1, 3, -1, 1])],
         (1, 3, 4, 1), NO_OPTIONS),
        ("RESHAPE", [X, _constant("shape", [1, -1])], (1, 48), NO_OPTIONS),
        ("AVERAGE_POOL_2D", [X], (1, 2, 3, 2), window),
        ("MAX_POOL_2D", [X], (1, 2, 3, 2), window),
        ("MEAN", [X, _constant("axes", [1, 2])], (1, 2), NO_OPTIONS),
        *((op, [X, other], X.shape, NO_OPTIONS) for op in ("ADD", "SUB", "MUL")),
        *((op, [X], X.shape, NO_OPTIONS) for op in
          ("LOGISTIC", "TANH", "RELU", "RELU6", "QUANTIZE", "DEQUANTIZE")),
        ("SOFTMAX", [X], X.shape, {"beta": 1.0}),
        ("LEAKY_RELU", [X], X.shape, {"alpha": 0.1}),
    ]  # fmt: skip


def _constant(name: str, values: object) -> Operand:
    data = np.array(values, dtype=np.int32)
    return Operand(name, data.shape, "int32", data=data)

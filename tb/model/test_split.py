"""SPLIT against LiteRT and values worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from golden.tflite.op_writer import Operand, write_op
from pymodel.errors import InputError
from tb.model.host_op import assert_as_litert, constant, model

X = Operand("x", (2, 4), "int8", 0.5, 5)
CODES = np.array([[1, 2, 3, 4], [5, 6, 7, 8]], dtype=np.int8)
HALVES = [Operand(f"y{i}", (2, 2), "int8", 0.5, 5) for i in range(2)]


def test_halves() -> None:
    content = write_op("SPLIT", [constant("axis", 1), X], HALVES, {"num_splits": 2})
    first, second = model(content, [CODES])
    assert first.tolist() == [[1, 2], [5, 6]]
    assert second.tolist() == [[3, 4], [7, 8]]


@pytest.mark.parametrize("axis", range(-3, 3))
@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "float32"])
def test_as_litert(axis: int, dtype: str) -> None:
    shape = [6, 3, 12]
    x = Operand("x", tuple(shape), dtype)
    shape[axis] //= 3
    parts = [Operand(f"y{i}", tuple(shape), dtype) for i in range(3)]
    assert_as_litert("SPLIT", [constant("axis", axis), x], parts, {"num_splits": 3})


@pytest.mark.parametrize(
    ("axis", "outputs", "count", "message"),
    [
        (2, HALVES, 2, "axis of SPLIT must lie from -2 to 1, found 2"),
        (1, HALVES, 4, "num_splits of SPLIT must be the number of outputs, 2, found 4"),
        (1, [*HALVES, HALVES[0]], 3, "dimension 1 of SPLIT, 4 long, must divide into 3"),
        (0, HALVES, 2, r"y0 of SPLIT must be int8 of shape \(1, 4\)"),
        (1, [HALVES[0], replace(HALVES[1], dtype="int16")], 2, "y1 of SPLIT must be int8"),
    ],
)
def test_refuses(axis: int, outputs: list[Operand], count: int, message: str) -> None:
    content = write_op("SPLIT", [constant("axis", axis), X], outputs, {"num_splits": count})
    with pytest.raises(InputError, match=message):
        model(content, [CODES])

"""SLICE against LiteRT and NumPy's slices."""

from dataclasses import replace

import numpy as np
import pytest

from golden.tflite.op_writer import Operand, write_op
from pymodel.errors import InputError
from tb.model.host_op import assert_as_litert, constant, model

X = Operand("x", (4, 5), "int8", 0.5, 5)
CODES = np.arange(20, dtype=np.int8).reshape(4, 5)


def test_a_box() -> None:
    inputs = [X, constant("begin", [1, 2]), constant("size", [2, -1])]
    content = write_op("SLICE", inputs, [replace(X, name="y", shape=(2, 3))])
    np.testing.assert_array_equal(model(content, [CODES])[0], CODES[1:3, 2:])


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "float32", "bool"])
@pytest.mark.parametrize("index_dtype", ["int32", "int64"])
def test_as_litert(dtype: str, index_dtype: str) -> None:
    x = Operand("x", (3, 4, 2, 5), dtype)
    begin = constant("begin", [1, 0, 1, 2], index_dtype)
    size = constant("size", [-1, 3, 1, 2], index_dtype)
    assert_as_litert("SLICE", [x, begin, size], [replace(x, name="y", shape=(2, 3, 1, 2))])


@pytest.mark.parametrize(
    ("begin", "size", "shape", "message"),
    [
        ([1, 2], [2, 4], (2, 4), r"must lie inside the input's shape \(4, 5\)"),
        ([-1, 2], [2, 3], (2, 3), "must lie inside"),
        ([5, 2], [-1, 3], (2, 3), "must lie inside"),
        ([1, 2], [-2, 3], (2, 3), "must lie inside"),
        ([1], [2], (2, 5), r"begin of SLICE must be integers of shape \(2,\)"),
        ([1, 2], [2, 3], (3, 2), r"y of SLICE must be int8 of shape \(2, 3\)"),
    ],
)
def test_refuses(begin: list[int], size: list[int], shape: tuple[int, ...], message: str) -> None:
    inputs = [X, constant("begin", begin), constant("size", size)]
    with pytest.raises(InputError, match=message):
        model(write_op("SLICE", inputs, [replace(X, name="y", shape=shape)]), [CODES])

"""TRANSPOSE against LiteRT and values worked out by hand."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from golden.tflite.op_writer import Operand, write_op
from pymodel.errors import InputError
from tb.model.host_op import assert_as_litert, constant, model

X = Operand("x", (2, 3), "int8", 0.5, 5)
CODES = np.array([[1, 2, 3], [4, 5, 6]], dtype=np.int8)


def test_rows_become_columns() -> None:
    content = write_op("TRANSPOSE", [X, constant("perm", [1, 0])], [replace(X, shape=(3, 2))])
    assert model(content, [CODES])[0].tolist() == [[1, 4], [2, 5], [3, 6]]


@pytest.mark.parametrize("order", list(permutations(range(4)))[1::4], ids=str)
@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "float32", "bool"])
def test_as_litert(order: tuple[int, ...], dtype: str) -> None:
    x = Operand("x", (2, 3, 4, 5), dtype, 0.5 if dtype == "int8" else None)
    y = replace(x, name="y", shape=tuple(x.shape[axis] for axis in order))
    assert_as_litert("TRANSPOSE", [x, constant("perm", order)], [y])


@pytest.mark.parametrize("order", [(5, 3, 1, 0, 2, 4), (0, 5, 4, 3, 2, 1)], ids=str)
def test_six_dimensions_as_litert(order: tuple[int, ...]) -> None:
    x = Operand("x", (2, 3, 1, 2, 4, 3), "int8", 0.5)
    y = replace(x, name="y", shape=tuple(x.shape[axis] for axis in order))
    assert_as_litert("TRANSPOSE", [x, constant("perm", order)], [y])


@pytest.mark.parametrize(
    ("order", "shape", "message"),
    [
        ([1, 1], (3, 2), "must name each dimension from 0 to 1 once"),
        ([1, -2], (3, 2), "must name each dimension from 0 to 1 once"),
        ([1], (3, 2), r"permutation of TRANSPOSE must be integers of shape \(2,\)"),
        ([1, 0], (2, 3), r"must be int8 of shape \(3, 2\), found int8 of shape \(2, 3\)"),
    ],
)
def test_refuses(order: list[int], shape: tuple[int, ...], message: str) -> None:
    content = write_op("TRANSPOSE", [X, constant("perm", order)], [replace(X, shape=shape)])
    with pytest.raises(InputError, match=message):
        model(content, [CODES])

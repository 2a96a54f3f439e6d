"""EXPAND_DIMS against LiteRT and values worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from golden.tflite.op_writer import Operand, write_op
from pymodel.errors import InputError
from tb.model.host_op import assert_as_litert, constant, model

X = Operand("x", (2, 3), "int8", 0.5, 5)
CODES = np.array([[1, 2, 3], [4, 5, 6]], dtype=np.int8)


def test_a_dimension_in_the_middle() -> None:
    content = write_op("EXPAND_DIMS", [X, constant("axis", 1)], [replace(X, shape=(2, 1, 3))])
    assert model(content, [CODES])[0].tolist() == [[[1, 2, 3]], [[4, 5, 6]]]


@pytest.mark.parametrize("axis", range(-4, 4))
@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "float32", "bool"])
def test_as_litert(axis: int, dtype: str) -> None:
    shape = [2, 3, 4]
    shape.insert(axis if axis >= 0 else axis + 4, 1)
    x = Operand("x", (2, 3, 4), dtype)
    y = replace(x, name="y", shape=tuple(shape))
    assert_as_litert("EXPAND_DIMS", [x, constant("axis", axis)], [y])
    assert_as_litert("EXPAND_DIMS", [x, constant("axis", [axis], "int64")], [y])


@pytest.mark.parametrize(
    ("axis", "shape", "message"),
    [
        (3, (2, 3, 1), "axis of EXPAND_DIMS must lie from -3 to 2, found 3"),
        ([0, 1], (1, 2, 3), "axis of EXPAND_DIMS must be one integer"),
        (0, (2, 1, 3), r"y of EXPAND_DIMS must be int8 of shape \(1, 2, 3\)"),
    ],
)
def test_refuses(axis: object, shape: tuple[int, ...], message: str) -> None:
    y = replace(X, name="y", shape=shape)
    with pytest.raises(InputError, match=message):
        model(write_op("EXPAND_DIMS", [X, constant("axis", axis)], [y]), [CODES])

"""PADV2 against LiteRT and values worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from golden.tflite.op_writer import Operand, write_op
from pymodel.errors import InputError
from tb.model.host_op import assert_as_litert, constant, model

X = Operand("x", (2, 2), "int8", 0.5, 5)
BORDERS = constant("paddings", [[1, 0], [0, 2]])
VALUE = Operand("value", (), "int8", 0.5, 5, data=np.array(-9, dtype=np.int8))
Y = Operand("y", (3, 4), "int8", 0.5, 5)
CODES = np.array([[1, 2], [3, 4]], dtype=np.int8)


def test_the_border_is_the_given_value() -> None:
    padded = model(write_op("PADV2", [X, BORDERS, VALUE], [Y]), [CODES])[0]
    assert padded.tolist() == [[-9, -9, -9, -9], [1, 2, -9, -9], [3, 4, -9, -9]]
    assert padded.dtype == np.int8


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "float32"])
@pytest.mark.parametrize("index_dtype", ["int32", "int64"])
def test_as_litert(dtype: str, index_dtype: str) -> None:
    scale = 0.25 if dtype == "int8" else None
    zero_point = -7 if dtype == "int8" else 0
    x = Operand("x", (2, 3, 1, 4), dtype, scale, zero_point)
    borders = constant("paddings", [[0, 1], [2, 0], [1, 1], [0, 3]], index_dtype)
    value = Operand("value", (1,), dtype, scale, zero_point, data=np.array([77], dtype=dtype))
    assert_as_litert("PADV2", [x, borders, value], [replace(x, name="y", shape=(3, 5, 3, 7))])


@pytest.mark.parametrize(
    ("inputs", "y", "message"),
    [
        ([X, constant("p", [[-1, 0], [0, 2]]), VALUE], Y, "paddings of PADV2 must not be negative"),
        ([X, constant("p", [[1, 0]]), VALUE], Y, r"paddings of PADV2 must be .* shape \(2, 2\)"),
        ([X, BORDERS, replace(VALUE, scale=0.25)], Y, "tensor value .* quantised as y is"),
        ([X, BORDERS, replace(VALUE, zero_point=4)], Y, "tensor value .* quantised as y is"),
        ([X, BORDERS, constant("v", 1)], Y, "tensor v of PADV2 must be one int8, found int32"),
        ([X, BORDERS, VALUE], replace(Y, shape=(4, 3)), r"y of PADV2 must be int8 of shape"),
        ([X, BORDERS], Y, "must have 3 inputs, found 2"),
    ],
)
def test_refuses(inputs: list[Operand], y: Operand, message: str) -> None:
    with pytest.raises(InputError, match=message):
        model(write_op("PADV2", inputs, [y]), [CODES])

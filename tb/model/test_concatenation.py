"""CONCATENATION against LiteRT and values worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from golden import litert
from golden.tflite.op_writer import Operand, write_op
from pymodel.errors import InputError
from tb.model.host_op import assert_as_litert, constant, model

A = Operand("a", (2, 1), "int8", 0.5, 5)
B = Operand("b", (2, 2), "int8", 0.5, 5)
Y = Operand("y", (2, 3), "int8", 0.5, 5)
A_CODES = np.array([[1], [2]], dtype=np.int8)
B_CODES = np.array([[3, 4], [5, 6]], dtype=np.int8)
RELU = 1


def test_joins_in_order() -> None:
    content = write_op("CONCATENATION", [A, B], [Y], {"axis": 1})
    assert model(content, [A_CODES, B_CODES])[0].tolist() == [[1, 3, 4], [2, 5, 6]]


@pytest.mark.parametrize("axis", range(-4, 4))
@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "float32", "bool"])
def test_as_litert(axis: int, dtype: str) -> None:
    scale, zero_point = (0.5, -9) if dtype == "int8" else (None, 0)
    shapes = []
    for extent in (1, 3, 2):
        shape = [2, 3, 4, 5]
        shape[axis] = extent
        shapes.append(tuple(shape))
    inputs = [Operand(f"x{i}", s, dtype, scale, zero_point) for i, s in enumerate(shapes)]
    joined = list(shapes[0])
    joined[axis] = 6
    y = Operand("y", tuple(joined), dtype, scale, zero_point)
    assert_as_litert("CONCATENATION", inputs, [y], {"axis": axis})


def test_a_constant_and_one_tensor_twice_as_litert() -> None:
    data = np.array([[7, -8], [9, 10]], dtype=np.int8)
    fixed = Operand("fixed", (2, 2), "int8", 0.5, 5, data=data)
    assert_as_litert("CONCATENATION", [A, fixed, A], [replace(Y, shape=(2, 4))], {"axis": 1})


@pytest.mark.parametrize("wrong", [{"scale": 0.25}, {"zero_point": 4}], ids=str)
def test_codes_of_another_scale_are_refused_as_litert_refuses_them(
    wrong: dict[str, float],
) -> None:
    content = write_op("CONCATENATION", [A, replace(B, **wrong)], [Y], {"axis": 1})  # type: ignore[arg-type] # a float or an int, as the field
    with pytest.raises(InputError, match="LiteRT refuses"):
        litert.run(content, [A_CODES, B_CODES], "reference")
    with pytest.raises(InputError, match="tensor b of CONCATENATION must be quantised as y is"):
        model(content, [A_CODES, B_CODES])


@pytest.mark.parametrize(
    ("b", "y", "options", "message"),
    [
        (B, Y, {"axis": 2}, "axis of CONCATENATION must lie from -2 to 1, found 2"),
        (B, Y, {"axis": 0}, r"differ from shape \(2, 1\) along axis 0 alone"),
        (B, replace(Y, shape=(3, 2)), {"axis": 1}, r"y of CONCATENATION must be int8 of shape"),
        (constant("b", [[1, 2], [3, 4]]), Y, {"axis": 1}, "inputs of CONCATENATION must be int8"),
        (B, Y, {"axis": 1, "fused_activation_function": RELU}, "must be one of NONE, found 'RELU'"),
    ],
)
def test_refuses(b: Operand, y: Operand, options: dict[str, int], message: str) -> None:
    fed = [A_CODES, B_CODES] if b.data is None else [A_CODES]
    with pytest.raises(InputError, match=message):
        model(write_op("CONCATENATION", [A, b], [y], options), fed)

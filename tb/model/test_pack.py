"""PACK against LiteRT and values worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from golden.tflite.op_writer import Operand, write_op
from pymodel.errors import InputError
from tb.model.host_op import assert_as_litert, model

A = Operand("a", (2, 2), "int8", 0.5, 5)
B, Y = replace(A, name="b"), replace(A, name="y", shape=(2, 2, 2))
FED = [np.array([[1, 2], [3, 4]], dtype=np.int8), np.array([[5, 6], [7, 8]], dtype=np.int8)]


def test_a_new_last_axis() -> None:
    content = write_op("PACK", [A, B], [Y], {"axis": 2, "values_count": 2})
    assert model(content, FED)[0].tolist() == [[[1, 5], [2, 6]], [[3, 7], [4, 8]]]


@pytest.mark.parametrize("axis", range(-3, 3))
@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "float32"])
def test_as_litert(axis: int, dtype: str) -> None:
    shape = [2, 4]
    shape.insert(axis if axis >= 0 else axis + 3, 3)
    inputs = [Operand(f"x{i}", (2, 4), dtype) for i in range(3)]
    y = Operand("y", tuple(shape), dtype)
    assert_as_litert("PACK", inputs, [y], {"axis": axis, "values_count": 3})


@pytest.mark.parametrize(
    ("b", "y", "options", "message"),
    [
        (B, Y, {"axis": 3, "values_count": 2}, "axis of PACK must lie from -3 to 2, found 3"),
        (B, Y, {"axis": 0, "values_count": 3}, "values_count inputs and at least 1, found 2"),
        (replace(B, zero_point=4), Y, {"values_count": 2}, "b of PACK must be quantised as y is"),
        (B, replace(Y, shape=(2, 4)), {"values_count": 2}, "y of PACK must be int8 of shape"),
        (replace(B, shape=(1, 4)), Y, {"values_count": 2}, r"must all be int8 of shape \(2, 2\)"),
    ],
)
def test_refuses(b: Operand, y: Operand, options: dict[str, int], message: str) -> None:
    with pytest.raises(InputError, match=message):
        model(write_op("PACK", [A, b], [y], options), [FED[0], FED[1].reshape(b.shape)])

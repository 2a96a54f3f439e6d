"""SQUEEZE against LiteRT."""

from dataclasses import replace

import numpy as np
import pytest

from golden.tflite.op_writer import Operand, write_op
from pymodel.errors import InputError
from tb.model.host_op import assert_as_litert, model

X = Operand("x", (1, 3, 1, 2), "int8", 0.5, 5)


@pytest.mark.parametrize("dtype", ["int8", "int32", "float32"])
@pytest.mark.parametrize(
    ("dims", "shape"), [([], (3, 2)), ([0], (3, 1, 2)), ([2], (1, 3, 2)), ([-2, 0], (3, 2))]
)
def test_as_litert(dims: list[int], shape: tuple[int, ...], dtype: str) -> None:
    x = Operand("x", X.shape, dtype)
    assert_as_litert("SQUEEZE", [x], [replace(x, name="y", shape=shape)], {"squeeze_dims": dims})


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (replace(X, shape=(2, 3)), r"y of SQUEEZE must have shape \(1, 3, 1, 2\) without"),
        (replace(X, shape=(1, 1, 3, 1, 2)), "y of SQUEEZE must have shape"),
        (replace(X, shape=(3, 2), dtype="int16"), "y of SQUEEZE must be int8"),
    ],
)
def test_refuses(y: Operand, message: str) -> None:
    content = write_op("SQUEEZE", [X], [replace(y, name="y")])
    with pytest.raises(InputError, match=message):
        model(content, [np.zeros(X.shape, dtype=np.int8)])

"""SHAPE against LiteRT."""

import numpy as np
import pytest
import tflite

from golden.tflite.op_writer import Operand, write_op
from pymodel.errors import InputError
from tb.model.host_op import assert_as_litert, model

X = Operand("x", (2, 3, 5), "int8", 0.5)
OUT_TYPES = {"int32": tflite.TensorType.INT32, "int64": tflite.TensorType.INT64}


@pytest.mark.parametrize("dtype", OUT_TYPES)
def test_as_litert(dtype: str) -> None:
    y = Operand("y", (3,), dtype)
    content = write_op("SHAPE", [X], [y], {"out_type": OUT_TYPES[dtype]})
    assert model(content, [np.zeros(X.shape, dtype=np.int8)])[0].tolist() == [2, 3, 5]
    assert_as_litert("SHAPE", [X], [y], {"out_type": OUT_TYPES[dtype]})


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (Operand("y", (3,), "int8"), "y of SHAPE must be int32 or int64, found int8"),
        (Operand("y", (2,), "int32"), r"y of SHAPE must be int32 of shape \(3,\)"),
    ],
)
def test_refuses(y: Operand, message: str) -> None:
    with pytest.raises(InputError, match=message):
        model(write_op("SHAPE", [X], [y]), [np.zeros(X.shape, dtype=np.int8)])

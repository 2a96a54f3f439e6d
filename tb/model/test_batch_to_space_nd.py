"""BATCH_TO_SPACE_ND against LiteRT and values worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from golden.tflite.op_writer import Operand, write_op
from pymodel.errors import InputError
from tb.model.host_op import assert_as_litert, constant, model

X = Operand("x", (2, 2, 1), "int8", 0.5, 5)
CODES = np.array([[[1], [3]], [[2], [4]]], dtype=np.int8)
Y = Operand("y", (1, 3, 1), "int8", 0.5, 5)


def test_phases_are_woven_and_the_ends_cropped() -> None:
    content = write_op(
        "BATCH_TO_SPACE_ND", [X, constant("block", [2]), constant("crops", [[1, 0]])], [Y]
    )
    assert model(content, [CODES])[0].tolist() == [[[2], [3], [4]]]


@pytest.mark.parametrize(
    ("shape", "block", "crops", "out"),
    [
        ((12, 3, 2, 3), [2, 3], [[1, 0], [0, 2]], (2, 5, 4, 3)),
        ((3, 4, 4, 1), [1, 3], [[0, 0], [3, 3]], (1, 4, 6, 1)),
        ((12, 3, 2), [4], [[2, 3]], (3, 7, 2)),
        ((2, 5, 6, 2), [1, 1], [[0, 1], [2, 0]], (2, 4, 4, 2)),
    ],
)
@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "float32"])
def test_as_litert(
    shape: tuple[int, ...],
    block: list[int],
    crops: list[list[int]],
    out: tuple[int, ...],
    dtype: str,
) -> None:
    scale, zero_point = (0.5, 47) if dtype == "int8" else (None, 0)
    x = Operand("x", shape, dtype, scale, zero_point)
    inputs = [x, constant("block", block), constant("crops", crops)]
    assert_as_litert("BATCH_TO_SPACE_ND", inputs, [replace(x, name="y", shape=out)])


@pytest.mark.parametrize(
    ("block", "crops", "shape", "message"),
    [
        ([-2], [[1, 0]], (1, 3, 1), "block .* must be at least 1"),
        ([3], [[1, 0]], (1, 3, 1), "batch .* must be a multiple of the block's 3 elements, found"),
        ([2], [[-1, 2]], (1, 3, 1), "crops .* must not be negative"),
        ([2], [[2, 2]], (1, 0, 1), r"crops .* must leave a part of the image \[4\]"),
        ([2], [[1, 0]], (1, 4, 1), r"y of BATCH_TO_SPACE_ND must be int8 of shape \(1, 3, 1\)"),
    ],
)
def test_refuses(
    block: list[int], crops: list[list[int]], shape: tuple[int, ...], message: str
) -> None:
    inputs = [X, constant("block", block), constant("crops", crops)]
    content = write_op("BATCH_TO_SPACE_ND", inputs, [replace(Y, shape=shape)])
    with pytest.raises(InputError, match=message):
        model(content, [CODES])

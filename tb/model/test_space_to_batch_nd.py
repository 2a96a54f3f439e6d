"""SPACE_TO_BATCH_ND against LiteRT and values worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from golden import litert
from golden.tflite.op_writer import Operand, write_op
from pymodel.errors import InputError
from tb.model.host_op import assert_as_litert, constant, model

X = Operand("x", (1, 3, 1), "int8", 0.5, 5)
CODES = np.array([[[1], [2], [3]]], dtype=np.int8)
Y = Operand("y", (2, 2, 1), "int8", 0.5, 5)


def test_phases_go_to_the_batch_and_the_border_is_the_zero_point() -> None:
    content = write_op(
        "SPACE_TO_BATCH_ND", [X, constant("block", [2]), constant("paddings", [[0, 1]])], [Y]
    )
    assert model(content, [CODES])[0].tolist() == [[[1], [3]], [[2], [5]]]


def test_phases_of_an_image_are_row_major_and_the_batch_is_innermost() -> None:
    x = Operand("x", (2, 2, 2, 1), "int8", 0.5)
    content = write_op(
        "SPACE_TO_BATCH_ND",
        [x, constant("block", [2, 2]), constant("paddings", [[0, 0], [0, 0]])],
        [replace(x, name="y", shape=(8, 1, 1, 1))],
    )
    codes = np.arange(8, dtype=np.int8).reshape(x.shape)
    assert model(content, [codes])[0].reshape(-1).tolist() == [0, 4, 1, 5, 2, 6, 3, 7]


@pytest.mark.parametrize(
    ("shape", "block", "paddings", "out"),
    [
        ((2, 5, 4, 3), [2, 3], [[1, 0], [0, 2]], (12, 3, 2, 3)),
        ((1, 4, 6, 1), [1, 3], [[0, 0], [3, 3]], (3, 4, 4, 1)),
        ((3, 7, 2), [4], [[2, 3]], (12, 3, 2)),
        ((2, 4, 4, 2), [1, 1], [[0, 1], [2, 0]], (2, 5, 6, 2)),
    ],
)
@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "float32"])
def test_as_litert(
    shape: tuple[int, ...],
    block: list[int],
    paddings: list[list[int]],
    out: tuple[int, ...],
    dtype: str,
) -> None:
    scale, zero_point = (0.5, 47) if dtype == "int8" else (None, 0)
    x = Operand("x", shape, dtype, scale, zero_point)
    inputs = [x, constant("block", block), constant("paddings", paddings)]
    assert_as_litert("SPACE_TO_BATCH_ND", inputs, [replace(x, name="y", shape=out)])


@pytest.mark.parametrize(
    ("x", "block", "paddings", "shape", "message"),
    [
        (X, [0], [[0, 1]], (2, 2, 1), "block .* must be at least 1"),
        (X, [2, 2], [[0, 1]], (2, 2, 1), r"block .* must be integers of shape \(1,\)"),
        (X, [2], [[0, 0]], (2, 2, 1), r"padded image .* multiple of the block \[2\], found \[3\]"),
        (X, [2], [[2, -1]], (2, 2, 1), "paddings .* must not be negative"),
        (X, [2], [[0, 1]], (2, 3, 1), r"y of SPACE_TO_BATCH_ND must be int8 of shape \(2, 2, 1\)"),
        (replace(X, shape=(3, 1)), [2], [[0, 1]], (2, 2, 1), "must have 3 or 4 dimensions"),
    ],
)
def test_refuses(
    x: Operand,
    block: list[int],
    paddings: list[list[int]],
    shape: tuple[int, ...],
    message: str,
) -> None:
    inputs = [x, constant("block", block), constant("paddings", paddings)]
    content = write_op("SPACE_TO_BATCH_ND", inputs, [replace(Y, shape=shape)])
    with pytest.raises(InputError, match=message):
        model(content, [CODES.reshape(x.shape)])


def test_another_zero_point_is_refused_as_litert_refuses_it() -> None:
    inputs = [X, constant("block", [2]), constant("paddings", [[0, 1]])]
    content = write_op("SPACE_TO_BATCH_ND", inputs, [replace(Y, zero_point=4)])
    with pytest.raises(InputError, match="LiteRT refuses"):
        litert.run(content, [CODES], "reference")
    with pytest.raises(InputError, match="tensor x of SPACE_TO_BATCH_ND must be quantised as y is"):
        model(content, [CODES])

"""MEAN as LiteRT computes it, and values worked out by hand."""

from collections.abc import Sequence
from typing import get_args

import numpy as np
import pytest

from golden.litert import Kernel
from golden.tflite.op_writer import Operand, write_op
from pymodel.errors import InputError
from tb.model.host_op import assert_as_kernel, constant, model
from tb.model.quantised_operands import int8, random_codes, random_scale, random_zero_point

CASES: list[tuple[tuple[int, ...], Sequence[int]]] = [
    ((2, 5, 7, 16), (1, 2)),
    ((2, 4, 4, 40), (2, 1)),
    ((1, 8, 8, 3), (-3, -2)),
    ((3, 6, 4), (2,)),
    ((3, 6, 4), (-2, 1)),
    ((40, 33), (0,)),
    ((4, 3, 2, 3, 2), (0, 2, 4)),
    ((9,), (0,)),
    ((2, 3, 4, 5), (0, 1, 2, 3)),
    ((1, 64, 64, 2), (1, 2)),
]


def mean(
    shape: tuple[int, ...],
    axes: Sequence[int],
    keep_dims: bool,
    x: tuple[float, int] = (1.0, 0),
    y: tuple[float, int] = (1.0, 0),
) -> bytes:
    """A file of one MEAN; x and y are (scale, zero point)."""
    away = {axis % len(shape) for axis in axes}
    kept = [1 if i in away else size for i, size in enumerate(shape) if keep_dims or i not in away]
    return write_op(
        "MEAN",
        [Operand("x", shape, scale=x[0], zero_point=x[1]), constant("axes", axes)],
        [Operand("y", tuple(kept), scale=y[0], zero_point=y[1])],
        {"keep_dims": keep_dims},
    )


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("keep_dims", [True, False])
@pytest.mark.parametrize("kernel", get_args(Kernel))
def test_axes(case: tuple[tuple[int, ...], Sequence[int]], keep_dims: bool, kernel: Kernel) -> None:
    """Any scales and zero points, every third time the same for input and output."""
    shape, axes = case
    for seed in range(20):
        rng = np.random.default_rng(seed)
        x, y = ((random_scale(rng), random_zero_point(rng)) for _ in "xy")
        content = mean(shape, axes, keep_dims, x, y if seed % 3 else x)
        assert_as_kernel(content, [random_codes(shape, rng)], kernel)


def test_by_hand() -> None:
    """Sums 10, 5, -5 over 2. At scale 1/2 of the output's: 2.5 to 3; 1.25, first rounded to halves
    with ties up, 1.5, then away from zero to 2; -1.25 likewise to -1. At the same scale there is
    one rounding: 2.5 to 3, -2.5 to -2."""
    codes = int8([[6, 6], [2, 5], [-4, 1]])  # zero point 1
    content = mean(codes.shape, (1,), False, (0.5, 1), (1.0, 7))
    assert model(content, [codes])[0].tolist() == [7 + 3, 7 + 2, 7 - 1]
    content = mean(codes.shape, (1,), False, (0.5, 1), (0.5, 7))
    assert model(content, [codes])[0].tolist() == [7 + 5, 7 + 3, 7 - 2]


@pytest.mark.parametrize(
    ("axes", "y_shape", "message"),
    [
        ([2], (2,), "the axis of MEAN must lie from -2 to 1, found 2"),
        ([1], (3,), r"tensor y of MEAN must be int8 of shape \(2,\), found int8 of shape \(3,\)"),
        ([0.5], (2,), "the axes of MEAN must be integers"),
    ],
)
def test_refusals(axes: list[float], y_shape: tuple[int, ...], message: str) -> None:
    x = Operand("x", (2, 3), scale=1.0)
    given = constant("axes", axes, "float32" if 0.5 in axes else "int32")
    content = write_op("MEAN", [x, given], [Operand("y", y_shape, scale=1.0)])
    with pytest.raises(InputError, match=message):
        model(content, [np.zeros((2, 3), dtype=np.int8)])

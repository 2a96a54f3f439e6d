"""AVERAGE_POOL_2D and MAX_POOL_2D as LiteRT computes them, and values worked out by hand."""

from typing import get_args

import numpy as np
import pytest
import tflite

from golden.litert import Kernel
from golden.tflite.op_writer import Operand, Option, write_op
from pymodel.errors import InputError
from tb.model.host_op import assert_as_kernel, model
from tb.model.quantised_operands import int8, random_codes, random_scale, random_zero_point

OPS = ("AVERAGE_POOL_2D", "MAX_POOL_2D")
GEOMETRIES = {
    "whole image": ((1, 5, 7, 3), (5, 7), (1, 1), False),
    "halves": ((1, 8, 6, 4), (2, 2), (2, 2), False),
    "rows and columns left over": ((2, 9, 11, 5), (2, 3), (2, 3), False),
    "borders": ((2, 7, 6, 3), (3, 3), (1, 1), True),
    "asymmetric border": ((1, 6, 9, 17), (3, 2), (2, 2), True),
    "filter larger than the image": ((1, 3, 2, 2), (7, 5), (1, 2), True),
    "one row": ((3, 1, 20, 1), (1, 4), (1, 3), True),
    "one column": ((1, 20, 1, 33), (4, 1), (3, 1), False),
    "windows apart": ((1, 11, 10, 2), (2, 2), (4, 3), False),
    "single elements": ((1, 4, 4, 2), (1, 1), (3, 2), True),
}


def pool(
    op: str,
    shape: tuple[int, ...],
    window: tuple[int, int],
    stride: tuple[int, int],
    same: bool,
    quantised: tuple[float, int] = (1.0, 0),
    activation: int = 0,
) -> bytes:
    """A file of one pooling op."""
    scale, zero_point = quantised
    extents = zip(shape[1:3], window, stride, strict=True)
    rows, columns = (
        -(-size // step) if same else (size - span) // step + 1 for size, span, step in extents
    )
    options: dict[str, Option] = {
        "padding": tflite.Padding.SAME if same else tflite.Padding.VALID,
        "filter_height": window[0],
        "filter_width": window[1],
        "stride_h": stride[0],
        "stride_w": stride[1],
        "fused_activation_function": activation,
    }
    x = Operand("x", shape, scale=scale, zero_point=zero_point)
    y = Operand("y", (shape[0], rows, columns, shape[3]), scale=scale, zero_point=zero_point)
    return write_op(op, [x], [y], options)


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("geometry", GEOMETRIES.values(), ids=GEOMETRIES)
@pytest.mark.parametrize("kernel", get_args(Kernel))
def test_geometries(
    op: str,
    geometry: tuple[tuple[int, ...], tuple[int, int], tuple[int, int], bool],
    kernel: Kernel,
) -> None:
    """Each with every fused activation; ends of the range alone as well as random codes."""
    for seed in range(8):
        rng = np.random.default_rng(seed)
        quantised = random_scale(rng), random_zero_point(rng)
        content = pool(op, *geometry, quantised, seed % 4)
        codes = random_codes(geometry[0], rng)
        if seed == 7:
            codes = np.where(codes < 0, int8(-128), int8(127))
        assert_as_kernel(content, [codes], kernel)


def test_average_by_hand() -> None:
    """Means of pairs: ties away from code 0, whatever the zero point; padding does not count."""
    codes = int8([1, 2, -1, -2, 5]).reshape(1, 1, 5, 1)
    content = pool("AVERAGE_POOL_2D", codes.shape, (1, 2), (1, 1), True, (1.0, 100))
    assert model(content, [codes])[0].ravel().tolist() == [2, 1, -2, 2, 5]


def test_max_by_hand() -> None:
    """RELU6 at scale 1 and zero point -5 keeps codes within -5 and 1."""
    codes = int8([-20, -9, 0, -1, 5]).reshape(1, 1, 5, 1)
    content = pool("MAX_POOL_2D", codes.shape, (1, 2), (1, 1), False, (1.0, -5), activation=3)
    assert model(content, [codes])[0].ravel().tolist() == [-5, 0, 0, 1]


def test_filter_that_does_not_fit() -> None:
    x = Operand("x", (1, 3, 3, 1), scale=1.0)
    window: dict[str, Option] = {"filter_height": 4, "filter_width": 1, "padding": 1}
    content = write_op("MAX_POOL_2D", [x], [x], window | {"stride_h": 1, "stride_w": 1})
    with pytest.raises(InputError, match="a filter of 4 of MAX_POOL_2D does not fit into 3"):
        model(content, [np.zeros((1, 3, 3, 1), dtype=np.int8)])


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (Operand("x", (3, 3), scale=1.0), None, "must have 4 dimensions"),
        (None, Operand("y", (1, 2, 2, 1), scale=1.0), r"must be int8 of shape \(1, 3, 3, 1\)"),
        (None, Operand("y", (1, 3, 3, 1), scale=2.0), "must have one scale and zero point"),
        (None, Operand("y", (1, 3, 3, 1), scale=1.0, zero_point=1), "must have one scale and zero"),
    ],
    ids=["rank", "shape", "scale", "zero point"],
)
@pytest.mark.parametrize("op", OPS)
def test_refusals(op: str, x: Operand | None, y: Operand | None, message: str) -> None:
    sound = Operand("sound", (1, 3, 3, 1), scale=1.0)
    x, y = x or sound, y or sound
    ones = ("filter_height", "filter_width", "stride_h", "stride_w")
    with pytest.raises(InputError, match=message):
        content = write_op(op, [x], [y], dict.fromkeys(ones, 1))
        model(content, [np.zeros(x.shape, dtype=np.int8)])

"""SOFTMAX as LiteRT computes it, and values worked out by hand."""

import math
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from golden.litert import Kernel
from golden.tflite.op_writer import Operand, write_op
from pymodel.errors import InputError
from pymodel.fixed_point_functions import (
    EXP_FACTORS,
    exp_on_negative_values,
    one_over_one_plus_x,
)
from tb.model.host_op import assert_as_kernel, model
from tb.model.quantised_operands import int8, random_codes, random_operand, random_scale

SHAPES = [(12,), (40, 10), (3, 4, 5), (2, 2, 2, 33), (30, 2), (5, 500), (20, 1)]


def softmax(shape: tuple[int, ...], scale: float, beta: float = 1.0) -> bytes:
    """A file of one SOFTMAX."""
    y = Operand("y", shape, scale=1 / 256, zero_point=-128)
    return write_op("SOFTMAX", [Operand("x", shape, scale=scale)], [y], {"beta": beta})


def rows(shape: tuple[int, ...], seed: int, rng: np.random.Generator) -> NDArray[np.int8]:
    """Codes: random, all equal, both ends, or close together."""
    codes = random_codes(shape, rng)
    kinds = [
        codes,
        np.full_like(codes, 127),
        np.where(codes < 0, int8(-128), int8(127)),
        codes // 40,
    ]
    return kinds[seed % 4]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("kernel", get_args(Kernel))
def test_rows(shape: tuple[int, ...], kernel: Kernel) -> None:
    for seed in range(16):
        rng = np.random.default_rng(seed)
        beta = float(rng.choice([1.0, 0.5, 2.3]))
        content = softmax(shape, random_scale(rng), beta)
        assert_as_kernel(content, [rows(shape, seed, rng)], kernel)


@pytest.mark.parametrize("scale", [1e-7, 1e-3, 0.1, 10.0, 1e6])
@pytest.mark.parametrize("kernel", get_args(Kernel))
def test_extreme_scales(scale: float, kernel: Kernel) -> None:
    codes = random_codes((50, 7), np.random.default_rng(3))
    assert_as_kernel(softmax(codes.shape, scale), [codes], kernel)


@pytest.mark.parametrize("rule", ["fixed_point", "float_table"])
def test_by_hand(rule: str) -> None:
    """256 times 1/2; 1/4 and 3/4 (scale ln 3); 1, which saturates, and 0."""
    codes = int8([[5, 5], [0, 1], [127, -128]])
    found = model(softmax(codes.shape, float(np.log(3))), [codes], rule)[0]
    assert found.tolist() == [[0, 0], [-64, 64], [127, -128]]


def test_exponential() -> None:
    """exp of 0 and of Q5.26 values down to -32, near float64's."""
    assert exp_on_negative_values(0) == 2**31 - 1
    raw = -np.unique(np.geomspace(1, 2**31 - 1, 5000).astype(np.int64))
    found = exp_on_negative_values(raw) / 2**31
    np.testing.assert_allclose(found, np.exp(raw / 2**26), rtol=0, atol=3e-7)


def test_factors() -> None:
    """exp(-2^k), rounded to Q0.31."""
    expected = [round(math.exp(-(2.0**k)) * 2**31) for k in range(-2, 5)]
    assert list(EXP_FACTORS) == expected


def test_reciprocal() -> None:
    """1 / (1 + x) for x in Q0.31, near float64's; of 1 it is 1/2."""
    raw = np.linspace(0, 2**31 - 1, 5000).astype(np.int64)
    found = one_over_one_plus_x(raw) / 2**31
    np.testing.assert_allclose(found, 1 / (1 + raw / 2**31), rtol=0, atol=3e-9)


def test_sum_that_overflows() -> None:
    """LiteRT's reference kernel ends the process from a sum of 512 on."""
    codes = np.zeros((1, 512), dtype=np.int8)
    with pytest.raises(InputError, match="must add up to less than 512"):
        model(softmax(codes.shape, 1.0), [codes])
    assert set(model(softmax((1, 511), 1.0), [codes[:, :511]])[0].ravel().tolist()) == {-127}


@pytest.mark.parametrize(
    ("y", "beta", "message"),
    [
        ((1 / 128, -128), 1.0, "must have scale 1/256 and zero point -128, found 0.0078125"),
        ((1 / 256, 0), 1.0, "must have scale 1/256 and zero point -128"),
        ((1 / 256, -128), 0.0, r"beta \* scale of SOFTMAX must be above 2\^-26"),
        ((1 / 256, -128), -1.0, r"beta \* scale of SOFTMAX must be above 2\^-26"),
    ],
)
def test_refusals(y: tuple[float, int], beta: float, message: str) -> None:
    x = random_operand("x", (2, 3), np.random.default_rng(1))
    to = Operand("y", (2, 3), scale=y[0], zero_point=y[1])
    with pytest.raises(InputError, match=message):
        model(write_op("SOFTMAX", [x], [to], {"beta": beta}), [np.zeros((2, 3), dtype=np.int8)])

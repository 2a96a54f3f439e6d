"""Power-of-two weights against exact integers: nearest exponent, codes, and their values."""

import math
from fractions import Fraction

import numpy as np
import pytest

from pymodel.errors import InputError
from pymodel.formats.power_of_two import dequantise, multiplier, quantise

BITS, LEAST = 4, -8


def nearest(value: float, bits: int, least: int) -> tuple[int, int]:
    """(sign, k) by the definition: of all powers, the one nearest in the logarithm.

    |w| is nearer to 2^(k + 1) than to 2^k where w^2 > 2^(2 k + 1).
    """
    square = Fraction(value) ** 2
    for k in range(least, least + 2 ** (bits - 1) - 1):
        if square < Fraction(2) ** (2 * k + 1):
            return int(value < 0), k
    return int(value < 0), least + 2 ** (bits - 1) - 1


def test_quantise_takes_the_nearest_power() -> None:
    rng = np.random.default_rng(1)
    values = np.concatenate(
        [rng.normal(0, 0.3, 2000), np.ldexp(1.0, np.arange(-12, 4)), np.zeros(2)]
    )
    roots = np.sqrt(np.ldexp(1.0, 2 * np.arange(-10, 1) + 1))
    values = np.concatenate([values, roots, np.nextafter(roots, 0), np.nextafter(roots, 9)])
    values = np.concatenate([values, -values])
    codes = quantise(values, BITS, LEAST)
    expected = [nearest(float(value), BITS, LEAST) for value in values]
    assert [(int(c) >> 3, (int(c) & 7) + LEAST) for c in codes] == [
        (sign if value else 0, k) for (sign, k), value in zip(expected, values, strict=True)
    ]


def test_by_hand() -> None:
    values = [0.0, -0.0, 0.5, -0.5, 0.36, 0.35, 1.0, -7.0, 2.0**-8, -(2.0**-20), 0.0028]
    codes = quantise(np.array(values), BITS, LEAST)
    assert codes.tolist() == [0, 0, 7, 15, 7, 6, 7, 15, 0, 8, 0]
    assert dequantise(codes, BITS, LEAST).tolist() == [
        2.0**-8, 2.0**-8, 0.5, -0.5, 0.5, 0.25, 0.5, -0.5, 2.0**-8, -(2.0**-8), 2.0**-8,
    ]  # fmt: skip


@pytest.mark.parametrize("bits", [2, 3, 4, 5])
def test_every_code(bits: int) -> None:
    codes = np.arange(1 << bits)
    half = 1 << (bits - 1)
    expected = [(-1) ** (code // half) * 2 ** (code % half) for code in codes.tolist()]
    assert multiplier(codes, bits).tolist() == expected
    values = dequantise(codes, bits, -5)
    assert values.tolist() == [math.ldexp(value, -5) for value in expected]
    assert quantise(values, bits, -5).tolist() == codes.tolist()


def test_errors() -> None:
    with pytest.raises(InputError, match=r"tensor w: element \(1,\) is nan"):
        quantise(np.array([0.0, np.nan]), 4, -8, "w")
    with pytest.raises(InputError, match=r"element \(0,\) is -inf"):
        quantise(np.array([-np.inf]), 4, -8)
    with pytest.raises(InputError, match="bits must be 2 to 5, found 6"):
        quantise(np.zeros(1), 6, -8)
    for code in (16, -1):
        with pytest.raises(InputError, match=f"must be 0 to 15, found {code} to {code}"):
            multiplier(np.array([code]), 4)

"""The fixed-point primitives at ties, signs and extremes: every expected value worked by hand."""

import numpy as np
import pytest

from pymodel.fixed_point import (
    INT32_MAX,
    INT32_MIN,
    Ties,
    divide_half_away,
    round_half_away,
    rounding_shift_right,
    saturating_shift_left,
    srdhm,
    wrap,
)


@pytest.mark.parametrize(
    ("value", "bits", "expected"),
    [
        (127, 8, 127),
        (128, 8, -128),
        (-128, 8, -128),
        (-129, 8, 127),
        (255, 8, -1),
        (256, 8, 0),
        (1, 1, -1),
        (2, 1, 0),
        (2**31, 32, -(2**31)),
        (-(2**31) - 1, 32, 2**31 - 1),
        (-(2**63), 32, 0),
        (2**62, 63, -(2**62)),
    ],
)
def test_wrap(value: int, bits: int, expected: int) -> None:
    assert wrap(value, bits) == expected


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (INT32_MIN, INT32_MIN, INT32_MAX),  # 2^31 does not fit: the one saturation
        (INT32_MIN, INT32_MAX, -(2**31) + 1),
        (INT32_MAX, INT32_MAX, 2**31 - 2),
        (2**30, 2**30, 2**29),
        (2**15, 2**15, 1),  # product 2^30 is half of 2^31: up
        (-(2**15), 2**15, 0),  # minus a half: up
        (-(2**15), 2**15 + 1, -1),  # just below minus a half
        (3, 2**30, 2),  # 1.5
        (-3, 2**30, -1),  # -1.5
        (0, INT32_MIN, 0),
    ],
)
def test_srdhm(a: int, b: int, expected: int) -> None:
    assert srdhm(a, b) == expected
    assert srdhm(b, a) == expected


@pytest.mark.parametrize(
    ("value", "shift", "away", "up"),
    [
        (1, 1, 1, 1),
        (-1, 1, -1, 0),
        (3, 1, 2, 2),
        (-3, 1, -2, -1),
        (5, 1, 3, 3),
        (-5, 1, -3, -2),
        (6, 2, 2, 2),
        (-6, 2, -2, -1),
        (5, 2, 1, 1),
        (-5, 2, -1, -1),
        (7, 2, 2, 2),
        (-7, 2, -2, -2),
        (7, 0, 7, 7),
        (-7, 0, -7, -7),
        (INT32_MIN, 31, -1, -1),
        (INT32_MAX, 31, 1, 1),
        (-(2**30), 31, -1, 0),
        (2**62, 62, 1, 1),
        (-(2**61), 62, -1, 0),
    ],
)
def test_rounding_shift_right(value: int, shift: int, away: int, up: int) -> None:
    expected: dict[Ties, int] = {"away": away, "up": up}
    for ties, result in expected.items():
        assert rounding_shift_right(value, shift, ties) == result


def test_shifts_broadcast() -> None:
    result = rounding_shift_right(np.array([[10], [-10]]), np.array([0, 2, 4]))
    np.testing.assert_array_equal(result, [[10, 3, 1], [-10, -3, -1]])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.5, 1),
        (-0.5, -1),
        (1.5, 2),
        (2.5, 3),
        (-2.5, -3),
        (0.49999999999999994, 0),  # adding 0.5 in float64 would give 1
        (-0.49999999999999994, 0),
        (4503599627370497.0, 4503599627370497),  # 2^52 + 1: adding 0.5 would give 2^52 + 2
    ],
)
def test_round_half_away(value: float, expected: int) -> None:
    assert round_half_away(np.float64(value)) == expected


def test_round_half_away_keeps_float32() -> None:
    result = round_half_away(np.array([0.49999997, -1.5], dtype=np.float32))
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, [0.0, -2.0])


@pytest.mark.parametrize("dtype", [np.int8, np.int32])
def test_narrow_inputs_are_widened_first(dtype: type[np.signedinteger]) -> None:
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    values = np.array([low, high], dtype=dtype)
    assert wrap(values, 64 - 1).tolist() == [low, high]
    assert srdhm(values, values).dtype == np.int64
    assert rounding_shift_right(values, np.array([1, 1], dtype=dtype)).tolist() == [
        low // 2,
        (high + 1) // 2,
    ]


@pytest.mark.parametrize(
    ("value", "shift", "expected"),
    [
        (3, 0, 3),
        (-3, 4, -48),
        (2**30 - 1, 1, 2**31 - 2),
        (2**30, 1, INT32_MAX),
        (-(2**30), 1, INT32_MIN),
        (-(2**30) - 1, 1, INT32_MIN),
        (INT32_MAX, 31, INT32_MAX),
        (INT32_MIN, 31, INT32_MIN),
    ],
)
def test_saturating_shift_left(value: int, shift: int, expected: int) -> None:
    assert saturating_shift_left(value, shift) == expected


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        (5, 2, 3),
        (-5, 2, -3),
        (4, 3, 1),
        (-5, 3, -2),
        (7, 7, 1),
        (0, 9, 0),
        (INT32_MAX, 1, INT32_MAX),
        (2**40 + 1, 2, 2**39 + 1),
    ],
)
def test_divide_half_away(numerator: int, denominator: int, expected: int) -> None:
    assert divide_half_away(numerator, denominator) == expected

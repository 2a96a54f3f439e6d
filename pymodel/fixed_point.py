"""Primitives of fixed-point arithmetic on int64 arrays. Each widens first and computes after."""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Int64Array = NDArray[np.int64]
Ties = Literal["away", "up"]
Rounding = Literal["floor", "toward_zero", "nearest_away", "nearest_even"]

INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1


def widen(value: ArrayLike) -> Int64Array:
    """Each value as int64."""
    return np.asarray(value, dtype=np.int64)


def wrap(value: ArrayLike, bits: int) -> Int64Array:
    """The low `bits` (1 to 63) of each value, read as two's complement."""
    half, mask = 1 << (bits - 1), (1 << bits) - 1
    wrapped: Int64Array = ((widen(value) & mask) ^ half) - half
    return wrapped


def saturate(value: ArrayLike, bits: int) -> Int64Array:
    """Each value, or the nearest end of two's complement of `bits` (1 to 63)."""
    half = 1 << (bits - 1)
    clipped: Int64Array = np.clip(widen(value), -half, half - 1)
    return clipped


def shift_right(value: ArrayLike, shift: ArrayLike, rounding: Rounding) -> Int64Array:
    """value / 2^shift, rounded, for |value| <= 2^62 and shift from 0 to 62.

    floor goes towards minus infinity; the nearest ones differ in ties alone.
    """
    wide, count = widen(value), widen(shift)
    down: Int64Array = wide >> count
    if rounding == "floor":
        return down
    lost = wide - (down << count)
    if rounding == "toward_zero":
        return down + widen((wide < 0) & (lost != 0))
    half = (np.int64(1) << count) >> 1
    past_half = (lost > half) & (count > 0)
    up_at_tie = wide > 0 if rounding == "nearest_away" else down & 1 == 1
    return down + widen(past_half | ((lost == half) & (count > 0) & up_at_tie))


def srdhm(a: ArrayLike, b: ArrayLike) -> Int64Array:
    """Saturating rounding doubling high multiply of int32 values: (a * b + 2^30) >> 31.

    Ties go towards plus infinity. Only INT32_MIN times itself saturates, to INT32_MAX.

    Source: gemmlowp `SaturatingRoundingDoublingHighMul` (fixedpoint/fixedpoint.h).
    """
    high: Int64Array = (widen(a) * widen(b) + (1 << 30)) >> 31
    return np.minimum(high, INT32_MAX)


def rounding_shift_right(value: ArrayLike, shift: ArrayLike, ties: Ties = "away") -> Int64Array:
    """value / 2^shift, rounded to nearest, for |value| <= 2^62 and shift from 0 to 62.

    Ties go away from zero (gemmlowp `RoundingDivideByPOT`) or up, towards plus infinity.
    """
    wide, count = widen(value), widen(shift)
    half = (np.int64(1) << count) >> 1
    rounded: Int64Array = (wide + half) >> count
    if ties == "away":
        rounded -= (wide < 0) & (((wide + half) & (2 * half - 1)) == 0)
    return rounded


def saturating_shift_left(value: ArrayLike, shift: int) -> Int64Array:
    """value * 2^shift, saturated to int32, for int32 values and shift from 0 to 31.

    Source: gemmlowp `SaturatingRoundingMultiplyByPOT` (fixedpoint/fixedpoint.h).
    """
    shifted: Int64Array = np.clip(widen(value) << shift, INT32_MIN, INT32_MAX)
    return shifted


def divide_half_away(numerator: ArrayLike, denominator: ArrayLike) -> Int64Array:
    """numerator / denominator (positive), rounded to nearest, ties away from zero."""
    wide, by = widen(numerator), widen(denominator)
    magnitude: Int64Array = (np.abs(wide) + by // 2) // by
    return np.sign(wide) * magnitude


def round_half_away(value: ArrayLike) -> NDArray[np.floating[Any]]:
    """Each float rounded to the nearest integer, ties away from zero, in its own dtype.

    Exact also just below a half, where adding 0.5 would round up. Source: C's `round`.
    """
    real = np.asarray(value)
    whole = np.trunc(real)
    rounded: NDArray[np.floating[Any]] = whole + np.copysign(np.abs(real - whole) >= 0.5, real)
    return rounded

"""gemmlowp's fixed-point exponential and reciprocal, on int64 arrays of 32-bit raw values.

A raw value r in Qm.n, m + n = 31, stands for r / 2^n. Source: gemmlowp fixedpoint/fixedpoint.h,
from where the constants are; names in the docstrings are its functions'.
"""

import numpy as np
from numpy.typing import ArrayLike

from pymodel.fixed_point import (
    INT32_MAX,
    Int64Array,
    rounding_shift_right,
    saturating_shift_left,
    srdhm,
    widen,
)

EXP_FRACTION_BITS = 26
"""Of exp's argument, Q5.26."""
EXP_MINUS_EIGHTH = 1895147668
ONE_THIRD = 715827883
EXP_FACTORS = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)
"""exp(-2^k) in Q0.31 for k from -2 to 4."""
TWO_BITS_ONE = 1 << 29
FORTY_EIGHT_SEVENTEENTHS = 1515870810
MINUS_THIRTY_TWO_SEVENTEENTHS = -1010580540
"""These three in Q2.29."""
NEWTON_STEPS = 3


def exp_on_negative_values(value: ArrayLike) -> Int64Array:
    """exp of values (Q5.26, 0 or less) in Q0.31; exp(0) is the largest, 2^31 - 1.

    The value's whole quarters each contribute a factor, the rest a Taylor polynomial.
    """
    raw = widen(value)
    quarter = 1 << (EXP_FRACTION_BITS - 2)
    rest = (raw & (quarter - 1)) - quarter
    result = _exp_between_minus_quarter_and_0(saturating_shift_left(rest, 31 - EXP_FRACTION_BITS))
    quarters = rest - raw
    for place, factor in enumerate(EXP_FACTORS):
        has = quarters & (quarter << place) != 0
        result = np.where(has, srdhm(result, factor), result)
    return np.where(raw == 0, INT32_MAX, result)


def _exp_between_minus_quarter_and_0(raw: Int64Array) -> Int64Array:
    """exp of Q0.31 in [-1/4, 0), by its series around -1/8 up to the fourth power.

    gemmlowp's `exp_on_interval_between_negative_one_quarter_and_0_excl`.
    """
    x = raw + (1 << 28)
    square = srdhm(x, x)
    cube, fourth = srdhm(square, x), srdhm(square, square)
    sixths = srdhm(rounding_shift_right(fourth, 2) + cube, ONE_THIRD)
    series = x + rounding_shift_right(sixths + square, 1)
    return EXP_MINUS_EIGHTH + srdhm(EXP_MINUS_EIGHTH, series)


def one_over_one_plus_x(value: ArrayLike) -> Int64Array:
    """1 / (1 + x) in Q0.31 for x in Q0.31 from 0 to 1, by three Newton steps.

    gemmlowp's `one_over_one_plus_x_for_x_in_0_1`.
    """
    half = (widen(value) + INT32_MAX + 1) // 2
    result = FORTY_EIGHT_SEVENTEENTHS + srdhm(half, MINUS_THIRTY_TWO_SEVENTEENTHS)
    for _ in range(NEWTON_STEPS):
        error = TWO_BITS_ONE - srdhm(half, result)
        result = result + saturating_shift_left(srdhm(result, error), 2)
    return saturating_shift_left(result, 1)

"""The one rounding of every float operation: exact values to codes, and what happened on the way.

Exact values travel as float64; pymodel.formats.float_sum makes the sums that need more bits.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pymodel.formats.float_format import FLOAT32, FloatFormat

Codes = NDArray[np.uint32]
Reals = NDArray[np.float64]
Mask = NDArray[np.bool_]

FRACTION_BITS, DOUBLE_BIAS = 52, 1023
MAGNITUDE = (1 << 63) - 1
INFINITY, QUIET_NAN = 0x7FF0 << 48, 0x7FF8 << 48
FLOAT32_NAN = 0x7FC0 << 16


@dataclass(frozen=True, eq=False)
class Rounded:
    """Codes, uint32, and the numeric events of their rounding: boolean masks of the same shape.

    saturated: the rounded value lies beyond the format's largest finite one, whatever took its
        place: the largest, infinity, or the NaN of "fn". An infinity counts where the format has
        none.
    tie: the bits that the rounding dropped were exactly one half, also if the result is then
        saturated or flushed.
    flushed: a result that is not zero became zero.
    """

    codes: Codes
    saturated: Mask
    tie: Mask
    flushed: Mask


def round_block(exact: Reals, fmt: FloatFormat) -> Codes:
    """Codes of a one-dimensional block of exact values, each rounded once."""
    if fmt == FLOAT32:
        return _round_float32(exact)
    bits = exact.view(np.int64)
    magnitude = bits & MAGNITUDE
    np.minimum(magnitude, QUIET_NAN, out=magnitude)
    drop = FRACTION_BITS - fmt.mantissa_bits
    half = 1 << (drop - 1)
    if fmt.ties == "even":
        code = magnitude >> drop
        code &= 1
        code += magnitude
        code += half - 1
    else:
        code = magnitude + half
    code >>= drop
    code -= (DOUBLE_BIAS - fmt.offset) << fmt.mantissa_bits
    if fmt.denormals:
        low = magnitude < _double_bits(np.ldexp(1.0, 1 - fmt.offset))
        if low.any():
            np.copyto(code, _denormal_codes(exact, fmt), where=low)
    else:
        code *= code >= fmt.smallest_normal
    sign = bits >> (64 - fmt.width)
    sign &= fmt.sign_code
    if fmt.special == "none":
        sign *= code > 0
    high = code > fmt.largest
    if high.any():
        np.copyto(code, _beyond(magnitude, fmt), where=high)
        sign[high & (code == (fmt.nan or 0))] = 0
    code |= sign
    return code.astype(np.uint32)


def _round_float32(exact: Reals) -> Codes:
    """round_block for FLOAT32, whose rounding is the processor's own."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        single = exact.astype(np.float32)
    code = single.view(np.uint32)
    code[np.isnan(single)] = FLOAT32_NAN
    return code


def _denormal_codes(exact: Reals, fmt: FloatFormat) -> NDArray[np.int64]:
    """Magnitude codes of values below the smallest normal number; anything for larger ones.

    The sum with a power of two whose last bit weighs as much as the format's rounds to even there.
    """
    unit = _denormal_anchor(fmt)
    shifted = np.abs(exact)
    shifted += unit
    code: NDArray[np.int64] = shifted.view(np.int64)
    code -= _double_bits(unit)
    return code


def _denormal_anchor(fmt: FloatFormat) -> np.float64:
    """The power of two whose float64 neighbours lie one smallest denormal apart."""
    return np.float64(np.ldexp(1.0, fmt.least_exponent + FRACTION_BITS))


def _double_bits(value: float) -> int:
    return int(np.float64(value).view(np.int64))


def _beyond(magnitude: NDArray[np.int64], fmt: FloatFormat) -> NDArray[np.int64]:
    """Magnitude codes of values beyond the largest finite one, of infinities and NaNs."""
    infinity = fmt.infinity
    if fmt.overflow == "saturate":
        finite = fmt.largest
    else:
        finite = infinity if infinity is not None else fmt.sign_code - 1
    code = np.full(magnitude.shape, finite, dtype=np.int64)
    if infinity is not None:
        code[magnitude == INFINITY] = infinity
    code[magnitude > INFINITY] = fmt.nan or 0
    return code


def rounded(exact: Reals, codes: Codes, fmt: FloatFormat) -> Rounded:
    """The codes that `exact` (any shape) was rounded to, with the events of that rounding."""
    magnitude = np.abs(exact)
    finite = np.isfinite(exact)
    drop = FRACTION_BITS - fmt.mantissa_bits
    dropped = np.ascontiguousarray(exact).view(np.int64) & ((1 << drop) - 1)
    tie = finite & (dropped == 1 << (drop - 1))
    if fmt.denormals:
        low = magnitude < np.ldexp(1.0, 1 - fmt.offset)
        anchor, half = _denormal_anchor(fmt), np.ldexp(1.0, fmt.least_exponent - 1)
        below = np.where(low, magnitude, 0)
        tie = np.where(low, np.abs((below + anchor) - anchor - below) == half, tie)
    limit = _overflow_limit(fmt)
    tie_overflows = fmt.ties == "away" or bool(fmt.largest & 1)
    saturated = magnitude >= limit if tie_overflows else magnitude > limit
    if fmt.infinity is not None:
        saturated &= finite
    flushed = (magnitude > 0) & ((codes & (fmt.sign_code - 1)) == 0)
    return Rounded(codes, saturated, tie, flushed)


def _overflow_limit(fmt: FloatFormat) -> float:
    """The value halfway between the largest finite one and the next that would follow it."""
    step = fmt.most_exponent - fmt.mantissa_bits
    significand = (1 << fmt.mantissa_bits) | (fmt.largest & ((1 << fmt.mantissa_bits) - 1))
    return float(np.ldexp(significand + 0.5, step))

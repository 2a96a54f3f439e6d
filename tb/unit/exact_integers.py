"""Fixed point and requantisation in exact integers and rationals: what the benches expect.

Written from the formats' specification, not from pymodel. Every function returns a result and the
numeric events of getting there, as bits.
"""

from fractions import Fraction
from math import floor, trunc

SATURATED, TIE, FLUSHED, WRAPPED, TRUNCATED = 1, 2, 4, 8, 16
"""Kinds of events."""
HALF = Fraction(1, 2)
Result = tuple[int, int]


def fit(value: int, bits: int, overflow: str) -> Result:
    """Return a number as two's complement of `bits`: wrapped, or the nearest end."""
    low, high = -(1 << bits - 1), (1 << bits - 1) - 1
    if low <= value <= high:
        return value, 0
    if overflow == "saturate":
        return (low if value < low else high), SATURATED
    return (value - low) % (1 << bits) + low, WRAPPED


def accumulate(acc: int, addend: int, bits: int, overflow: str) -> Result:
    """Return acc + addend in `bits`; the addend is brought to them first."""
    entered, entry = fit(addend, bits, overflow)
    total, past = fit(acc + entered, bits, overflow)
    return total, entry | past


def drop(value: int, bits: int, rounding: str) -> Result:
    """Return value / 2^bits as a whole number."""
    quotient = Fraction(value, 1 << bits)
    fraction = quotient - floor(quotient)
    events = TRUNCATED if fraction else 0
    if rounding == "floor":
        return floor(quotient), events
    if rounding == "toward_zero":
        return trunc(quotient), events
    events |= TIE if fraction == HALF else 0
    # round() of a fraction takes ties to even.
    return round(quotient) if rounding == "nearest_even" else _half_away(quotient), events


def shift_accumulator(acc: int, shift: int, rounding: str) -> Result:
    """Return acc * 2^shift, rounded, saturated at 32 bits."""
    shifted, dropped = drop(acc << max(shift, 0), max(-shift, 0), rounding)
    result, past = fit(shifted, 32, "saturate")
    return result, dropped | past


def scale_accumulator(acc: int, multiplier: int, shift: int, rule: str) -> Result:
    """Return acc * multiplier * 2^(shift - 31) by TFLite's rule, wrapped at 32 bits.

    The events are those of the last rounding. Source: TFLite `MultiplyByQuantizedMultiplier`.
    """
    if rule == "single":
        quotient = Fraction(acc * multiplier, 1 << 31 - shift)
    else:
        operand, _ = fit(acc << max(shift, 0), 32, "wrap")
        high = min(floor(Fraction(operand * multiplier, 1 << 31) + HALF), (1 << 31) - 1)
        quotient = Fraction(high, 1 << max(-shift, 0))
    fraction = quotient - floor(quotient)
    events = (TRUNCATED if fraction else 0) | (TIE if fraction == HALF else 0)
    rounded = _half_away(quotient) if rule == "double_away" else floor(quotient + HALF)
    return fit(rounded, 32, "wrap")[0], events


def clip(value: int, low: int, high: int) -> Result:
    """Return a number within low to high."""
    clipped = min(max(value, low), high)
    return clipped, SATURATED if clipped != value else 0


def _half_away(quotient: Fraction) -> int:
    magnitude = floor(abs(quotient) + HALF)
    return magnitude if quotient > 0 else -magnitude

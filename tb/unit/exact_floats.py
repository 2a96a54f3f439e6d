"""Floats of any format in exact rationals: what the float benches expect, slow and plain.

Written from the formats' specification, not from pymodel: a value is a Python fraction, and its
code is found by counting quanta.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from typing import NamedTuple

SATURATED, TIE, FLUSHED = 1, 2, 4
"""Events of a rounding, as bits."""


class Real(NamedTuple):
    """An exact number, a zero with its sign, an infinity, or NaN.

    magnitude: None for an infinity and for NaN. infinite: tells those two apart.
    """

    negative: bool
    magnitude: Fraction | None
    infinite: bool = False


NAN = Real(False, None)


@dataclass(frozen=True)
class ExactFormat:
    """Sign, exponent and mantissa; special is "ieee", "fn" or "none".

    Without denormals a code of exponent 0 is a zero, and so is a result below the smallest normal.
    """

    exponent_bits: int
    mantissa_bits: int
    bias: int
    special: str = "ieee"
    denormals: bool = True
    saturate: bool = False

    @property
    def bits(self) -> int:
        """Width of a code."""
        return 1 + self.exponent_bits + self.mantissa_bits

    @property
    def sign_code(self) -> int:
        """The code whose sign bit alone is set."""
        return 1 << self.exponent_bits + self.mantissa_bits

    @property
    def nan_code(self) -> int:
        """Sign 0, exponent all ones, mantissa 1 and zeros; "fn" all ones; "none" has 0 instead."""
        if self.special == "ieee":
            return self.infinity_code + (1 << self.mantissa_bits - 1)
        return self.sign_code - 1 if self.special == "fn" else 0

    @property
    def infinity_code(self) -> int:
        """Exponent all ones, mantissa 0: infinity in "ieee"."""
        return self.sign_code - (1 << self.mantissa_bits)

    @property
    def largest_code(self) -> int:
        """The largest finite number."""
        lost = {"ieee": 1 << self.mantissa_bits, "fn": 1, "none": 0}[self.special]
        return self.sign_code - 1 - lost

    @property
    def smallest_code(self) -> int:
        """The smallest positive number."""
        return 1 if self.denormals or self.special == "none" else 1 << self.mantissa_bits


@cache
def decode(code: int, fmt: ExactFormat) -> Real:
    """Return what a code stands for."""
    negative, magnitude = bool(code & fmt.sign_code), code & fmt.sign_code - 1
    field, mantissa = divmod(magnitude, 1 << fmt.mantissa_bits)
    if magnitude > fmt.largest_code:
        infinite = fmt.special == "ieee" and mantissa == 0
        return Real(negative, None, True) if infinite else NAN
    if magnitude < fmt.smallest_code:
        return Real(negative, Fraction(0))
    if field == 0 and fmt.special != "none":
        return Real(negative, Fraction(mantissa) * _power(1 - fmt.bias - fmt.mantissa_bits))
    significand = (1 << fmt.mantissa_bits) + mantissa
    return Real(negative, significand * _power(field - fmt.bias - fmt.mantissa_bits))


@lru_cache(maxsize=1 << 16)
def encode(value: Real, fmt: ExactFormat) -> tuple[int, int]:
    """Return the code nearest to a value, and the events of its rounding.

    Ties go to the even code, in "none" away from zero. Whether a number is below the smallest code
    of a format without denormals is judged after rounding, as if exponents had no lower bound.
    """
    sign = fmt.sign_code if value.negative else 0
    if value.magnitude is None:
        if not value.infinite:
            return fmt.nan_code, 0
        return (sign + fmt.infinity_code, 0) if fmt.special == "ieee" else _overflow(sign, fmt)
    zero = 0 if fmt.special == "none" else sign
    if value.magnitude == 0:
        return zero, 0
    exponent = _floor_log2(value.magnitude)
    if fmt.denormals:
        exponent = max(exponent, 1 - fmt.bias)
    quanta = value.magnitude / _power(exponent - fmt.mantissa_bits)
    events = TIE if quanta.denominator == 2 else 0
    # round() of a fraction takes ties to even.
    whole = int(quanta + Fraction(1, 2)) if fmt.special == "none" else round(quanta)
    # Codes count quanta too: 2^M of them to each step of the exponent.
    code = whole + (exponent + fmt.bias - 1 << fmt.mantissa_bits)
    if code < fmt.smallest_code:
        return zero, events | FLUSHED
    if code > fmt.largest_code:
        code, saturated = _overflow(sign, fmt)
        return code, events | saturated
    return sign + code, events


def add(a: Real, b: Real) -> Real:
    """Return a + b. What cancels is +0; infinities of both signs are NaN."""
    if a.magnitude is None or b.magnitude is None:
        if NAN in (a, b) or (a.infinite and b.infinite and a.negative != b.negative):
            return NAN
        return a if a.infinite else b
    total = _signed(a) + _signed(b)
    negative = total < 0 if total else a.negative and b.negative
    return Real(negative, abs(total))


def multiply(a: Real, b: Real) -> Real:
    """Return a * b. An infinity times zero is NaN."""
    negative = a.negative != b.negative
    if a.magnitude is None or b.magnitude is None:
        nan = NAN in (a, b) or 0 in (a.magnitude, b.magnitude)
        return NAN if nan else Real(negative, None, True)
    return Real(negative, a.magnitude * b.magnitude)


def _overflow(sign: int, fmt: ExactFormat) -> tuple[int, int]:
    """Return what a number past the largest one becomes, and the event."""
    if fmt.saturate:
        return sign + fmt.largest_code, SATURATED
    code = sign + fmt.infinity_code if fmt.special == "ieee" else fmt.nan_code
    return code, SATURATED


def _signed(value: Real) -> Fraction:
    assert value.magnitude is not None
    return -value.magnitude if value.negative else value.magnitude


def _floor_log2(value: Fraction) -> int:
    estimate = value.numerator.bit_length() - value.denominator.bit_length()
    return estimate - (value < _power(estimate))


@cache
def _power(exponent: int) -> Fraction:
    """Return 2 ** exponent."""
    return Fraction(2) ** exponent

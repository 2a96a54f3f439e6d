"""Floating-point formats from their definition: exact rationals, one value at a time.

Magnitudes are Python integers that count units of 2^-UNIT, below the lowest bit of any product.
Nothing here calls the model; a FloatFormat only says which format is meant.
"""

from functools import lru_cache
from typing import Literal, NamedTuple

from pymodel.formats.float_format import FloatFormat

UNIT = 640
Size = int | Literal["infinite", "nan"]


class Number(NamedTuple):
    """A sign (1 is minus, also of zero) and a magnitude."""

    sign: int
    size: Size


class Outcome(NamedTuple):
    """A code and the events of its rounding."""

    code: int
    saturated: bool
    tie: bool
    flushed: bool


NAN = Number(0, "nan")


def power(exponent: int) -> int:
    """2^exponent, in units."""
    units: int = 2 ** (exponent + UNIT)
    return units


def bias(fmt: FloatFormat) -> int:
    return 2 ** (fmt.exponent_bits - 1) - 1 if fmt.bias is None else fmt.bias


@lru_cache(maxsize=1 << 18)
def number(code: int, fmt: FloatFormat) -> Number:
    """What a code stands for; denormals count as zeros where the format has none."""
    mantissa_bits, ones = fmt.mantissa_bits, 2**fmt.exponent_bits - 1
    sign, field = divmod(code, 2 ** (fmt.exponent_bits + mantissa_bits))
    exponent, mantissa = divmod(field, 2**mantissa_bits)
    whole = 2**mantissa_bits + mantissa
    last_bit = power(exponent - bias(fmt) - mantissa_bits)
    if fmt.special == "none":
        return Number(sign, whole * last_bit if field else 0)
    if fmt.special == "ieee" and exponent == ones:
        return NAN if mantissa else Number(sign, "infinite")
    if fmt.special == "fn" and exponent == ones and mantissa == 2**mantissa_bits - 1:
        return NAN
    if exponent:
        return Number(sign, whole * last_bit)
    return Number(sign, mantissa * 2 * last_bit if fmt.denormals else 0)


def total(a: Number, b: Number) -> Number:
    """a + b as IEEE 754 has it, exact."""
    if "nan" in (a.size, b.size):
        return NAN
    if a.size == "infinite" or b.size == "infinite":
        if a.size == b.size and a.sign != b.sign:
            return NAN
        return a if a.size == "infinite" else b
    assert isinstance(a.size, int)
    assert isinstance(b.size, int)
    value = (-a.size if a.sign else a.size) + (-b.size if b.sign else b.size)
    if value == 0:
        return Number(a.sign & b.sign, value) if a.sign == b.sign else Number(0, value)
    return Number(int(value < 0), abs(value))


def product(a: Number, b: Number) -> Number:
    """a * b as IEEE 754 has it, exact."""
    sign = a.sign ^ b.sign
    if "nan" in (a.size, b.size):
        return NAN
    if a.size == "infinite" or b.size == "infinite":
        return NAN if 0 in (a.size, b.size) else Number(sign, "infinite")
    assert isinstance(a.size, int)
    assert isinstance(b.size, int)
    size, rest = divmod(a.size * b.size, 1 << UNIT)
    assert rest == 0
    return Number(sign, size)


def largest(fmt: FloatFormat) -> int:
    """The largest finite value."""
    ones, last_bit = 2**fmt.exponent_bits - 1, -fmt.mantissa_bits
    if fmt.special == "ieee":
        ones -= 1
    missing = 2 if fmt.special == "fn" else 1
    below_two = (2 << fmt.mantissa_bits) - missing
    return below_two * power(ones - bias(fmt) + last_bit)


def least_bit(fmt: FloatFormat) -> int:
    """log2 of the last place of the smallest values."""
    return (0 if fmt.special == "none" else 1) - bias(fmt) - fmt.mantissa_bits


@lru_cache(maxsize=1 << 18)
def rounded(exact: Number, fmt: FloatFormat) -> Outcome:
    """The code nearest to an exact value, by the rules of the format."""
    sign, size = exact
    if size == "nan":
        return Outcome(canonical_nan(fmt) or 0, False, False, False)
    if size == "infinite":
        return Outcome(beyond(sign, True, fmt), fmt.special != "ieee", False, False)
    assert isinstance(size, int)
    if size == 0:
        return Outcome(0 if fmt.special == "none" else code_of(sign, size, fmt), *[False] * 3)
    exponent = size.bit_length() - 1 - UNIT
    if fmt.denormals:
        exponent = max(exponent, 1 - bias(fmt))
    unit = power(exponent - fmt.mantissa_bits)
    count, rest = divmod(size, unit)
    tie = 2 * rest == unit
    if 2 * rest > unit or (tie and (fmt.special == "none" or count % 2 == 1)):
        count += 1
    value = count * unit
    if value > largest(fmt):
        return Outcome(beyond(sign, False, fmt), True, tie, False)
    smallest = power(1 - bias(fmt))
    if fmt.special == "none":
        smallest = power(-bias(fmt)) + power(-bias(fmt) - fmt.mantissa_bits)
    if value == 0 or (not fmt.denormals and value < smallest):
        zero = 0 if fmt.special == "none" else code_of(sign, 0, fmt)
        return Outcome(zero, False, tie, True)
    return Outcome(code_of(sign, value, fmt), False, tie, False)


def canonical_nan(fmt: FloatFormat) -> int | None:
    """0, all ones, 1, zeros; all ones in "fn"."""
    if fmt.special == "none":
        return None
    quiet = 1 << (fmt.mantissa_bits - 1) if fmt.special == "ieee" else (1 << fmt.mantissa_bits) - 1
    return all_ones(fmt) + quiet


def all_ones(fmt: FloatFormat) -> int:
    """The code whose exponent is all ones, the rest zeros."""
    return ((1 << fmt.exponent_bits) - 1) << fmt.mantissa_bits


def minus(sign: int, fmt: FloatFormat) -> int:
    """The sign's part of a code."""
    return sign << (fmt.exponent_bits + fmt.mantissa_bits)


def beyond(sign: int, infinite: bool, fmt: FloatFormat) -> int:
    """The code of an infinity, or of what is too large for the format."""
    if fmt.special == "ieee" and (infinite or fmt.overflow == "ieee"):
        return minus(sign, fmt) + all_ones(fmt)
    nan = canonical_nan(fmt)
    if fmt.overflow == "ieee" and nan is not None:
        return nan
    return code_of(sign, largest(fmt), fmt)


def code_of(sign: int, value: int, fmt: FloatFormat) -> int:
    """The code of a value that the format has."""
    if value == 0:
        return minus(sign, fmt)
    least = 0 if fmt.special == "none" else 1
    exponent = max(value.bit_length() - 1 - UNIT + bias(fmt), least)
    significand, rest = divmod(value, power(exponent - bias(fmt) - fmt.mantissa_bits))
    assert rest == 0
    return minus(sign, fmt) + ((exponent - 1) << fmt.mantissa_bits) + significand

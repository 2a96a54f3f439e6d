"""Operands of the float benches: codes with corners, and the buses of exact values."""

from fractions import Fraction
from itertools import product

import cocotb
import numpy as np

from tb.unit.combinational import all_driven
from tb.unit.exact_floats import NAN, ExactFormat, Real
from tb.unit.float_bench import CODES

EXPONENT_BITS = CODES["EXPONENT_W"]


def corner_codes(fmt: ExactFormat) -> list[int]:
    """Return codes of either sign at which the format's meaning changes, and ones beside 1."""
    one = fmt.bias << fmt.mantissa_bits
    normal = 1 << fmt.mantissa_bits
    near = (0, 1, 2, normal - 1, normal, normal + 1, one - 1, one, one + 1, fmt.largest_code - 1)
    special = (fmt.largest_code, fmt.infinity_code, fmt.nan_code, fmt.sign_code - 1)
    codes = {code for code in near + special if code < fmt.sign_code}
    return sorted(codes | {code | fmt.sign_code for code in codes})


def code_pairs(a: ExactFormat, b: ExactFormat, count: int) -> list[tuple[int, int]]:
    """Return all pairs of 8-bit codes where that is quick, else corners and `count` drawn ones.

    Of those drawn in one format a third cancel but for low bits, and in a third the second is up
    to M + 3 powers of two below the first, with few bits set, so that they tie.
    """
    if max(a.bits, b.bits) <= 8 and all_driven():
        return list(product(range(1 << a.bits), range(1 << b.bits)))
    random = np.random.default_rng(cocotb.RANDOM_SEED)
    first = random.integers(0, 1 << a.bits, count)
    second = random.integers(0, 1 << b.bits, count)
    if a == b:
        cancelling = first ^ a.sign_code ^ random.integers(0, 8, count)
        steps = random.integers(0, a.mantissa_bits + 4, count)
        few_bits = random.integers(0, 4, count) << a.mantissa_bits >> 2
        below = (first >> a.mantissa_bits) - steps << a.mantissa_bits | few_bits
        kind = random.integers(0, 3, count)
        second = np.choose(kind, [second, cancelling, below]) % (1 << b.bits)
    drawn = zip(first.tolist(), second.tolist(), strict=True)
    return [*product(corner_codes(a), corner_codes(b)), *drawn]


def pack_exact(value: Real, significand: int, exponent: int, bits: int) -> int:
    """Return the bus of an exact value, whose number is significand * 2^exponent."""
    flags = (value == NAN) << 2 | value.infinite << 1 | value.negative
    bus = flags << EXPONENT_BITS | exponent & (1 << EXPONENT_BITS) - 1
    return bus << bits | significand


def unpack_exact(bus: int, bits: int) -> tuple[Real, int]:
    """Return the value on a bus with a significand of `bits`, and its exponent."""
    significand, flags = bus & (1 << bits) - 1, bus >> bits + EXPONENT_BITS
    field = bus >> bits & (1 << EXPONENT_BITS) - 1
    exponent = field - (field >> EXPONENT_BITS - 1 << EXPONENT_BITS)
    negative = bool(flags & 1)
    if flags & 4:
        return NAN, exponent
    if flags & 2:
        return Real(negative, None, True), exponent
    return Real(negative, significand * Fraction(2) ** exponent), exponent


def draw_exact(
    fmt: ExactFormat, bits: int, count: int, random: np.random.Generator
) -> list[tuple[Real, int]]:
    """Return exact values with their buses: NaN, infinities, zeros, and `count` numbers.

    The numbers reach past the format's range at both ends. Of their significands of `bits` a fifth
    each have zeros on top, zeros below, ones below, and three bits set, one of them the lowest.
    """
    signs = (False, True)
    drawn = [_special(kind, bits) for kind in (NAN, *(Real(sign, None, True) for sign in signs))]
    drawn += [_number(sign, 0, exponent, bits) for sign in signs for exponent in (-99, 0, 99)]
    lowest = 1 - fmt.bias - fmt.mantissa_bits - 4
    beyond = (1 << fmt.exponent_bits) - fmt.bias + 2
    for _ in range(count):
        significand = int(random.integers(0, 1 << bits))
        length = int(random.integers(1, bits + 1))
        kind = random.integers(0, 5)
        if kind == 0:
            significand >>= bits - length
        elif kind == 1:
            significand = significand >> length << length
        elif kind == 2:
            significand |= (1 << length) - 1
        elif kind == 3:
            significand = 1 << bits - 1 | 1 << length - 1 | 1
        exponent = int(random.integers(lowest, beyond)) - bits + 1
        drawn.append(_number(bool(random.integers(0, 2)), significand, exponent, bits))
    return drawn


def _special(value: Real, bits: int) -> tuple[Real, int]:
    return value, pack_exact(value, 1, 0, bits)


def _number(negative: bool, significand: int, exponent: int, bits: int) -> tuple[Real, int]:
    value = Real(negative, significand * Fraction(2) ** exponent)
    return value, pack_exact(value, significand, exponent, bits)

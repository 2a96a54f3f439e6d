"""rtl/float_round.v against exact rationals: products of 8-bit floats, wide accumulators."""

from fractions import Fraction
from itertools import product
from typing import Any

import cocotb
import numpy as np
import pytest

from tb.registers import load_definitions
from tb.unit.bench import random_generator, run_bench
from tb.unit.combinational import check
from tb.unit.exact_floats import FLUSHED, SATURATED, TIE, ExactFormat, Real, encode
from tb.unit.float_bench import FORMATS, format_of
from tb.unit.float_operands import draw_exact, pack_exact

pytestmark = pytest.mark.slow_on("verilator")

DRAWS = 2000
CASES = {
    "e4m3fn": ("e4m3fn", 6),
    "ristretto": ("ristretto", 6),
    "ristretto_wide": ("ristretto", 24),
    "e3m5": ("e3m5", 51),
    "bfloat16": ("bfloat16", 51),
    "float32": ("float32", 8),
    "float32_flush": ("float32_flush", 51),
}
"""Format, and width of the significand that is rounded."""


@cocotb.test()
async def bench_corners_and_random(dut: Any) -> None:
    """Specials, numbers about the format's range, ties among them; short ones exhaustively."""
    fmt, bits = format_of(dut), int(dut.SIG_W.value)
    values = draw_exact(fmt, bits, DRAWS, random_generator())
    if bits < 8:
        values += _all_numbers(fmt, bits)
    rows = [(bus,) for _, bus in values]
    seen = np.bitwise_or.reduce([encode(value, fmt)[1] for value, _ in values])
    assert seen & (SATURATED | FLUSHED) == SATURATED | FLUSHED
    assert seen & TIE or bits <= fmt.mantissa_bits
    await check(dut, ("value",), rows, "code", lambda row: encode(values[row][0], fmt))


def _all_numbers(fmt: ExactFormat, bits: int) -> list[tuple[Real, int]]:
    """Return all significands of `bits`, at exponents from below to above the format's range."""
    exponents = range(-fmt.bias - fmt.mantissa_bits - bits - 2, (1 << fmt.exponent_bits) - fmt.bias)
    numbers = []
    for sign, exponent, significand in product((False, True), exponents, range(1 << bits)):
        value = Real(sign, significand * Fraction(2) ** exponent)
        numbers.append((value, pack_exact(value, significand, exponent, bits)))
    return numbers


def test_events_have_the_bits_of_the_header() -> None:
    bits = {
        name: 1 << load_definitions()[f"EVENT_{name}"] for name in ("SATURATED", "TIE", "FLUSHED")
    }
    assert bits == {"SATURATED": SATURATED, "TIE": TIE, "FLUSHED": FLUSHED}


@pytest.mark.parametrize("case", CASES)
def test_float_round(sim: str, case: str) -> None:
    name, bits = CASES[case]
    run_bench("float_round", __name__, sim, FORMATS[name] | {"SIG_W": bits})

"""rtl/requantise_float.v behind rtl/requantise.v, against exact rationals: psum to element."""

from typing import Any

import cocotb
import pytest

from tb.registers import load_definitions
from tb.unit.bench import random_generator, run_bench
from tb.unit.combinational import check, thinned
from tb.unit.exact_floats import ExactFormat, decode, encode
from tb.unit.float_bench import exact_format, format_named, packed
from tb.unit.float_operands import corner_codes

pytestmark = pytest.mark.slow_on("verilator")

DRAWS = 4000


@cocotb.test()
async def bench_conversions(dut: Any) -> None:
    """Every code of 16 bits; of more, corners, ties of the element's format, and random codes."""
    element, fmt = format_named(dut, "ELEM_FLOAT"), format_named(dut, "ACC_FLOAT")
    codes = range(1 << fmt.bits) if fmt.bits <= 16 else wide_codes(fmt, element)
    rows = thinned([(code,) for code in codes])
    for unread in ("multiplier", "shift", "rounding"):
        getattr(dut, unread).value = -1

    def expected(row: int) -> tuple[int, int]:
        return encode(decode(rows[row][0], fmt), element)

    await check(dut, ("acc",), rows, "scaled", expected)


def wide_codes(fmt: ExactFormat, element: ExactFormat) -> list[int]:
    """Codes of 32 bits, a third of them few bits past an element's code, which ties or nearly.

    Exponents lie about the element's range, and anywhere.
    """
    random = random_generator()
    spare = fmt.mantissa_bits - element.mantissa_bits
    codes = corner_codes(fmt)
    for draw in range(DRAWS):
        code = int(random.integers(0, 1 << fmt.bits))
        if draw % 3:
            reach = (1 << element.exponent_bits - 1) + element.mantissa_bits + 3
            field = fmt.bias + int(random.integers(-reach, reach + 1))
            field = min(max(field, 0), (1 << fmt.exponent_bits) - 2)
            code = code & (fmt.sign_code | (1 << fmt.mantissa_bits) - 1)
            code |= field << fmt.mantissa_bits
        if draw % 3 == 1 and spare > 0:
            code = (code >> spare << spare) + int(random.integers(-1, 2)) + (1 << spare - 1)
        codes.append(code)
    return codes


CASES = {
    "float32_e4m3fn": ("float32", "e4m3fn"),
    "float32_e5m2": ("float32", "e5m2"),
    "float32_flush_ristretto": ("float32_flush", "ristretto"),
    "float32_bfloat16": ("float32", "bfloat16"),
    "float32_float32": ("float32", "float32"),
    "float16_e5m2_flush": ("float16", "e5m2_flush"),
    "bfloat16_e4m3fn": ("bfloat16", "e4m3fn"),
    "e5m2_ristretto": ("e5m2", "ristretto"),
}
"""Formats of the accumulator and of the elements."""


@pytest.mark.parametrize("case", CASES)
def test_requantise_float(sim: str, case: str) -> None:
    accumulator, element = CASES[case]
    parameters = {
        "FORMAT": load_definitions()["FORMAT_MINIFLOAT"],
        "ACC_W": exact_format(accumulator).bits,
        "ELEM_FLOAT": packed(element),
        "ACC_FLOAT": packed(accumulator),
    }
    run_bench("requantise", __name__, sim, parameters)

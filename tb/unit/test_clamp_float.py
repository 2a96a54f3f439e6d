"""rtl/clamp_float.v behind rtl/clamp.v, against the order of exact values: codes of floats."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import cocotb
import pytest

from tb.registers import load_definitions
from tb.unit.bench import random_generator, run_bench
from tb.unit.combinational import check, thinned
from tb.unit.exact_floats import NAN, SATURATED, ExactFormat, decode
from tb.unit.float_bench import exact_format, format_named, packed
from tb.unit.float_operands import corner_codes

pytestmark = pytest.mark.slow_on("verilator")

DRAWS = 3000
Place = tuple[int, Fraction, int, int]


def place(code: int, fmt: ExactFormat) -> Place:
    """Return what sorts codes: infinities outside, then the value, then the sign of a zero.

    Codes of one value, all of them zeros where there are no denormals, sort by their magnitude.
    """
    value = decode(code, fmt)
    sign = -1 if value.negative else 1
    magnitude = Fraction(0) if value.magnitude is None else value.magnitude
    return (sign * value.infinite, sign * magnitude, sign, sign * (code & fmt.sign_code - 1))


@cocotb.test()
async def bench_codes(dut: Any) -> None:
    """Every code of 8 bits with corners as limits, of more corners and random ones; NaN passes."""
    fmt, random = format_named(dut, "ELEM_FLOAT"), random_generator()
    numbers = [code for code in corner_codes(fmt) if decode(code, fmt) != NAN]
    limits = list(product(numbers, repeat=2))
    values: Sequence[int] = range(1 << fmt.bits)
    if fmt.bits <= 8:
        triples = [(*pair, value) for pair in limits for value in values]
    else:
        drawn = random.integers(0, 1 << fmt.bits, DRAWS).tolist()
        triples = [(*pair, value) for pair in limits for value in corner_codes(fmt)]
        triples += [(*limits[n * 7 % len(limits)], value) for n, value in enumerate(drawn)]
    legal = [row for row in triples if place(row[0], fmt) <= place(row[1], fmt)]
    rows = thinned(legal)
    dut.zero_point.value = -1

    def expected(row: int) -> tuple[int, int]:
        low, high, code = rows[row]
        if decode(code, fmt) == NAN:
            return code, 0
        clipped = min(max(code, low, key=key), high, key=key)
        return clipped, SATURATED if clipped != code else 0

    def key(code: int) -> Place:
        return place(code, fmt)

    await check(dut, ("clamp_min", "clamp_max", "value"), rows, "y", expected)


@cocotb.test()
async def bench_unread_bits(dut: Any) -> None:
    """Bits above a code are not looked at, and 0 in the result."""
    fmt = format_named(dut, "ELEM_FLOAT")
    above = (1 << len(dut.y)) - (1 << fmt.bits)
    least, one = fmt.sign_code | fmt.largest_code, fmt.bias << fmt.mantissa_bits
    rows = [(least | above, one | above, value | above) for value in (0, one, one + 1)]
    worked = [(0, 0), (one, 0), (one, SATURATED)]
    await check(dut, ("clamp_min", "clamp_max", "value"), rows, "y", lambda row: worked[row])


@pytest.mark.parametrize(
    ("name", "element_bits"),
    [
        ("e4m3fn", 8),
        ("e5m2_flush", 8),
        ("ristretto", 16),
        ("bfloat16", 16),
        ("float32", 32),
    ],
)
def test_clamp_float(sim: str, name: str, element_bits: int) -> None:
    assert exact_format(name).bits <= element_bits
    parameters = {
        "FORMAT": load_definitions()["FORMAT_MINIFLOAT"],
        "ELEM_W": element_bits,
        "ELEM_FLOAT": packed(name),
    }
    run_bench("clamp", __name__, sim, parameters)

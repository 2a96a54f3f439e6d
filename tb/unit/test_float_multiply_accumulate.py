"""rtl/float_multiply_accumulate.v against exact rationals: acc + product, rounded once."""

from fractions import Fraction
from typing import Any

import cocotb
import pytest

from tb.unit.bench import random_generator, run_bench
from tb.unit.combinational import check
from tb.unit.exact_floats import ExactFormat, Real, add, decode, encode
from tb.unit.float_bench import FORMATS, format_of
from tb.unit.float_operands import corner_codes, draw_exact, pack_exact

pytestmark = pytest.mark.slow_on("verilator")

DRAWS = 2500
CASES = {
    "e4m3fn": ("e4m3fn", 8),
    "e5m2_flush": ("e5m2_flush", 8),
    "bfloat16": ("bfloat16", 22),
    "float32": ("float32", 8),
    "float32_wide": ("float32", 48),
    "float32_flush": ("float32_flush", 16),
}
"""Format of the accumulator, and width of the product's significand."""


@cocotb.test()
async def bench_corners_and_random(dut: Any) -> None:
    """Accumulators of every kind with products of every kind, far and near ones."""
    fmt, bits = format_of(dut), int(dut.SIG_PRODUCT.value)
    random = random_generator()
    corners = corner_codes(fmt)
    products = draw_exact(fmt, bits, DRAWS, random)
    drawn = random.integers(0, 1 << fmt.bits, len(products)).tolist()
    pairs = list(zip(drawn, products, strict=True))
    pairs += [(acc, value) for acc in corners for value in products[:40]]
    await compare(dut, fmt, pairs)


@cocotb.test()
async def bench_cancellation(dut: Any) -> None:
    """The product is the accumulator's opposite, or that with its lowest bit flipped."""
    fmt, bits = format_of(dut), int(dut.SIG_PRODUCT.value)
    random = random_generator()
    pairs = []
    for acc in random.integers(0, fmt.sign_code, DRAWS // 4).tolist():
        value = decode(acc, fmt).magnitude
        if not value:
            continue
        exponent = value.numerator.bit_length() - value.denominator.bit_length() + 1 - bits
        significand = int(value / Fraction(2) ** exponent) % (1 << bits)
        for near in (significand, significand ^ 1):
            opposite = Real(True, near * Fraction(2) ** exponent)
            pairs.append((acc, (opposite, pack_exact(opposite, near, exponent, bits))))
    await compare(dut, fmt, pairs)


@cocotb.test()
async def bench_product_decides(dut: Any) -> None:
    """A product half way between two codes, whose tie an accumulator far below it breaks.

    One no wider than a code cannot tie alone; there both are drawn all the same.
    """
    fmt, bits = format_of(dut), int(dut.SIG_PRODUCT.value)
    random = random_generator()
    spare = max(bits - fmt.mantissa_bits - 1, 0)
    tie = 1 << spare - 1 if spare else 0
    pairs = []
    for _ in range(DRAWS // 2):
        kept = int(random.integers(1 << bits - spare - 1, 1 << bits - spare))
        significand = kept << spare | tie
        exponent = int(random.integers(2 - fmt.bias, fmt.bias)) - bits
        value = Real(bool(random.integers(0, 2)), significand * Fraction(2) ** exponent)
        acc = int(random.integers(0, fmt.sign_code // 2) | random.integers(0, 2) * fmt.sign_code)
        pairs.append((acc, (value, pack_exact(value, significand, exponent, bits))))
    await compare(dut, fmt, pairs)


async def compare(dut: Any, fmt: ExactFormat, pairs: list[tuple[int, tuple[Real, int]]]) -> None:
    """Compare sums and events for accumulators and products, each with its bus."""
    rows = [(acc, bus) for acc, (_, bus) in pairs]

    def expected(row: int) -> tuple[int, int]:
        acc, (value, _) = pairs[row]
        return encode(add(decode(acc, fmt), value), fmt)

    await check(dut, ("acc", "product"), rows, "sum", expected)


@pytest.mark.parametrize("case", CASES)
def test_float_multiply_accumulate(sim: str, case: str) -> None:
    name, bits = CASES[case]
    run_bench("float_multiply_accumulate", __name__, sim, FORMATS[name] | {"SIG_PRODUCT": bits})

"""rtl/multiply_fixed.v behind rtl/multiply.v, against exact integers: both fixed-point formats.

Dynamic fixed point, and powers of two, whose weights are a sign and places to the left.
"""

from dataclasses import dataclass
from typing import Any

import cocotb
import pytest

from pymodel.fixed_point import Rounding
from tb.registers import load_definitions
from tb.unit.bench import DRAWS, draw, random_generator, run_bench
from tb.unit.combinational import check, thinned
from tb.unit.exact_integers import drop
from tb.unit.rules import ROUNDINGS, rounding_code

pytestmark = pytest.mark.slow

POWER_OF_TWO = load_definitions()["FORMAT_POWER_OF_TWO"]


def rounding_of(dut: Any) -> Rounding:
    """Return the rounding of the DUT's cut."""
    return next(each for each in ROUNDINGS if rounding_code(each) == int(dut.ROUNDING.value))


def weight(dut: Any, code: int) -> int:
    """Return the integer that a weight multiplies by."""
    if int(dut.FORMAT.value) != POWER_OF_TWO:
        return code
    half = 1 << int(dut.W_BITS.value) - 1
    return -(1 << code - half) if code >= half else 1 << code


def weights(dut: Any) -> range:
    """Return every weight as it is stored: two's complement, or a zero-extended pattern."""
    half = 1 << int(dut.W_BITS.value) - 1
    return range(2 * half) if int(dut.FORMAT.value) == POWER_OF_TWO else range(-half, half)


@cocotb.test()
async def bench_pairs(dut: Any) -> None:
    """Every pair of operands of up to 16 bits together, random pairs of more."""
    x_bits, w_bits = int(dut.X_BITS.value), int(dut.W_BITS.value)
    low, high = -(1 << x_bits - 1), (1 << x_bits - 1) - 1
    codes = weights(dut)
    if x_bits + w_bits <= 16:
        pairs = [(x, w) for x in range(low, high + 1) for w in codes]
    else:
        random = random_generator()
        drawn = draw(random, x_bits, DRAWS).tolist()
        pairs = [(x, int(random.integers(codes[0], codes[-1], endpoint=True))) for x in drawn]
        pairs += [(x, w) for x in (low, low + 1, -1, 0, 1, high) for w in (codes[0], codes[-1])]
    rows = thinned(pairs)
    cut, rounding = int(dut.DROP.value), rounding_of(dut)
    dut.mask.value = 0

    def expected(row: int) -> tuple[int, int]:
        x, w = rows[row]
        return drop(x * weight(dut, w), cut, rounding)

    await check(dut, ("x", "w"), rows, "product", expected)


@cocotb.test()
async def bench_mask_and_zero_points(dut: Any) -> None:
    """A masked product is 0 without events; zero points mean nothing."""
    codes, cut, rounding = weights(dut), int(dut.DROP.value), rounding_of(dut)
    operands = [(x, w) for x in (-1, 1, -2) for w in (codes[0], codes[1], codes[-1])]
    rows = [(mask, zero, x, w) for mask in (0, 1) for zero in (0, -1) for x, w in operands]

    def expected(row: int) -> tuple[int, int]:
        mask, _, x, w = rows[row]
        return (0, 0) if mask else drop(x * weight(dut, w), cut, rounding)

    for port in ("x_zero_point", "w_zero_point"):
        await check(dut, ("mask", port, "x", "w"), rows, "product", expected)


@dataclass(frozen=True)
class Case:
    """Widths of the operands' fields and of the operands, and the cut."""

    element_bits: int
    x_bits: int
    w_bits: int
    drop: int = 0
    rounding: Rounding = "floor"


FIXED = {
    "dfp8": Case(8, 8, 8),
    **{f"dfp8_{rounding}": Case(8, 8, 8, 4, rounding) for rounding in ROUNDINGS},
    "dfp6_to_one_bit": Case(8, 6, 6, 11, "nearest_even"),
    "dfp12_by_5": Case(16, 12, 5, 3, "nearest_away"),
    "dfp16": Case(16, 16, 16, 7, "nearest_even"),
    "dfp2": Case(8, 2, 2),
}
POWERS = {
    "pow2_w4": Case(8, 8, 4),
    **{f"pow2_w4_{rounding}": Case(8, 8, 4, 4, rounding) for rounding in ROUNDINGS},
    "pow2_w5_of_16": Case(16, 16, 5, 9, "nearest_even"),
    "pow2_w2_of_2": Case(8, 2, 2, 1, "nearest_away"),
}


@pytest.mark.parametrize("name", FIXED)
def test_multiply_fixed(sim: str, name: str) -> None:
    case = FIXED[name]
    run(sim, "FORMAT_DYNAMIC_FIXED_POINT", case, case.x_bits + case.w_bits)


@pytest.mark.parametrize("name", POWERS)
def test_multiply_by_powers_of_two(sim: str, name: str) -> None:
    case = POWERS[name]
    run(sim, "FORMAT_POWER_OF_TWO", case, case.x_bits + 2 ** (case.w_bits - 1))


def run(sim: str, number_format: str, case: Case, product_bits: int) -> None:
    parameters = {
        "FORMAT": load_definitions()[number_format],
        "ELEM_W": case.element_bits,
        "X_BITS": case.x_bits,
        "W_BITS": case.w_bits,
        "PROD_W": product_bits,
        "DROP": case.drop,
        "ROUNDING": rounding_code(case.rounding),
    }
    run_bench("multiply", __name__, sim, parameters)

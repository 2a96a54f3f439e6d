"""rtl/accumulate.v of integers, against exact ones and pymodel: every pair, and wide operands."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import cocotb
import numpy as np
import pytest

from pymodel.formats.integers import accumulate, accumulate_events
from pymodel.formats.width import Overflow
from tb.registers import load_definitions
from tb.unit.bench import DRAWS, corners, draw, random_generator, run_bench
from tb.unit.combinational import Row, check, thinned
from tb.unit.exact_integers import SATURATED, WRAPPED
from tb.unit.exact_integers import accumulate as exact
from tb.unit.rules import OVERFLOWS, overflow_code, width_of

pytestmark = pytest.mark.slow_on("verilator")


@cocotb.test()
async def bench_worked_values(dut: Any) -> None:
    """One more than the largest is the smallest and the reverse, or stays where it is."""
    bits = len(dut.sum)
    high, low = (1 << bits - 1) - 1, -(1 << bits - 1)
    rows = [(high, 1), (low, -1), (high, 0), (-1, 1)]
    wraps = width_of(bits, dut.OVERFLOW).overflow == "wrap"
    worked = [(low, WRAPPED), (high, WRAPPED)] if wraps else [(high, SATURATED), (low, SATURATED)]
    worked += [(high, 0), (0, 0)]
    await check(dut, ("acc", "addend"), rows, "sum", lambda row: worked[row])


@cocotb.test()
async def bench_corners_and_random(dut: Any) -> None:
    """Every pair of few bits; else every pair of corners, then random operands."""
    random, bits, in_bits = random_generator(), len(dut.acc), len(dut.addend)
    if bits + in_bits <= 12:
        rows: Sequence[Row] = list(product(signed(bits), signed(in_bits)))
    else:
        ends = {end for b in (bits, min(bits, in_bits)) for end in corners(b)}
        pinned = sorted(ends | {e for e in corners(in_bits) if e >> bits - 1 in (0, -1)})
        drawn = [draw(random, b, DRAWS).tolist() for b in (bits, in_bits)]
        addends = [*corners(in_bits), *fitting(pinned, in_bits)]
        rows = [*product(pinned, addends), *zip(*drawn, strict=True)]
    rows = thinned(rows)
    width = width_of(bits, dut.OVERFLOW)
    results = [exact(acc, addend, bits, width.overflow) for acc, addend in rows]
    acc, addend = np.array(rows, dtype=np.int64).T
    assert [value for value, _ in results] == accumulate(acc, addend, width).tolist()
    assert [events for _, events in results] == accumulate_events(acc, addend, width).tolist()
    await check(dut, ("acc", "addend"), rows, "sum", lambda row: results[row])


def signed(bits: int) -> range:
    """Every two's complement number of `bits`."""
    return range(-(1 << bits - 1), 1 << bits - 1)


def fitting(values: list[int], bits: int) -> list[int]:
    """Those of `values` that fit `bits`."""
    return [value for value in values if value >> bits - 1 in (0, -1)]


CASES = {
    "affine": ("AFFINE_INT8", 18, 32),
    "affine_narrow": ("AFFINE_INT8", 18, 20),
    "affine_addend_wider": ("AFFINE_INT8", 32, 24),
    "every_pair": ("DYNAMIC_FIXED_POINT", 5, 6),
    "every_pair_addend_wider": ("POWER_OF_TWO", 7, 5),
    "widest": ("DYNAMIC_FIXED_POINT", 32, 48),
    "widest_addend": ("POWER_OF_TWO", 48, 33),
}
"""Format, and widths of the addend and of the accumulator."""


@pytest.mark.parametrize("overflow", OVERFLOWS)
@pytest.mark.parametrize("case", CASES)
def test_accumulate(sim: str, case: str, overflow: Overflow) -> None:
    number_format, in_bits, acc_bits = CASES[case]
    code = load_definitions()[f"FORMAT_{number_format}"]
    widths = {"FORMAT": code, "IN_W": in_bits, "ACC_W": acc_bits}
    run_bench("accumulate", __name__, sim, widths | {"OVERFLOW": overflow_code(overflow)})

"""rtl/requantise_fixed.v against pymodel's shift_accumulator."""

from typing import Any

import cocotb
import numpy as np

from pymodel.affine.requantise import LEAST_SHIFT, MOST_SHIFT, shift_accumulator
from tb.unit.bench import corners, draw, evaluate, expect, random_generator, run_bench
from tb.unit.rules import ROUNDINGS, rounding_code

DRAWN = 12


@cocotb.test()
@cocotb.parametrize(rounding=ROUNDINGS)
async def bench_every_shift(dut: Any, rounding: str) -> None:
    """Corners, small values that a left shift keeps, ties, and random values at every shift."""
    random = random_generator()
    (rule,) = (each for each in ROUNDINGS if each == rounding)
    acc: list[int] = []
    shifts: list[int] = []
    for shift in range(LEAST_SHIFT, MOST_SHIFT + 1):
        half = 1 << max(-shift, 0) >> 1
        ties = [sign * (half + step) for sign in (-1, 1) for step in (-1, 0, 1)]
        row = [*corners(32), *ties, *range(-3, 4), *draw(random, 32, DRAWN).tolist()]
        acc += row
        shifts += [shift] * len(row)
    inputs = {"acc": acc, "shift": shifts, "rounding": [rounding_code(rule)] * len(acc)}
    got = await evaluate(dut, "scaled", inputs)
    expected = shift_accumulator(np.array(acc, dtype=np.int64), np.array(shifts), rule)
    expect(expected, got, 32, inputs)


def test_requantise_fixed(sim: str) -> None:
    run_bench("requantise_fixed", __name__, sim)

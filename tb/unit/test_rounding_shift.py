"""rtl/rounding_shift.v against pymodel's shift_right: every class of value at every shift."""

from typing import Any

import cocotb
import numpy as np
import pytest

from pymodel.fixed_point import shift_right
from tb.unit.bench import corners, draw, evaluate, expect, random_generator, run_bench
from tb.unit.rules import ROUNDINGS, rounding_code

DRAWN = 12
"""Random values at each shift, besides the corners and the neighbours of its ties."""


@cocotb.test()
@cocotb.parametrize(rounding=ROUNDINGS)
async def bench_every_shift(dut: Any, rounding: str) -> None:
    """Corners, random values, and at each shift values around ties of both signs and parities."""
    random, bits = random_generator(), len(dut.value)
    (rule,) = (each for each in ROUNDINGS if each == rounding)
    values: list[int] = []
    shifts: list[int] = []
    for shift in range(bits):
        half = 1 << shift >> 1
        ties = [whole * (1 << shift) + half for whole in (-3, -2, -1, 0, 1, 2)]
        near = [tie + step for tie in ties for step in (-1, 0, 1)]
        fitting = [v for v in near if -(1 << bits - 1) <= v < 1 << bits - 1]
        row = [*corners(bits), *fitting, *draw(random, bits, DRAWN).tolist()]
        values += row
        shifts += [shift] * len(row)
    code = rounding_code(rule)
    inputs = {"value": values, "shift": shifts, "rounding": [code] * len(values)}
    got = await evaluate(dut, "shifted", inputs)
    expected = shift_right(np.array(values, dtype=np.int64), np.array(shifts), rule)
    expect(expected, got, bits, inputs)


@pytest.mark.parametrize("bits", [32, 18])
def test_rounding_shift(sim: str, bits: int) -> None:
    run_bench("rounding_shift", __name__, sim, {"W": bits})

"""rtl/truncate.v against exact rationals and pymodel's truncate."""

from typing import Any

import cocotb
import numpy as np
import pytest

from pymodel.fixed_point import Rounding
from pymodel.formats.integers import truncate, truncate_events
from pymodel.formats.width import Cut
from tb.unit.bench import DRAWS, corners, draw, random_generator, run_bench
from tb.unit.combinational import check
from tb.unit.exact_integers import drop
from tb.unit.rules import ROUNDINGS, rounding_code

pytestmark = pytest.mark.slow_on("verilator")


@cocotb.test()
async def bench_truncate(dut: Any) -> None:
    """Every value of few bits; else corners, ties and their neighbours, and random values."""
    bits, cut = len(dut.value), int(dut.DROP.value)
    (rule,) = (each for each in ROUNDINGS if rounding_code(each) == int(dut.ROUNDING.value))
    if bits <= 12:
        values = list(range(-(1 << bits - 1), 1 << bits - 1))
    else:
        half = 1 << cut >> 1
        near = [odd * half + step for odd in (-3, -1, 1, 3) for step in (-1, 0, 1)]
        values = [value for value in near if value >> bits - 1 in (0, -1)]
        values += [*corners(bits), *draw(random_generator(), bits, DRAWS).tolist()]
    results = [drop(value, cut, rule) for value in values]
    column = np.array(values, dtype=np.int64)
    assert [value for value, _ in results] == truncate(column, Cut(cut, rule)).tolist()
    assert [events for _, events in results] == truncate_events(column, Cut(cut, rule)).tolist()
    rows = [(value,) for value in values]
    await check(dut, ("value",), rows, "truncated", lambda row: results[row])


@pytest.mark.parametrize(
    ("bits", "drop", "rounding"),
    [
        (32, 0, "nearest_even"),
        (18, 4, "floor"),
        (12, 4, "toward_zero"),
        (16, 1, "nearest_away"),
        (12, 3, "nearest_even"),
        (32, 31, "nearest_even"),
        (48, 20, "nearest_away"),
    ],
)
def test_truncate(sim: str, bits: int, drop: int, rounding: Rounding) -> None:
    parameters = {"W": bits, "DROP": drop, "ROUNDING": rounding_code(rounding)}
    run_bench("truncate", __name__, sim, parameters)

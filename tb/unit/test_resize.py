"""rtl/resize.v against exact integers and pymodel's resize: every value of few bits, corners."""

from typing import Any

import cocotb
import numpy as np
import pytest

from pymodel.formats.integers import resize, resize_events
from pymodel.formats.width import Overflow
from tb.registers import load_definitions
from tb.unit.bench import DRAWS, corners, draw, random_generator, run_bench
from tb.unit.combinational import check
from tb.unit.exact_integers import fit
from tb.unit.rules import OVERFLOWS, overflow_code, width_of

pytestmark = pytest.mark.slow


@cocotb.test()
async def bench_resize(dut: Any) -> None:
    """The corners of both widths, where a wrap changes the sign, then random values."""
    in_bits, out_bits = len(dut.value), len(dut.resized)
    if in_bits <= 12:
        values = list(range(-(1 << in_bits - 1), 1 << in_bits - 1))
    else:
        values = [*corners(in_bits), *corners(min(in_bits, out_bits))]
        values += [1 << out_bits - 1, -(1 << out_bits - 1) - 1] if in_bits > out_bits else []
        values += draw(random_generator(), in_bits, DRAWS).tolist()
    width = width_of(out_bits, dut.OVERFLOW)
    results = [fit(value, out_bits, width.overflow) for value in values]
    column = np.array(values, dtype=np.int64)
    assert [value for value, _ in results] == resize(column, width).tolist()
    assert [events for _, events in results] == resize_events(column, width).tolist()
    rows = [(value,) for value in values]
    await check(dut, ("value",), rows, "resized", lambda row: results[row])


CASES = {
    "wider": ("AFFINE_INT8", 18, 32),
    "same": ("AFFINE_INT8", 32, 32),
    "narrower": ("AFFINE_INT8", 32, 20),
    "every_value": ("DYNAMIC_FIXED_POINT", 11, 8),
    "widest": ("POWER_OF_TWO", 48, 33),
    "float": ("MINIFLOAT", 16, 16),
}
"""Format, and widths in and out."""


@pytest.mark.parametrize("overflow", OVERFLOWS)
@pytest.mark.parametrize("case", CASES)
def test_resize(sim: str, case: str, overflow: Overflow) -> None:
    number_format, in_bits, out_bits = CASES[case]
    code = load_definitions()[f"FORMAT_{number_format}"]
    widths = {"FORMAT": code, "IN_W": in_bits, "OUT_W": out_bits}
    run_bench("resize", __name__, sim, widths | {"OVERFLOW": overflow_code(overflow)})

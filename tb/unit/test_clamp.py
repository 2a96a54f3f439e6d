"""rtl/clamp.v against clipping in 64 bits."""

from itertools import product
from typing import Any

import cocotb
import numpy as np
import pytest

from tb.unit.bench import DRAWS, corners, draw, evaluate, expect, random_generator, run_bench

PORTS = ("value", "zero_point", "clamp_min", "clamp_max")


@cocotb.test()
async def bench_corners_and_random(dut: Any) -> None:
    """Sums past 32 bits, at and beside both limits, and limits that leave one code."""
    random, bits = random_generator(), len(dut.y)
    codes = corners(bits)[::3]
    values = [*corners(32), *corners(bits), -1 << bits, 1 << bits]
    pinned = np.array(list(product(values, codes, codes, codes)), dtype=np.int64)
    near = random.integers(-3 << bits, 3 << bits, DRAWS)
    value = np.where(random.random(DRAWS) < 0.7, near, draw(random, 32, DRAWS))
    drawn = np.column_stack([value, draw(random, bits, (DRAWS, 3))])
    rows = np.concatenate([pinned, drawn])
    rows[:, 2:].sort(axis=1)
    inputs = dict(zip(PORTS, rows.T, strict=True))
    expected = np.clip(inputs["value"] + inputs["zero_point"], rows[:, 2], rows[:, 3])
    expect(expected, await evaluate(dut, "y", inputs), bits, inputs)


@pytest.mark.parametrize("element_bits", [8, 4])
def test_clamp(sim: str, element_bits: int) -> None:
    run_bench("clamp", __name__, sim, {"ELEM_W": element_bits})

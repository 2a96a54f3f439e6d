"""rtl/truncate.v against pymodel's truncate."""

from typing import Any

import cocotb
import numpy as np
import pytest

from pymodel.fixed_point import Rounding
from pymodel.formats.integers import truncate
from pymodel.formats.width import Cut
from tb.unit.bench import DRAWS, corners, draw, evaluate, expect, random_generator, run_bench
from tb.unit.rules import ROUNDINGS, rounding_code


@cocotb.test()
async def bench_truncate(dut: Any) -> None:
    """Corners and random values."""
    bits, drop = len(dut.value), int(dut.DROP.value)
    (rule,) = (each for each in ROUNDINGS if rounding_code(each) == int(dut.ROUNDING.value))
    drawn = draw(random_generator(), bits, DRAWS)
    inputs = {"value": np.concatenate([np.array(corners(bits), dtype=np.int64), drawn])}
    got = await evaluate(dut, "truncated", inputs)
    expect(truncate(inputs["value"], Cut(drop, rule)), got, bits, inputs)


@pytest.mark.parametrize(
    ("bits", "drop", "rounding"),
    [
        (32, 0, "floor"),
        (18, 4, "floor"),
        (18, 4, "toward_zero"),
        (16, 1, "nearest_away"),
        (32, 31, "nearest_even"),
    ],
)
def test_truncate(sim: str, bits: int, drop: int, rounding: Rounding) -> None:
    parameters = {"W": bits, "DROP": drop, "ROUNDING": rounding_code(rounding)}
    run_bench("truncate", __name__, sim, parameters)

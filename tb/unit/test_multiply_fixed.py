"""rtl/multiply.v in dynamic fixed point, against pymodel's multiply."""

from typing import Any

import cocotb
import numpy as np
import pytest

from pymodel.fixed_point import Rounding
from pymodel.formats.dynamic_fixed_point import multiply
from pymodel.formats.width import Cut
from tb.registers import load_definitions
from tb.unit.bench import DRAWS, draw, evaluate, expect, random_generator, run_bench
from tb.unit.rules import ROUNDINGS, rounding_code


@cocotb.test()
async def bench_pairs(dut: Any) -> None:
    """Every pair of operands up to 6 bits, every eighth of 8 bits, random ones of more."""
    random, bits = random_generator(), len(dut.x)
    (rule,) = (each for each in ROUNDINGS if rounding_code(each) == int(dut.ROUNDING.value))
    low, high = -(1 << bits - 1), 1 << bits - 1
    if bits <= 8:
        codes = np.arange(low, high, dtype=np.int64)
        x, w = (axis.ravel() for axis in np.meshgrid(codes, codes))
        x, w = (x[::8], w[::8]) if bits > 6 else (x, w)
        x, w = np.append(x, [low, low, high - 1]), np.append(w, [low, high - 1, high - 1])
    else:
        x, w = draw(random, bits, (2, DRAWS))
    mask = (random.random(x.size) < 0.05).astype(np.int64)
    inputs = {"x": x, "w": w, "mask": mask, "x_zero_point": x * 0, "w_zero_point": x * 0}
    got = await evaluate(dut, "product", inputs)
    cut = Cut(int(dut.DROP.value), rule)
    expect(multiply(x, w, 0, 0, mask, cut), got, len(dut.product), inputs)


@pytest.mark.parametrize(
    ("bits", "drop", "rounding"),
    [
        (8, 0, "floor"),
        (8, 4, "floor"),
        (6, 3, "toward_zero"),
        (6, 5, "nearest_away"),
        (6, 2, "nearest_even"),
        (16, 7, "nearest_even"),
    ],
)
def test_multiply_fixed(sim: str, bits: int, drop: int, rounding: Rounding) -> None:
    parameters = {
        "FORMAT": load_definitions()["FORMAT_DYNAMIC_FIXED_POINT"],
        "ELEM_W": bits,
        "PROD_W": 2 * bits,
        "DROP": drop,
        "ROUNDING": rounding_code(rounding),
    }
    run_bench("multiply", __name__, sim, parameters)

"""rtl/resize.v against pymodel's resize."""

from typing import Any

import cocotb
import numpy as np
import pytest

from pymodel.formats.affine_int8 import resize
from pymodel.formats.width import Overflow
from tb.unit.bench import DRAWS, corners, draw, evaluate, expect, random_generator, run_bench
from tb.unit.rules import OVERFLOWS, overflow_code, width_of


@cocotb.test()
async def bench_resize(dut: Any) -> None:
    """The corners of both widths, where a wrap changes the sign, then random values."""
    in_bits, out_bits = len(dut.value), len(dut.resized)
    both = [*corners(in_bits), *corners(min(in_bits, out_bits))]
    edge = [1 << out_bits - 1, -(1 << out_bits - 1) - 1] if in_bits > out_bits else []
    drawn = draw(random_generator(), in_bits, DRAWS)
    value = np.concatenate([np.array(both + edge, dtype=np.int64), drawn])
    got = await evaluate(dut, "resized", {"value": value})
    width = width_of(out_bits, dut.OVERFLOW)
    expect(resize(value, width), got, out_bits, {"value": value})


@pytest.mark.parametrize("overflow", OVERFLOWS)
@pytest.mark.parametrize(("in_bits", "out_bits"), [(18, 32), (32, 32), (32, 20)])
def test_resize(sim: str, in_bits: int, out_bits: int, overflow: Overflow) -> None:
    widths = {"IN_W": in_bits, "OUT_W": out_bits, "OVERFLOW": overflow_code(overflow)}
    run_bench("resize", __name__, sim, widths)

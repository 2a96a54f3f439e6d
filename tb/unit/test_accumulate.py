"""rtl/accumulate.v against pymodel's accumulate."""

from itertools import product
from typing import Any

import cocotb
import numpy as np
import pytest

from pymodel.formats.affine_int8 import accumulate
from pymodel.formats.width import Overflow
from tb.unit.bench import DRAWS, corners, draw, evaluate, expect, random_generator, run_bench
from tb.unit.rules import OVERFLOWS, overflow_code, width_of


@cocotb.test()
async def bench_past_its_width(dut: Any) -> None:
    """One more than the largest is the smallest and the reverse, or stays where it is."""
    bits = len(dut.sum)
    high, low = (1 << bits - 1) - 1, -(1 << bits - 1)
    inputs = {"acc": [high, low, high], "addend": [1, -1, 0]}
    wraps = width_of(bits, dut.OVERFLOW).overflow == "wrap"
    expected = [low, high, high] if wraps else [high, low, high]
    expect(expected, await evaluate(dut, "sum", inputs), bits, inputs)


@cocotb.test()
async def bench_corners_and_random(dut: Any) -> None:
    """Every pair of corners, then random operands."""
    random, bits, in_bits = random_generator(), len(dut.acc), len(dut.addend)
    pairs = np.array(list(product(corners(bits), corners(in_bits))), dtype=np.int64)
    acc = np.concatenate([pairs[:, 0], draw(random, bits, DRAWS)])
    addend = np.concatenate([pairs[:, 1], draw(random, in_bits, DRAWS)])
    inputs = {"acc": acc, "addend": addend}
    got = await evaluate(dut, "sum", inputs)
    expect(accumulate(acc, addend, width_of(bits, dut.OVERFLOW)), got, bits, inputs)


@pytest.mark.parametrize("overflow", OVERFLOWS)
@pytest.mark.parametrize(("in_bits", "acc_bits"), [(18, 32), (18, 20), (32, 24)])
def test_accumulate(sim: str, in_bits: int, acc_bits: int, overflow: Overflow) -> None:
    widths = {"IN_W": in_bits, "ACC_W": acc_bits, "OVERFLOW": overflow_code(overflow)}
    run_bench("accumulate", __name__, sim, widths)

"""rtl/tree_node.v against pymodel's tree_node."""

from itertools import product
from typing import Any

import cocotb
import numpy as np
import pytest

from pymodel.formats.affine_int8 import tree_node
from pymodel.formats.width import Overflow
from tb.unit.bench import DRAWS, corners, draw, evaluate, expect, random_generator, run_bench
from tb.unit.rules import OVERFLOWS, overflow_code, width_of


@cocotb.test()
async def bench_corners_and_random(dut: Any) -> None:
    """Every pair of corners, among them both overflows, then random operands."""
    bits = len(dut.sum)
    pairs = np.array(list(product(corners(bits), repeat=2)), dtype=np.int64)
    operands = np.concatenate([pairs, draw(random_generator(), bits, (DRAWS, 2))])
    inputs = {"a": operands[:, 0], "b": operands[:, 1]}
    got = await evaluate(dut, "sum", inputs)
    width = width_of(bits, dut.OVERFLOW)
    expect(tree_node(inputs["a"], inputs["b"], width), got, bits, inputs)


@pytest.mark.parametrize("overflow", OVERFLOWS)
@pytest.mark.parametrize("bits", [32, 20])
def test_tree_node(sim: str, bits: int, overflow: Overflow) -> None:
    run_bench("tree_node", __name__, sim, {"W": bits, "OVERFLOW": overflow_code(overflow)})

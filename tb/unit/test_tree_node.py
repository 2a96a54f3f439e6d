"""rtl/tree_node.v of integers, against exact ones and pymodel: every pair, and wide operands."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import cocotb
import numpy as np
import pytest

from pymodel.formats.integers import tree_node, tree_node_events
from pymodel.formats.width import Overflow
from tb.registers import load_definitions
from tb.unit.bench import DRAWS, corners, draw, random_generator, run_bench
from tb.unit.combinational import Row, check, thinned
from tb.unit.exact_integers import fit
from tb.unit.rules import OVERFLOWS, overflow_code, width_of

pytestmark = pytest.mark.slow_on("verilator")


@cocotb.test()
async def bench_pairs(dut: Any) -> None:
    """Every pair of few bits; else every pair of corners, both overflows among them, and random."""
    bits = len(dut.sum)
    if bits <= 7:
        rows: Sequence[Row] = list(product(range(-(1 << bits - 1), 1 << bits - 1), repeat=2))
    else:
        drawn = draw(random_generator(), bits, (DRAWS, 2))
        rows = [*product(corners(bits), repeat=2), *map(tuple, drawn.tolist())]
    rows = thinned(rows)
    width = width_of(bits, dut.OVERFLOW)
    results = [fit(a + b, bits, width.overflow) for a, b in rows]
    left, right = np.array(rows, dtype=np.int64).T
    assert [value for value, _ in results] == tree_node(left, right, width).tolist()
    assert [events for _, events in results] == tree_node_events(left, right, width).tolist()
    await check(dut, ("a", "b"), rows, "sum", lambda row: results[row])


CASES = {
    "affine": ("AFFINE_INT8", 32),
    "affine_narrow": ("AFFINE_INT8", 20),
    "every_pair": ("DYNAMIC_FIXED_POINT", 7),
    "widest": ("POWER_OF_TWO", 48),
}
"""Format and width."""


@pytest.mark.parametrize("overflow", OVERFLOWS)
@pytest.mark.parametrize("case", CASES)
def test_tree_node(sim: str, case: str, overflow: Overflow) -> None:
    number_format, bits = CASES[case]
    code = load_definitions()[f"FORMAT_{number_format}"]
    parameters = {"FORMAT": code, "W": bits, "OVERFLOW": overflow_code(overflow)}
    run_bench("tree_node", __name__, sim, parameters)

"""rtl/requantise_affine.v behind requantise.v: worked values, exact rationals and pymodel."""

from collections.abc import Sequence
from typing import Any

import cocotb
import numpy as np

from pymodel.affine.requantise import INTEGER_RULES, scale_accumulator
from tb.registers import load_definitions
from tb.unit.bench import DRAWS, corners, draw, evaluate, expect, random_generator, run_bench
from tb.unit.combinational import Row, check, drive
from tb.unit.exact_integers import TIE, TRUNCATED
from tb.unit.exact_integers import scale_accumulator as exact

HALF, LARGEST = 1 << 30, (1 << 31) - 1
"""Multipliers: 2^30 stands for one half, 2^31 - 1 for just below one."""
LEAST_SHIFT, MOST_SHIFT = -31, 30


def code(rule: str) -> int:
    """Return the RTL's code of a rounding rule."""
    return load_definitions()[f"ROUND_{rule.upper()}"]


@cocotb.test()
async def bench_worked_ties(dut: Any) -> None:
    """acc / 4 in two halvings, or in one rounding: where the three rules part."""
    worked = {  # acc: double_away, double_up, single
        6: (2, 2, 2),  # 1.5
        -6: (-2, -1, -1),
        2: (1, 1, 1),  # 0.5
        -2: (-1, 0, 0),
        5: (2, 2, 1),  # 1.25; the first halving makes 3 of 2.5, the second 2 of 1.5
        -7: (-2, -1, -2),  # -1.75; the first halving makes -3 of -3.5
    }
    for place, rule in enumerate(INTEGER_RULES):
        inputs = columns(list(worked), [HALF] * len(worked), [-1] * len(worked), rule)
        expected = [results[place] for results in worked.values()]
        expect(expected, await evaluate(dut, "scaled", inputs), 32, inputs)


@cocotb.test()
async def bench_saturates_once(dut: Any) -> None:
    """INT32_MIN times INT32_MIN is the one product that the double rules saturate."""
    low = -(1 << 31)
    for rule in ("double_away", "double_up"):
        inputs = columns([low, low], [low, low + 1], [0, 0], rule)
        expect([LARGEST, LARGEST], await evaluate(dut, "scaled", inputs), 32, inputs)


@cocotb.test()
async def bench_worked_events(dut: Any) -> None:
    """Of the last shift alone: what the first rounding of the double rules drops is no event."""
    worked = {  # acc, multiplier, shift: double_up, single
        (6, HALF, -1): (TIE | TRUNCATED, TIE | TRUNCATED),  # 3 / 2, and 6 / 4
        (5, HALF, -1): (TIE | TRUNCATED, TRUNCATED),  # 2.5 becomes 3, and 5 / 4
        (1, HALF, 0): (0, TIE | TRUNCATED),  # 0.5 becomes 1, then no shift
        (4, HALF, -1): (0, 0),
        (9, HALF, -2): (TRUNCATED, TRUNCATED),  # 4.5 becomes 5, then 5 / 4; 9 / 8
    }
    for place, rule in enumerate(("double_up", "single")):
        dut.rounding.value = code(rule)
        got = await drive(dut, ("acc", "multiplier", "shift"), list(worked), ("events",))
        assert [events for (events,) in got] == [events[place] for events in worked.values()]


@cocotb.test()
@cocotb.parametrize(rule=INTEGER_RULES)
async def bench_forced_ties(dut: Any, rule: str) -> None:
    """Every shift with a power-of-two multiplier and accumulators at and beside its ties."""
    rows = []
    for shift in range(LEAST_SHIFT, MOST_SHIFT + 1):
        tie = 1 << min(max(-shift, 0), 29)
        for near in (tie - 1, tie, tie + 1, 3 * tie - 1, 3 * tie, 3 * tie + 1):
            rows += [(near, HALF, shift), (-near, HALF, shift)]
    await compare(dut, rows, rule)


@cocotb.test()
@cocotb.parametrize(rule=INTEGER_RULES)
async def bench_corners_and_random(dut: Any, rule: str) -> None:
    """Accumulators at the corners and near 2^30, multipliers over their range, every shift."""
    random = random_generator()
    edges = [
        (a, q, s) for a in corners(32) for q in (0, 1, HALF, LARGEST) for s in (-31, -1, 0, 30)
    ]
    near = (1 << 30) + random.integers(-64, 64, DRAWS)
    acc = np.where(random.random(DRAWS) < 0.3, near, draw(random, 32, DRAWS))
    acc = acc >> random.integers(0, 24, DRAWS) * (random.random(DRAWS) < 0.5)
    multiplier = random.integers(HALF, LARGEST, DRAWS, endpoint=True)
    shift = random.integers(LEAST_SHIFT, MOST_SHIFT, DRAWS, endpoint=True)
    drawn = zip(acc.tolist(), multiplier.tolist(), shift.tolist(), strict=True)
    await compare(dut, [*edges, *drawn], rule)


def columns(acc: Any, multiplier: Any, shift: Any, rule: str) -> dict[str, Any]:
    """Return the DUT's inputs for equally long columns."""
    rounding = [code(rule)] * len(acc)
    return {"acc": acc, "multiplier": multiplier, "shift": shift, "rounding": rounding}


async def compare(dut: Any, rows: Sequence[Row], rule: str) -> None:
    """Compare the DUT with exact rationals on rows of accumulator, multiplier, shift."""
    dut.rounding.value = code(rule)
    results = [exact(acc, multiplier, shift, rule) for acc, multiplier, shift in rows]
    acc, multiplier, shift = np.array(rows, dtype=np.int64).T
    model = scale_accumulator(acc, multiplier, shift, rule)
    assert [value for value, _ in results] == model.tolist()
    await check(dut, ("acc", "multiplier", "shift"), rows, "scaled", lambda row: results[row])


def test_requantise(sim: str) -> None:
    run_bench("requantise", __name__, sim)

"""tb/hdl/serial_mac/serial_requantise.v against worked values and pymodel's requantise."""

from typing import Any

import cocotb
import numpy as np
from cocotb.triggers import FallingEdge, RisingEdge, with_timeout
from numpy.typing import NDArray

from pymodel.affine.requantise import INTEGER_RULES, scale_accumulator
from pymodel.fixed_point import Int64Array
from tb.paths import PROJECT_ROOT
from tb.serial_mac.adapter import ROUNDING
from tb.unit.bench import (
    PERIOD_NS,
    corners,
    cycle,
    expect,
    random_generator,
    read_signed,
    run_bench,
    start_clock,
    write,
)

FOLDER = PROJECT_ROOT / "tb" / "hdl" / "serial_mac"
HALF, LARGEST = 1 << 30, (1 << 31) - 1
LEAST_SHIFT, MOST_SHIFT = -31, 30
MOST_CYCLES = 66
DRAWS = 300
"""Random rows of a rule; an output takes up to MOST_CYCLES cycles."""


@cocotb.test()
async def bench_worked_ties(dut: Any) -> None:
    """acc / 4 in two halvings, or in one rounding: where the three rules part."""
    worked = {  # acc: double_away, double_up, single
        6: (2, 2, 2),  # 1.5
        -6: (-2, -1, -1),
        -2: (-1, 0, 0),
        5: (2, 2, 1),  # 1.25; the first halving makes 3 of 2.5, the second 2 of 1.5
        -7: (-2, -1, -2),  # -1.75; the first halving makes -3 of -3.5
    }
    await start(dut)
    for place, rule in enumerate(INTEGER_RULES):
        for acc, results in worked.items():
            assert await requantise(dut, (acc, HALF, -1), rule) == results[place], (acc, rule)


@cocotb.test()
@cocotb.parametrize(rule=INTEGER_RULES)
async def bench_every_shift(dut: Any, rule: str) -> None:
    """A power-of-two multiplier, with accumulators at and beside the ties of each shift."""
    rows = []
    for shift in range(LEAST_SHIFT, MOST_SHIFT + 1):
        tie = 1 << min(max(-shift, 0), 29)
        for near in (tie - 1, tie, 3 * tie, 3 * tie + 1):
            rows += [(near, HALF, shift), (-near, HALF, shift)]
    rows += [(a, q, s) for a in corners(32) for q in (0, 1, LARGEST) for s in (-31, -1, 0, 30)]
    await check(dut, np.array(rows, dtype=np.int64), rule)


@cocotb.test()
@cocotb.parametrize(rule=INTEGER_RULES)
async def bench_random(dut: Any, rule: str) -> None:
    """Accumulators of any size, scaled to a few hundred so that most codes are not clamped."""
    random = random_generator()
    size = random.integers(1, 32, DRAWS)
    acc = random.integers(-(1 << size), 1 << size, DRAWS)
    shift = np.clip(9 - size + random.integers(-2, 2, DRAWS), LEAST_SHIFT, MOST_SHIFT)
    multiplier = random.integers(HALF, LARGEST, DRAWS, endpoint=True)
    await check(dut, np.column_stack([acc, multiplier, shift]), rule)


async def start(dut: Any) -> None:
    """Clock and reset; the output is the scaled value itself where it has 8 bits."""
    settings = {"zero_point": 0, "clamp_min": -128, "clamp_max": 127}
    await start_clock(dut, {"start": 0, **settings})


async def requantise(dut: Any, row: tuple[int, int, int] | NDArray[np.int64], rule: str) -> int:
    """The code that the DUT makes of (accumulator, multiplier, shift)."""
    acc, multiplier, shift = (int(each) for each in row)
    numbers = {"acc": acc, "multiplier": multiplier, "shift": shift, "rounding": ROUNDING[rule]}
    await cycle(dut, {**numbers, "start": 1})
    write(dut, {"acc": 0, "start": 0})
    await with_timeout(RisingEdge(dut.done), MOST_CYCLES * PERIOD_NS, "ns")
    await FallingEdge(dut.clk)
    await FallingEdge(dut.clk)
    return read_signed(dut.code)


async def check(dut: Any, rows: Int64Array, rule: str) -> None:
    """Compare rows (n, 3), each with a zero point and clamps of its own."""
    random = random_generator()
    await start(dut)
    bounds = np.sort(random.integers(-128, 128, (len(rows), 2)), axis=1)
    bounds[::2] = (-128, 127)
    zero_points = random.integers(-128, 128, len(rows))
    got = []
    for row, (low, high), zero_point in zip(rows, bounds, zero_points, strict=True):
        write(dut, {"clamp_min": low, "clamp_max": high, "zero_point": zero_point})
        got.append(await requantise(dut, row, rule))
    acc, multiplier, shift = rows.T
    scaled = scale_accumulator(acc, multiplier, shift, rule) + zero_points
    expected = np.clip(scaled, bounds[:, 0], bounds[:, 1])
    inputs = {"acc": acc, "multiplier": multiplier, "shift": shift}
    expect(expected, np.array(got, dtype=np.int64), 8, inputs)


def test_serial_requantise(sim: str) -> None:
    run_bench("serial_requantise", __name__, sim, rtl_dir=FOLDER)

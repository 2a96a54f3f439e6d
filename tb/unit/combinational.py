"""Benches of combinational modules: a fast drive, and the comparison of a result and its events."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import cocotb
import numpy as np
from cocotb.triggers import Timer

Row = Sequence[int]
ON_ICARUS = 2500
"""Rows that Icarus gets of a bench that is exhaustive on Verilator."""


def all_driven() -> bool:
    """Whether this simulator is fast enough for every row of an exhaustive bench."""
    return "icarus" not in cocotb.SIM_NAME.lower()


def thinned(rows: Sequence[Row]) -> Sequence[Row]:
    """Return all rows where the simulator is fast enough, else at most ON_ICARUS drawn ones."""
    if all_driven() or len(rows) <= ON_ICARUS:
        return rows
    random = np.random.default_rng(cocotb.RANDOM_SEED)
    return [rows[place] for place in sorted(random.choice(len(rows), ON_ICARUS, replace=False))]


async def drive(
    dut: Any, inputs: Sequence[str], rows: Iterable[Row], outputs: Sequence[str]
) -> list[tuple[int, ...]]:
    """Return the unsigned outputs of a combinational DUT for each row of inputs.

    Inputs may be negative: two's complement. Those that stay are not written again, so the last
    column should be the one that varies most.
    """
    ports = [getattr(dut, name) for name in inputs]
    results = [getattr(dut, name) for name in outputs]
    before: list[int | None] = [None] * len(ports)
    settle = Timer(1, unit="ns")
    got = []
    for row in rows:
        for place, value in enumerate(row):
            if value != before[place]:
                ports[place].value = before[place] = value
        await settle
        got.append(tuple([int(handle.value) for handle in results]))
    return got


async def check(
    dut: Any,
    inputs: Sequence[str],
    rows: Sequence[Row],
    output: str,
    expected: Callable[[int], tuple[int, int]],
) -> None:
    """Compare a result and its events with what `expected` gives for the number of each row.

    An expected result may be negative: two's complement.
    """
    got = await drive(dut, inputs, rows, (output, "events"))
    bits = len(getattr(dut, output))
    wanted = [
        (value & (1 << bits) - 1, events) for value, events in map(expected, range(len(rows)))
    ]
    expect_equal(inputs, rows, wanted, got)


def expect_equal(
    inputs: Sequence[str], rows: Sequence[Row], wanted: Sequence[Any], got: Sequence[Any]
) -> None:
    """Fail unless all rows agree; show how many don't, and the first of them."""
    assert len(rows) == len(wanted) == len(got) > 0
    wrong = [place for place in range(len(rows)) if wanted[place] != got[place]]
    cocotb.log.info("%d rows compared, %d differ", len(rows), len(wrong))
    if wrong:
        shown = {name: hex(value) for name, value in zip(inputs, rows[wrong[0]], strict=True)}
        raise AssertionError(
            f"{len(wrong)} of {len(rows)} differ; first at {shown}: "
            f"expected {_hex(wanted[wrong[0]])}, got {_hex(got[wrong[0]])}"
        )


def _hex(result: Any) -> str:
    plain = isinstance(result, tuple) and all(isinstance(part, int) for part in result)
    return ", ".join(map(hex, result)) if plain else str(result)

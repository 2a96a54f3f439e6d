"""What the unit benches share: stimulus with corners, packed buses, clocks, and the comparison.

Inputs change on the falling edge and outputs are read there, half a cycle from where the DUT acts.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, Timer

from pymodel.fixed_point import Int64Array
from pymodel.formats.events import KINDS
from tb.paths import RTL_DIR
from tb.runner import RunResult, run
from tb.scoreboard import compare
from tb.sources import rtl_sources

Column = Sequence[int] | Int64Array
"""The values of one port, one for each vector; plain ints where a packed bus passes 63 bits."""
PERIOD_NS = 10
DRAWS = 1000
"""Random vectors of a bench, besides its pinned ones."""


def run_bench(
    toplevel: str,
    module: str,
    sim: str,
    parameters: Mapping[str, int | str] | None = None,
    rtl_dir: Path = RTL_DIR,
) -> RunResult:
    """Run all benches of `module` on the module `toplevel` of the Verilog in `rtl_dir`."""
    return run(
        toplevel=toplevel,
        module=module,
        sources=rtl_sources(toplevel, rtl_dir),
        includes=(rtl_dir,),
        sim=sim,
        parameters=parameters,
        optimise="-O1",
        top_only=True,
        timeout_s=300,
    )


def random_generator() -> np.random.Generator:
    """Return the generator of this run's stimulus, from the seed that the log shows."""
    return np.random.default_rng(cocotb.RANDOM_SEED)


def corners(bits: int) -> list[int]:
    """Return the two's complement values of `bits` at which arithmetic tends to break."""
    low, high = -(1 << bits - 1), (1 << bits - 1) - 1
    return sorted({low, low + 1, -1, 0, 1, high - 1, high})


def draw(random: np.random.Generator, bits: int, shape: int | tuple[int, ...]) -> Int64Array:
    """Return two's complement values of `bits` (1 to 63), a quarter of them corners."""
    values = random.integers(-(1 << bits - 1), 1 << bits - 1, size=shape, dtype=np.int64)
    pinned = random.choice(np.array(corners(bits), dtype=np.int64), size=shape)
    return np.where(random.random(shape) < 0.25, pinned, values)


def pack(values: Iterable[int], bits: int) -> int:
    """Return a packed bus of `bits` an element, the first element low."""
    bus = 0
    for place, value in enumerate(values):
        bus |= (int(value) & (1 << bits) - 1) << place * bits
    return bus


def unpack(bus: int, count: int, bits: int) -> Int64Array:
    """Return the `count` two's complement elements of a packed bus, the lowest first."""
    fields = [bus >> place * bits & (1 << bits) - 1 for place in range(count)]
    return np.array([f - (f >> bits - 1 << bits) for f in fields], dtype=np.int64)


def read(handle: Any) -> int:
    """Return a signal's bits as an unsigned number. X and Z are errors."""
    value = handle.value
    assert value.is_resolvable, f"{handle._path} is {value}"
    return int(value)


def read_signed(handle: Any) -> int:
    """Return a signal's bits as a two's complement number. X and Z are errors."""
    return int(unpack(read(handle), 1, len(handle))[0])


def event_counts(dut: Any, buses: Sequence[str]) -> list[int]:
    """Return how many operations of each bus of events have each kind, bus by bus."""
    kinds = len(KINDS)
    bits = [format(read(getattr(dut, bus)), "b")[::-1] for bus in buses]
    return [bus[kind::kinds].count("1") for bus in bits for kind in range(kinds)]


def write(dut: Any, inputs: Mapping[str, int]) -> None:
    """Put a value on each named input; negative ones in two's complement."""
    for name, value in inputs.items():
        handle = getattr(dut, name)
        handle.value = int(value) & (1 << len(handle)) - 1


async def evaluate(dut: Any, output: str, inputs: Mapping[str, Column]) -> Int64Array:
    """Return the signed `output` of a combinational DUT for each row of `inputs`."""
    results = []
    for row in zip(*inputs.values(), strict=True):
        write(dut, dict(zip(inputs, row, strict=True)))
        await Timer(1, unit="ns")
        results.append(read_signed(getattr(dut, output)))
    return np.array(results, dtype=np.int64)


async def start_clock(dut: Any, inputs: Mapping[str, int] | None = None) -> None:
    """Apply `inputs`, start the clock, reset where there is one; end at a falling edge."""
    write(dut, inputs or {})
    Clock(dut.clk, PERIOD_NS, unit="ns").start()
    await FallingEdge(dut.clk)
    if hasattr(dut, "rst"):
        dut.rst.value = 1
        await FallingEdge(dut.clk)
        await FallingEdge(dut.clk)
        dut.rst.value = 0


async def cycle(dut: Any, inputs: Mapping[str, int] | None = None) -> None:
    """Apply `inputs` and let one rising edge pass."""
    write(dut, inputs or {})
    await FallingEdge(dut.clk)


def expect(
    expected: Column, actual: Column, bits: int, inputs: Mapping[str, Column] | None = None
) -> None:
    """Fail unless all rows agree; show the first that doesn't, with its `inputs`."""
    comparison = compare(np.asarray(expected, np.int64), np.asarray(actual, np.int64))
    if comparison.first is not None:
        row = comparison.first.index[0]
        shown = {name: int(values[row]) for name, values in (inputs or {}).items()}
        raise AssertionError(f"{comparison.describe(bits)}; inputs {shown}")

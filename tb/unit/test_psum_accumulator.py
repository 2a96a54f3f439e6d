"""rtl/psum_accumulator.v against exact numbers, cycle by cycle, with the events of each group."""

from typing import Any

import cocotb
import numpy as np
import pytest
from cocotb.triggers import Timer

from tb.registers import load_definitions
from tb.unit import exact_integers
from tb.unit.bench import DRAWS, cycle, draw, random_generator, read, run_bench, start_clock, write
from tb.unit.combinational import expect_equal
from tb.unit.exact_floats import add, decode, encode
from tb.unit.float_bench import exact_format, format_named, packed
from tb.unit.rules import overflow_code, width_of

pytestmark = pytest.mark.slow_on("verilator")

MINIFLOAT = load_definitions()["FORMAT_MINIFLOAT"]


def accumulate(dut: Any, psum: int, root: int) -> tuple[int, int]:
    """Return the exact sum and its events; integers are signed, floats are codes."""
    if int(dut.FORMAT.value) == MINIFLOAT:
        fmt = format_named(dut, "ACC_FLOAT")
        return encode(add(decode(psum, fmt), decode(root, fmt)), fmt)
    width = width_of(len(dut.psum_q), dut.PSUM_OVERFLOW)
    return exact_integers.accumulate(psum, root, width.bits, width.overflow)


@cocotb.test()
async def bench_random_control(dut: Any) -> None:
    """Random roots, restarts from a random psum, and pauses; without `en` the psum holds."""
    random, bits = random_generator(), len(dut.psum_q)
    await start_clock(dut)
    if int(dut.FORMAT.value) == MINIFLOAT:
        # Few infinities and NaN, which end what a psum can show.
        drawn = random.integers(0, 1 << bits, (2, DRAWS))
        roots, starts = np.where(random.random(DRAWS) < 0.2, drawn, drawn & ~(1 << bits - 2))
    else:
        roots, starts = draw(random, len(dut.root), DRAWS), draw(random, bits, DRAWS)
    rows, wanted, got, psum = [], [], [], 0
    for number, (root, start) in enumerate(zip(roots.tolist(), starts.tolist(), strict=True)):
        en, first = (bool(drawn) for drawn in (random.random(2) < (0.8, 0.2)) | (number == 0))
        rows.append((en, first, start, root))
        write(dut, {"root": root, "psum_init": start, "en": en, "first": first})
        await Timer(1, unit="ns")
        events = read(dut.events)
        await cycle(dut)
        got.append((read(dut.psum_q), events))
        total, expected = accumulate(dut, start if first else psum, root)
        psum = total if en else psum
        wanted.append((psum & (1 << bits) - 1, expected))
    expect_equal(("en", "first", "psum_init", "root"), rows, wanted, got)


FIXED = {
    "affine": ("AFFINE_INT8", 32, 32, "wrap"),
    "affine_narrow_root": ("AFFINE_INT8", 20, 24, "wrap"),
    "affine_wide_root": ("AFFINE_INT8", 32, 20, "wrap"),
    "fixed_widest": ("DYNAMIC_FIXED_POINT", 48, 48, "saturate"),
    "power_of_two": ("POWER_OF_TWO", 30, 26, "saturate"),
}
"""Format, widths of root and psum, and the overflow rule."""


@pytest.mark.parametrize("case", FIXED)
def test_psum_accumulator(sim: str, case: str) -> None:
    number_format, root_bits, psum_bits, overflow = FIXED[case]
    parameters = {
        "FORMAT": load_definitions()[f"FORMAT_{number_format}"],
        "ROOT_W": root_bits,
        "PSUM_W": psum_bits,
        "PSUM_OVERFLOW": overflow_code("wrap" if overflow == "wrap" else "saturate"),
    }
    run_bench("psum_accumulator", __name__, sim, parameters)


@pytest.mark.parametrize("name", ["float32", "float32_flush", "e5m2"])
def test_psum_accumulator_float(sim: str, name: str) -> None:
    bits = exact_format(name).bits
    parameters = {"FORMAT": MINIFLOAT, "ROOT_W": bits, "PSUM_W": bits, "ACC_FLOAT": packed(name)}
    run_bench("psum_accumulator", __name__, sim, parameters)

"""rtl/mac_lane.v in fixed point and minifloat, against exact numbers, with the events."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import cocotb
import numpy as np
import pytest
from cocotb.triggers import Timer

from tb.registers import load_definitions
from tb.unit import exact_floats, exact_integers
from tb.unit.bench import DRAWS, cycle, draw, random_generator, read, run_bench, start_clock, write
from tb.unit.combinational import expect_equal
from tb.unit.exact_floats import Real, decode, encode
from tb.unit.float_bench import exact_format, format_named, packed
from tb.unit.float_operands import corner_codes
from tb.unit.rules import ROUNDINGS, overflow_code, rounding_code, width_of

pytestmark = pytest.mark.slow

Tap = tuple[int, int, int]
"""The lane's code after a tap, and the events of its product and its accumulation."""
Step = Callable[[int, int, int, bool], Tap]
"""From accumulator, x, w and mask to a tap."""


def fixed_step(dut: Any) -> Step:
    """Return the exact step of a fixed-point DUT; the accumulator is a signed number."""
    width, cut = width_of(len(dut.lane_q), dut.LANE_OVERFLOW), int(dut.PRODUCT_DROP.value)
    rounding = next(r for r in ROUNDINGS if rounding_code(r) == int(dut.PRODUCT_ROUNDING.value))
    powers = int(dut.FORMAT.value) == load_definitions()["FORMAT_POWER_OF_TWO"]
    half = 1 << int(dut.W_BITS.value) - 1

    def step(acc: int, x: int, w: int, mask: bool) -> Tap:
        factor = w if not powers else -(1 << w - half) if w >= half else 1 << w
        product, events = (0, 0) if mask else exact_integers.drop(x * factor, cut, rounding)
        total, past = exact_integers.accumulate(acc, product, width.bits, width.overflow)
        return total, events, past

    return step


def float_step(dut: Any) -> Step:
    """Return the exact step of a minifloat DUT, fused or not; the accumulator is a code."""
    element, fmt = format_named(dut, "ELEM_FLOAT"), format_named(dut, "ACC_FLOAT")
    fused = bool(int(dut.FUSED.value))

    def step(acc: int, x: int, w: int, mask: bool) -> Tap:
        product = exact_floats.multiply(decode(x, element), decode(w, element))
        product = Real(False, Fraction(0)) if mask else product
        events = 0
        if not fused:
            code, events = encode(product, fmt)
            product = decode(code, fmt)
        total, rounding = encode(exact_floats.add(decode(acc, fmt), product), fmt)
        return total, events, rounding

    return step


def operands(dut: Any, random: np.random.Generator) -> list[tuple[int, int]]:
    """Return pairs of x and w, corners among them."""
    if int(dut.FORMAT.value) == load_definitions()["FORMAT_MINIFLOAT"]:
        fmt = format_named(dut, "ELEM_FLOAT")
        drawn = random.integers(0, 1 << fmt.bits, (DRAWS, 2))
        # NaN and infinities end what a lane can show: they come seldom.
        tame = drawn & ~(1 << fmt.bits - 2)
        pinned = random.choice(corner_codes(fmt), (DRAWS, 2))
        kind = random.random((DRAWS, 1))
        pairs = np.where(kind < 0.02, pinned, np.where(kind < 0.3, drawn, tame))
    else:
        bits = int(dut.W_BITS.value)
        powers = int(dut.FORMAT.value) == load_definitions()["FORMAT_POWER_OF_TWO"]
        w = random.integers(0, 1 << bits, DRAWS) if powers else draw(random, bits, DRAWS)
        pairs = np.column_stack([draw(random, int(dut.X_BITS.value), DRAWS), w])
    return [(int(x), int(w)) for x, w in pairs]


@cocotb.test()
async def bench_random_control(dut: Any) -> None:
    """Random taps, restarts, masks and pauses; events belong to the tap that is being taken."""
    random, bits = random_generator(), len(dut.lane_q)
    minifloat = int(dut.FORMAT.value) == load_definitions()["FORMAT_MINIFLOAT"]
    step = float_step(dut) if minifloat else fixed_step(dut)
    await start_clock(dut, {"x_zero_point": 0, "w_zero_point": 0})
    rows, wanted, got, acc = [], [], [], 0
    for number, (x, w) in enumerate(operands(dut, random)):
        en, first, mask = (bool(drawn) for drawn in random.random(3) < (0.8, 0.06, 0.1))
        en, first = en or number == 0, first or number == 0
        inputs = {"en": en, "first": first, "mask": mask, "x": x, "w": w}
        rows.append([int(value) for value in inputs.values()])
        write(dut, inputs)
        await Timer(1, unit="ns")
        events = read(dut.product_events), read(dut.lane_events)
        await cycle(dut)
        got.append((read(dut.lane_q), *events))
        total, *expected = step(0 if first else acc, x, w, mask)
        acc = total if en else acc
        wanted.append((acc & (1 << bits) - 1, *expected))
    expect_equal(("en", "first", "mask", "x", "w"), rows, wanted, got)


FIXED: dict[str, tuple[str, dict[str, int]]] = {
    "dfp8_wrap": ("DYNAMIC_FIXED_POINT", {"PROD_W": 16, "LANE_W": 17}),
    "dfp8_cut": (
        "DYNAMIC_FIXED_POINT",
        {"PROD_W": 16, "LANE_W": 14, "PRODUCT_DROP": 4, "PRODUCT_ROUNDING": 3}
        | {"LANE_OVERFLOW": overflow_code("saturate")},
    ),
    "dfp16_widest": ("DYNAMIC_FIXED_POINT", {"ELEM_W": 16, "PROD_W": 32, "LANE_W": 48}),
    "pow2_w4": (
        "POWER_OF_TWO",
        {"W_BITS": 4, "PROD_W": 16, "LANE_W": 16, "LANE_OVERFLOW": overflow_code("saturate")},
    ),
}
FLOATS = {
    "e4m3fn_float32": ("e4m3fn", "float32", 8),
    "e5m2_e5m2": ("e5m2", "e5m2", 8),
    "ristretto_float16": ("ristretto", "float16", 8),
    "bfloat16_float32_flush": ("bfloat16", "float32_flush", 16),
    "float32": ("float32", "float32", 32),
}
"""Formats of elements and accumulator, and width of an element's field."""


@pytest.mark.parametrize("case", FIXED)
def test_mac_lane_fixed(sim: str, case: str) -> None:
    number_format, parameters = FIXED[case]
    code = load_definitions()[f"FORMAT_{number_format}"]
    run_bench("mac_lane", __name__, sim, parameters | {"FORMAT": code})


@pytest.mark.parametrize("fused", [0, 1])
@pytest.mark.parametrize("case", FLOATS)
def test_mac_lane_float(sim: str, case: str, fused: int) -> None:
    element, accumulator, element_bits = FLOATS[case]
    fmt, acc_bits = exact_format(element), exact_format(accumulator).bits
    parameters = {
        "FORMAT": load_definitions()["FORMAT_MINIFLOAT"],
        "ELEM_W": element_bits,
        "X_BITS": fmt.bits,
        "W_BITS": fmt.bits,
        "PROD_W": 2 * (fmt.mantissa_bits + 1) + 15 if fused else acc_bits,
        "LANE_W": acc_bits,
        "ELEM_FLOAT": packed(element),
        "ACC_FLOAT": packed(accumulator),
        "FUSED": fused,
    }
    run_bench("mac_lane", __name__, sim, parameters)

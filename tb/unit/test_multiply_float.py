"""rtl/multiply_float.v behind rtl/multiply.v, against exact rationals: fused, and rounded first."""

from typing import Any

import cocotb
import pytest

from tb.registers import load_definitions
from tb.unit.bench import run_bench
from tb.unit.combinational import check, drive, expect_equal
from tb.unit.exact_floats import decode, encode, multiply
from tb.unit.float_bench import exact_format, format_named, packed
from tb.unit.float_operands import code_pairs, unpack_exact

pytestmark = pytest.mark.slow_on("verilator")

DRAWS = 3000


@cocotb.test()
async def bench_products(dut: Any) -> None:
    """Every pair of 8-bit codes on Verilator: exact values, or codes with events."""
    fmt, acc = format_named(dut, "ELEM_FLOAT"), format_named(dut, "ACC_FLOAT")
    rows = code_pairs(fmt, fmt, DRAWS)
    dut.mask.value = 0
    if int(dut.FUSED.value):
        bits = 2 * (fmt.mantissa_bits + 1)
        buses = await drive(dut, ("x", "w"), rows, ("product", "events"))
        got = [(unpack_exact(bus, bits)[0], events) for bus, events in buses]
        wanted = [(multiply(decode(x, fmt), decode(w, fmt)), 0) for x, w in rows]
        expect_equal(("x", "w"), rows, wanted, got)
        return

    def expected(row: int) -> tuple[int, int]:
        x, w = rows[row]
        return encode(multiply(decode(x, fmt), decode(w, fmt)), acc)

    await check(dut, ("x", "w"), rows, "product", expected)


@cocotb.test()
async def bench_mask_and_unread_bits(dut: Any) -> None:
    """A masked product is +0 without events; zero points and bits above a code mean nothing."""
    fmt = format_named(dut, "ELEM_FLOAT")
    codes = (1, fmt.sign_code | 1, fmt.largest_code, fmt.nan_code, fmt.infinity_code, 0)
    rows = [(x, w) for x in codes for w in codes]
    above = (1 << len(dut.x)) - (1 << fmt.bits)
    dut.mask.value = 0
    plain = await drive(dut, ("x", "w"), rows, ("product", "events"))
    for port in ("x_zero_point", "w_zero_point"):
        getattr(dut, port).value = -1
    raised = [(x | above, w | above) for x, w in rows]
    expect_equal(
        ("x", "w"), raised, plain, await drive(dut, ("x", "w"), raised, ("product", "events"))
    )
    dut.mask.value = 1
    masked = await drive(dut, ("x", "w"), raised, ("product", "events"))
    assert set(masked) == {(0, 0)}


CASES = {
    "e4m3fn_float32": ("e4m3fn", "float32", 8),
    "e5m2_float16": ("e5m2", "float16", 8),
    "e5m2_e5m2": ("e5m2", "e5m2", 8),
    "ristretto_float32_flush": ("ristretto", "float32_flush", 8),
    "ristretto_bfloat16": ("ristretto", "bfloat16", 16),
    "bfloat16_float32": ("bfloat16", "float32", 16),
    "float32_float32": ("float32", "float32", 32),
}
"""Formats of the elements and of the accumulator, and the width of an element's field."""


@pytest.mark.parametrize("fused", [0, 1])
@pytest.mark.parametrize("case", CASES)
def test_multiply_float(sim: str, case: str, fused: int) -> None:
    element, accumulator, element_bits = CASES[case]
    fmt = exact_format(element)
    exact_bits = 2 * (fmt.mantissa_bits + 1) + 15
    parameters = {
        "FORMAT": load_definitions()["FORMAT_MINIFLOAT"],
        "ELEM_W": element_bits,
        "X_BITS": fmt.bits,
        "W_BITS": fmt.bits,
        "PROD_W": exact_bits if fused else exact_format(accumulator).bits,
        "ELEM_FLOAT": packed(element),
        "ACC_FLOAT": packed(accumulator),
        "FUSED": fused,
    }
    run_bench("multiply", __name__, sim, parameters)

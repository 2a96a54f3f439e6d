"""rtl/float_multiply.v against exact rationals: every pair of 8-bit codes, samples of others."""

from typing import Any

import cocotb
import pytest

from tb.unit.bench import run_bench
from tb.unit.combinational import drive, expect_equal
from tb.unit.exact_floats import decode, multiply
from tb.unit.float_bench import format_of, operand_parameters
from tb.unit.float_operands import code_pairs, unpack_exact

pytestmark = pytest.mark.slow_on("verilator")

DRAWS = 4000
PAIRS = {
    "e4m3fn": ("e4m3fn", "e4m3fn"),
    "e4m3fn_e5m2": ("e4m3fn", "e5m2"),
    "e5m2_flush": ("e5m2_flush", "e5m2_flush"),
    "ristretto": ("ristretto", "ristretto"),
    "e3m5_ristretto": ("e3m5", "ristretto"),
    "float16_bfloat16": ("float16", "bfloat16"),
    "float32": ("float32", "float32"),
}
"""Formats of x and of w."""


@cocotb.test()
async def bench_products(dut: Any) -> None:
    """Value, sign and flags of products, infinities, NaN and zeros of both signs included."""
    x_format, w_format = format_of(dut, "_X"), format_of(dut, "_W")
    bits = x_format.mantissa_bits + w_format.mantissa_bits + 2
    rows = code_pairs(x_format, w_format, DRAWS)
    dut.mask.value = 0
    got = [
        unpack_exact(bus, bits)[0] for (bus,) in await drive(dut, ("x", "w"), rows, ("product",))
    ]
    wanted = [multiply(decode(x, x_format), decode(w, w_format)) for x, w in rows]
    expect_equal(("x", "w"), rows, wanted, got)


@cocotb.test()
async def bench_mask(dut: Any) -> None:
    """A masked product is a bus of zeros, +0, that of NaN and of negative operands too."""
    x_format, w_format = format_of(dut, "_X"), format_of(dut, "_W")
    operands = [
        (x_format.nan_code, w_format.largest_code),
        (x_format.sign_code + 1, w_format.largest_code),
        (x_format.infinity_code, 0),
        (x_format.sign_code, 0),
    ]
    rows = [(*pair, mask) for pair in operands for mask in (0, 1)]
    got = await drive(dut, ("x", "w", "mask"), rows, ("product",))
    assert all(bus != 0 for (bus,) in got[::2])
    assert [bus for (bus,) in got[1::2]] == [0] * len(operands)


@pytest.mark.parametrize("name", PAIRS)
def test_float_multiply(sim: str, name: str) -> None:
    x, w = PAIRS[name]
    parameters = operand_parameters(x, "_X") | operand_parameters(w, "_W")
    run_bench("float_multiply", __name__, sim, parameters)

"""rtl/output_stage.v in minifloat, against exact rationals: bias, conversion, clamp, and events."""

from typing import Any

import cocotb
import pytest

from tb.registers import load_definitions
from tb.unit.bench import random_generator, run_bench
from tb.unit.combinational import drive, expect_equal
from tb.unit.exact_floats import NAN, SATURATED, add, decode, encode
from tb.unit.float_bench import exact_format, format_named, packed
from tb.unit.float_operands import code_pairs

pytestmark = pytest.mark.slow_on("verilator")

DRAWS = 2000
INPUTS = ("clamp_min", "clamp_max", "psum", "bias")


@cocotb.test()
async def bench_relu_and_whole_range(dut: Any) -> None:
    """Psums and biases of all kinds, clamped to the whole range, at +0, and to 0 .. 1."""
    element, acc = format_named(dut, "ELEM_FLOAT"), format_named(dut, "ACC_FLOAT")
    top = element.infinity_code if element.special == "ieee" else element.largest_code
    one = element.bias << element.mantissa_bits
    pairs = code_pairs(acc, acc, DRAWS)[-DRAWS:]
    # Sums about the element's range: a psum near a drawn code of the element, a bias far below.
    random = random_generator()
    for code in random.integers(0, 1 << element.bits, DRAWS // 2).tolist():
        near, _ = encode(decode(code, element), acc)
        pairs.append((near, int(random.integers(0, 1 << acc.bits))))
        pairs.append((near, 0))
    limits = [(element.sign_code | top, top), (0, top), (0, one)]
    rows = [(*limit, psum, bias) for limit in limits for psum, bias in pairs]
    wanted = []
    for low, high, psum, bias in rows:
        biased, psum_events = encode(add(decode(psum, acc), decode(bias, acc)), acc)
        code, events = encode(decode(biased, acc), element)
        value = decode(code, element)
        if value != NAN and value.negative and low == 0:
            code, events = 0, events | SATURATED
        elif value != NAN and not value.negative and code > high:
            code, events = high, events | SATURATED
        wanted.append((code, psum_events, events))
    got = await drive(dut, INPUTS, rows, ("y", "psum_events", "output_events"))
    expect_equal(INPUTS, rows, wanted, got)


CASES = {
    "e4m3fn_float32": ("e4m3fn", "float32", 8),
    "e5m2_float16": ("e5m2", "float16", 8),
    "ristretto_float32": ("ristretto", "float32", 8),
    "bfloat16_float32_flush": ("bfloat16", "float32_flush", 16),
    "float32": ("float32", "float32", 32),
}
"""Formats of elements and accumulator, and width of an element's field."""


@pytest.mark.parametrize("case", CASES)
def test_output_stage_float(sim: str, case: str) -> None:
    element, accumulator, element_bits = CASES[case]
    parameters = {
        "FORMAT": load_definitions()["FORMAT_MINIFLOAT"],
        "PSUM_W": exact_format(accumulator).bits,
        "ELEM_W": element_bits,
        "ELEM_FLOAT": packed(element),
        "ACC_FLOAT": packed(accumulator),
    }
    run_bench("output_stage", __name__, sim, parameters)

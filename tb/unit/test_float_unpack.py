"""rtl/float_unpack.v against exact rationals: every code of up to 9 bits, samples of others."""

from typing import Any

import cocotb
import pytest

from tb.unit.bench import random_generator, run_bench
from tb.unit.combinational import drive, expect_equal
from tb.unit.exact_floats import ExactFormat, decode
from tb.unit.float_bench import format_of, operand_parameters
from tb.unit.float_operands import corner_codes, unpack_exact

pytestmark = pytest.mark.slow_on("verilator")

DRAWS = 2000


@cocotb.test()
async def bench_codes(dut: Any) -> None:
    """What a code stands for, and the exponent of its lowest mantissa bit."""
    fmt = format_of(dut)
    drawn = random_generator().integers(0, 1 << fmt.bits, DRAWS).tolist()
    codes = range(1 << fmt.bits) if fmt.bits <= 9 else corner_codes(fmt) + drawn
    rows = [(code,) for code in codes]
    wanted = [(decode(code, fmt), _exponent(code, fmt)) for code in codes]
    buses = await drive(dut, ("code",), rows, ("value",))
    got = [unpack_exact(bus, fmt.mantissa_bits + 1) for (bus,) in buses]
    expect_equal(("code",), rows, wanted, got)


def _exponent(code: int, fmt: ExactFormat) -> int:
    field = (code & fmt.sign_code - 1) >> fmt.mantissa_bits
    lowest = 0 if fmt.special == "none" else 1
    return max(field, lowest) - fmt.bias - fmt.mantissa_bits


@pytest.mark.parametrize("name", ["e4m3fn", "e5m2_flush", "ristretto", "e3m5", "float32"])
def test_float_unpack(sim: str, name: str) -> None:
    run_bench("float_unpack", __name__, sim, operand_parameters(name))

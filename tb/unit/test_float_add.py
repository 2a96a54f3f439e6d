"""rtl/float_add.v against exact rationals: every pair of 8-bit codes, samples of wider ones."""

from typing import Any

import cocotb
import pytest

from tb.unit.bench import run_bench
from tb.unit.combinational import check
from tb.unit.exact_floats import add, decode, encode
from tb.unit.float_bench import FORMATS, format_of
from tb.unit.float_operands import code_pairs

pytestmark = pytest.mark.slow_on("verilator")

DRAWS = 5000


@cocotb.test()
async def bench_sums(dut: Any) -> None:
    """Codes and events of sums, infinities, NaN and zeros of both signs among the operands."""
    fmt = format_of(dut)
    rows = code_pairs(fmt, fmt, DRAWS)

    def expected(row: int) -> tuple[int, int]:
        a, b = rows[row]
        return encode(add(decode(a, fmt), decode(b, fmt)), fmt)

    await check(dut, ("a", "b"), rows, "sum", expected)


@pytest.mark.parametrize("name", FORMATS)
def test_float_add(sim: str, name: str) -> None:
    run_bench("float_add", __name__, sim, FORMATS[name])

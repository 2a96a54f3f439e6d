"""rtl/float_normalise.v against Python's bit lengths."""

from typing import Any

import cocotb
import pytest

from tb.unit.bench import random_generator, run_bench
from tb.unit.combinational import drive, expect_equal

pytestmark = pytest.mark.slow_on("verilator")

DRAWS = 20


@cocotb.test()
async def bench_every_place(dut: Any) -> None:
    """A leading one at every place, with nothing, everything and drawn bits below it; and zero."""
    width = len(dut.value)
    random = random_generator()
    values = []
    for place in range(width):
        drawn = [random.bytes(16) for _ in range(DRAWS)]
        below = [0, -1, *(int.from_bytes(data, "little") for data in drawn)]
        values += [1 << place | low % (1 << place) for low in below]
    rows = [(value,) for value in values]
    zeros = [width - value.bit_length() for value in values]
    wanted = [(value << count, count) for value, count in zip(values, zeros, strict=True)]
    got = await drive(dut, ("value",), rows, ("normalised", "zeros"))
    expect_equal(("value",), rows, wanted, got)
    assert (await drive(dut, ("value",), [(0,)], ("normalised",))) == [(0,)]


@pytest.mark.parametrize("width", [5, 32, 99])
def test_float_normalise(sim: str, width: int) -> None:
    parameters = {"W": width, "COUNT_W": (width - 1).bit_length()}
    run_bench("float_normalise", __name__, sim, parameters)

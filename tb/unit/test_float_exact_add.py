"""rtl/float_exact_add.v against exact rationals: the sum, or what rounds as the sum does."""

from fractions import Fraction
from typing import Any

import cocotb
import pytest

from tb.unit.bench import random_generator, run_bench
from tb.unit.combinational import drive
from tb.unit.exact_floats import ExactFormat, Real, add
from tb.unit.float_operands import draw_exact, unpack_exact

pytestmark = pytest.mark.slow_on("verilator")

DRAWS = 3000
FORMAT = ExactFormat(7, 8, 63)
"""Values are drawn about the range of this one: 2^-75 to 2^66."""


@cocotb.test()
async def bench_sums(dut: Any) -> None:
    """The sum itself, or where bits fall off a number that rounds as the sum does.

    In units of the result's lowest bit such a number is odd, and it lies between the same two even
    numbers as the sum: no half of a last place, and no last place, lies between the two.
    """
    widths = [int(getattr(dut, name).value) for name in ("SIG_A", "SIG_B", "SIG_SUM")]
    guard = (widths[2] - 3) // 2 + 2
    random = random_generator()
    a, b = (draw_exact(FORMAT, bits, DRAWS, random) for bits in widths[:2])
    random.shuffle(b)
    pairs = list(zip(a, b, strict=True))
    buses = [(first, second) for (_, first), (_, second) in pairs]
    results = await drive(dut, ("a", "b"), buses, ("sum",))
    lossy = 0
    for ((x, _), (y, _)), (bus,) in zip(pairs, results, strict=True):
        wanted = add(x, y)
        got, exponent = unpack_exact(bus, widths[2])
        if got == wanted:
            continue
        lossy += 1
        assert got.magnitude and wanted.magnitude, f"{x} + {y} is {wanted}, got {got}"
        unit = Fraction(2) ** exponent
        places, expected = got.magnitude / unit, wanted.magnitude / unit
        assert got.negative == wanted.negative, f"{x} + {y} is {wanted}, got {got}"
        assert places.denominator == 1 and places % 2 == 1, f"{x} + {y}: {places} is not odd"
        assert places - 1 < expected < places + 1, f"{x} + {y}: {places} stands for {expected}"
        assert places >= 1 << guard - 1, f"{x} + {y}: {places} has too few bits above the lost ones"
    assert 0 < lossy < DRAWS, "the draws don't lose bits now and then"


@cocotb.test()
async def bench_zeros(dut: Any) -> None:
    """Zeros take no part, whatever their exponents say; -0 comes of two negative ones alone."""
    bits = int(dut.SIG_A.value), int(dut.SIG_B.value), int(dut.SIG_SUM.value)
    random = random_generator()
    zeros = [[v for v in draw_exact(FORMAT, n, 1, random) if v[0].magnitude == 0] for n in bits[:2]]
    numbers = [draw_exact(FORMAT, n, 20, random) for n in bits[:2]]
    pairs = [(x, y) for x in zeros[0] for y in numbers[1]]
    pairs += [(x, y) for x in numbers[0] for y in zeros[1]]
    rows = [(first, second) for (_, first), (_, second) in pairs]
    results = await drive(dut, ("a", "b"), rows, ("sum",))
    got: list[Real] = [unpack_exact(bus, bits[2])[0] for (bus,) in results]
    assert got == [add(x, y) for (x, _), (y, _) in pairs]


@pytest.mark.parametrize(("a", "b", "precision"), [(24, 8, 24), (8, 48, 8), (6, 4, 24)])
def test_float_exact_add(sim: str, a: int, b: int, precision: int) -> None:
    widths = {"SIG_A": a, "SIG_B": b, "PRECISION": precision}
    run_bench("float_exact_add", __name__, sim, widths | {"SIG_SUM": 2 * max(a, b, precision) + 3})

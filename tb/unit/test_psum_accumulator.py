"""rtl/psum_accumulator.v against pymodel's accumulate, cycle by cycle."""

from typing import Any

import cocotb
import pytest

from pymodel.formats.affine_int8 import accumulate
from pymodel.formats.width import Width
from tb.unit.bench import (
    DRAWS,
    cycle,
    draw,
    expect,
    random_generator,
    read_signed,
    run_bench,
    start_clock,
)


@cocotb.test()
async def bench_random_control(dut: Any) -> None:
    """Random roots, restarts from a random psum, and pauses; without `en` the psum holds."""
    random, bits = random_generator(), len(dut.psum_q)
    await start_clock(dut)
    roots = draw(random, len(dut.root), DRAWS)
    starts = draw(random, bits, DRAWS)
    control = random.random((DRAWS, 2)) < (0.8, 0.2)
    expected, got, psum = [], [], 0
    for step, (en, first) in enumerate(control):
        en, first = en or step == 0, first or step == 0
        inputs = {"root": roots[step], "psum_init": starts[step], "en": en, "first": first}
        await cycle(dut, inputs)
        if en:
            psum = int(accumulate(starts[step] if first else psum, roots[step], Width(bits)))
        expected.append(psum)
        got.append(read_signed(dut.psum_q))
    expect(expected, got, bits, {"root": roots, "psum_init": starts})


@pytest.mark.parametrize(("root_bits", "psum_bits"), [(32, 32), (20, 24), (32, 20)])
def test_psum_accumulator(sim: str, root_bits: int, psum_bits: int) -> None:
    run_bench("psum_accumulator", __name__, sim, {"ROOT_W": root_bits, "PSUM_W": psum_bits})

"""rtl/mac_lane.v against pymodel's multiply and accumulate, cycle by cycle."""

from typing import Any

import cocotb
import pytest

from pymodel.formats.affine_int8 import accumulate, multiply
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

OPERANDS = ("x", "w", "x_zero_point", "w_zero_point")


@cocotb.test()
async def bench_overflows_its_width(dut: Any) -> None:
    """The largest product again and again, until the lane has wrapped."""
    bits = len(dut.lane_q)
    steps = min(1 << bits - 17, 400)
    await start_clock(dut, {"en": 1, "mask": 0, "w_zero_point": 127, "x_zero_point": 127})
    expected, got, acc = [], [], 0
    for step in range(steps):
        await cycle(dut, {"first": step == 0, "x": -128, "w": -128})
        acc = int(accumulate(acc, 255 * 255, Width(bits)))
        expected.append(acc)
        got.append(read_signed(dut.lane_q))
    expect(expected, got, bits)


@cocotb.test()
async def bench_random_control(dut: Any) -> None:
    """Random operands, restarts, masks and pauses; without `en` the lane holds."""
    random, bits = random_generator(), len(dut.lane_q)
    await start_clock(dut)
    operands = draw(random, len(dut.x), (DRAWS, 4))
    control = random.random((DRAWS, 3)) < (0.8, 0.1, 0.2)
    expected, got, acc = [], [], 0
    for step, (values, (en, first, mask)) in enumerate(zip(operands, control, strict=True)):
        en, first = en or step == 0, first or step == 0
        inputs = dict(zip(OPERANDS, values, strict=True))
        await cycle(dut, {**inputs, "mask": mask, "en": en, "first": first})
        if en:
            acc = int(accumulate(0 if first else acc, multiply(**inputs, mask=mask), Width(bits)))
        expected.append(acc)
        got.append(read_signed(dut.lane_q))
    expect(expected, got, bits)


@pytest.mark.parametrize("lane_bits", [32, 20, 18])
def test_mac_lane(sim: str, lane_bits: int) -> None:
    run_bench("mac_lane", __name__, sim, {"LANE_W": lane_bits})

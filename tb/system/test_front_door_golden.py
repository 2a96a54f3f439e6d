"""The golden corner cases through the front door, each under stalls drawn for it."""

import cocotb
import pytest

from golden.cases.case import GoldenCase
from golden.cases.load import load_suite
from tb.array_adapter import ArrayAdapter
from tb.front_door.arrays import run_benches
from tb.front_door.ports import DlaTop
from tb.front_door.testbench import TB, bench
from tb.layer import run_layer

pytestmark = pytest.mark.slow

CASES = load_suite("corner")


@bench
@cocotb.parametrize(case=[cocotb.Param(case, name=case.name) for case in CASES])
async def bench_case(dut: DlaTop, case: GoldenCase) -> None:
    """Every output is the one that the case's oracle confirmed."""
    tb = TB(dut)
    await tb.start()
    tb.set_idle_generator(tb.stalls(tb.draw_profile()))
    tb.set_backpressure_generator(tb.stalls(tb.draw_profile()))
    result = await run_layer(ArrayAdapter(tb.adapter), case.convolution, case.x, tb.config)
    tb.check_output(result.output, case.expected)


def test_golden_cases(sim: str) -> None:
    result = run_benches(sim, __name__)
    assert len(result.tests) == len(CASES)

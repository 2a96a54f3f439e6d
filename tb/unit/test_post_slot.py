"""rtl/post_slot.v: the pass-through that holds the place of a post-processing unit."""

from typing import Any

import cocotb
import pytest
from cocotb.triggers import Timer

from tb.unit.bench import random_generator, read, run_bench, write

STREAM = {"s_valid": "m_valid", "s_data": "m_data", "s_keep": "m_keep", "s_last": "m_last"}
OPERAND = ("operand_valid", "operand_data", "operand_keep", "operand_last")


@cocotb.test()
async def bench_passes_through(dut: Any) -> None:
    """The stream passes unchanged, ready passes back, and no operand is ever taken."""
    random = random_generator()
    for _ in range(200):
        names = (*STREAM, *OPERAND, "m_ready")
        inputs = {name: int.from_bytes(random.bytes(16)) for name in names}
        inputs |= {
            name: value & 1 for name, value in inputs.items() if len(getattr(dut, name)) == 1
        }
        write(dut, inputs)
        await Timer(1, unit="ns")
        for source, sink in STREAM.items():
            assert read(getattr(dut, sink)) == read(getattr(dut, source)), sink
        assert read(dut.s_ready) == inputs["m_ready"]
        assert read(dut.operand_ready) == 0


@pytest.mark.parametrize("width", [8, 128])
def test_post_slot(sim: str, width: int) -> None:
    run_bench("post_slot", __name__, sim, {"WIDTH": width})

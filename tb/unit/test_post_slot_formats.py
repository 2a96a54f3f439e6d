"""rtl/post_slot.v in the number formats that have no post-processing: a pass-through."""

from typing import Any

import cocotb
import pytest
from cocotb.triggers import Timer

from tb.registers import load_definitions
from tb.unit.bench import random_generator, read, run_bench, write

STREAM = {"s_valid": "m_valid", "s_data": "m_data", "s_keep": "m_keep", "s_last": "m_last"}
OTHERS = ("operand_valid", "operand_data", "operand_keep", "operand_last", "post", "m_ready")


@cocotb.test()
async def bench_passes_through(dut: Any) -> None:
    """The stream passes unchanged, ready passes back, and no operand is ever taken."""
    random = random_generator()
    for _ in range(200):
        names = (*STREAM, *OTHERS)
        inputs = {name: int.from_bytes(random.bytes(32)) for name in names}
        inputs = {
            name: value & (1 << len(getattr(dut, name))) - 1 for name, value in inputs.items()
        }
        write(dut, inputs)
        await Timer(1, unit="ns")
        for source, sink in STREAM.items():
            assert read(getattr(dut, sink)) == inputs[source], sink
        assert read(dut.s_ready) == inputs["m_ready"]
        assert read(dut.operand_ready) == 0


@pytest.mark.parametrize(
    ("number_format", "element_bits"),
    [("DYNAMIC_FIXED_POINT", 16), ("POWER_OF_TWO", 8), ("MINIFLOAT", 32)],
)
def test_post_slot_formats(sim: str, number_format: str, element_bits: int) -> None:
    code = load_definitions()[f"FORMAT_{number_format}"]
    parameters = {"FORMAT": code, "LANES": 4, "ELEM_W": element_bits}
    run_bench("post_slot", __name__, sim, parameters)

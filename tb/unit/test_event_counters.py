"""rtl/event_counters.v: each stage's events reach the counters of that stage, and no other."""

from typing import Any

import cocotb
import numpy as np
import pytest

from pymodel.formats.events import KINDS, STAGES
from tb.registers import load_definitions
from tb.unit.bench import cycle, random_generator, read, run_bench, start_clock

CYCLES = 100


@cocotb.test()
async def bench_random_events(dut: Any) -> None:
    """Random events in every stage; all counters after every cycle, and after a clear."""
    random, kinds = random_generator(), load_definitions()["EVENT_KINDS"]
    await start_clock(dut, {"clear": 1, **{f"{stage}_events": 0 for stage in STAGES}})
    counts = np.zeros((len(STAGES), kinds), dtype=np.int64)
    for number in range(CYCLES):
        clear = number in (0, CYCLES // 2)
        inputs = {"clear": int(clear)}
        for place, stage in enumerate(STAGES):
            operations = len(getattr(dut, f"{stage}_events")) // kinds
            events = random.random((operations, kinds)) < 0.1 * (1 + place)
            counts[place] += events.sum(axis=0)
            bits = enumerate(events.ravel())
            inputs[f"{stage}_events"] = sum(int(bit) << at for at, bit in bits)
        await cycle(dut, inputs)
        if clear:
            counts[:] = 0
        packed = sum(int(count) << 32 * place for place, count in enumerate(counts.ravel()))
        assert read(dut.counts) == packed, f"cycle {number}"


def test_the_model_names_the_same_counters() -> None:
    code = load_definitions()
    assert [code[f"EVENT_{kind.upper()}"] for kind in KINDS] == list(range(code["EVENT_KINDS"]))
    assert [code[f"STAGE_{stage.upper()}"] for stage in STAGES] == list(range(code["EVENT_STAGES"]))


@pytest.mark.parametrize("operations", [(1, 1, 1, 1, 1, 1), (16, 16, 28, 4, 8, 4)])
def test_event_counters(sim: str, operations: tuple[int, ...]) -> None:
    names = ("PRODUCTS", "LANES", "NODES", "ROOTS", "PSUMS", "OUTPUTS")
    run_bench("event_counters", __name__, sim, dict(zip(names, operations, strict=True)))

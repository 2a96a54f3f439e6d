"""The cocotb bench of a chain: every layer computes on what the DUT produced before it.

Layers of the array run on the DUT, the others in pymodel, between jobs. Each of the array's
outputs is compared with the model's chain, and so are the network's final outputs; an element with
X is a mismatch and feeds on as 0. Where the DUT fails outright, the run ends.
"""

import time
from collections.abc import Callable
from pathlib import Path

import cocotb
from cocotb.handle import HierarchyObject

from pymodel.chain import walk
from pymodel.errors import InputError
from tb.adapter import Adapter, DutError
from tb.bulk.bench import record_of
from tb.bulk.chain_plan import Chain, ChainRun, final_codes, read_chain
from tb.bulk.plan import Record, Settings, append_record, read_plan
from tb.job import LayerJob
from tb.layer import run_layer
from tb.scoreboard import ScoreboardError, compare


@cocotb.test()
async def bench_chain(dut: HierarchyObject) -> None:
    """Run, compare and record every run of the chain."""
    folder = Path.cwd()
    _, settings = read_plan(folder)
    chain = read_chain(folder)
    adapter = settings.dut.module().create(dut, settings.config, folder)
    for run in chain.runs:
        await run_chain(adapter, chain, run, settings, lambda each: append_record(folder, each))


async def run_chain(
    adapter: Adapter[LayerJob],
    chain: Chain,
    run: ChainRun,
    settings: Settings,
    record: Callable[[Record], None],
) -> None:
    """Take one input through the network, from reset, and record each comparison."""
    pending = [planned.index for planned in chain.planned_of(run)]
    steps = walk(chain.arithmetic, run.expected, run.inputs, run.given)
    try:
        await adapter.reset()
        step = next(steps)
        while True:
            cycles, started = adapter.cycles, time.perf_counter()
            ran = await run_layer(
                adapter, step.conv, step.x, settings.config, step.post, step.operand
            )
            wall_s = time.perf_counter() - started
            expected = run.expected[step.layer.index].reshape(step.conv.geometry.output_shape)
            comparison = ran.output.compare(expected)
            record(record_of(pending.pop(0), ran, comparison, adapter.cycles - cycles, wall_s))
            step = steps.send(ran.output.values.astype(expected.dtype))
    except StopIteration as end:
        found = compare(run.final, final_codes(chain.network, end.value))
        record(Record(pending.pop(0), found.outputs, found.mismatches, first=found.first))
    except (DutError, ScoreboardError, InputError) as error:
        for index in pending:
            record(Record(index, error=str(error)))

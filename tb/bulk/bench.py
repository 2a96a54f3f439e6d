"""The cocotb bench of whole layers, on any DUT: runs the plan in the simulator's working folder.

It passes when it got through the plan. Whether the outputs agree stands in the records, which the
host checks against the plan (tb.bulk.host).
"""

import time
from pathlib import Path

import cocotb
from cocotb.handle import HierarchyObject

from tb.adapter import Adapter, DutError
from tb.bulk.plan import Record, Settings, Task, append_record, read_plan
from tb.job import LayerJob
from tb.layer import LayerRun, run_layer
from tb.scoreboard import Comparison, ScoreboardError


@cocotb.test()
async def bench_plan(dut: HierarchyObject) -> None:
    """Run, compare and record every task of the plan."""
    folder = Path.cwd()
    tasks, settings = read_plan(folder)
    adapter = settings.dut.module().create(dut, settings.config, folder)
    for task in tasks:
        append_record(folder, await run_task(adapter, task, settings))


async def run_task(adapter: Adapter[LayerJob], task: Task, settings: Settings) -> Record:
    """Run one task, each time from reset, and compare all of its outputs."""
    try:
        cycles, started = adapter.cycles, time.perf_counter()
        for _ in range(settings.repeats):
            await adapter.reset()
            run = await run_layer(
                adapter, task.conv, task.x, settings.config, task.post, task.operand
            )
        wall_s = time.perf_counter() - started
        comparison = run.output.compare(task.expected)
    except (DutError, ScoreboardError) as error:
        return Record(index=task.index, error=str(error))
    return record_of(task.index, run, comparison, adapter.cycles - cycles, wall_s)


def record_of(
    index: int, run: LayerRun, comparison: Comparison, cycles: int, wall_s: float
) -> Record:
    """What came of number `index` of the plan: a layer's run, and how its output compares."""
    return Record(
        index=index,
        outputs=comparison.outputs,
        mismatches=comparison.mismatches,
        unknown=comparison.unknown,
        first=comparison.first,
        jobs=run.jobs,
        busy=run.counters.busy,
        stalled=run.counters.stalled,
        mac=run.counters.mac,
        events=list(run.counters.events),
        cycles=cycles,
        wall_s=wall_s,
    )

"""The cocotb bench of the bulk path: runs the plan that lies in the simulator's working folder.

It passes when it got through the plan. Whether the outputs agree stands in the records, which the
host checks against the plan (tb.bulk.host).
"""

import time
from pathlib import Path

import cocotb
from cocotb.clock import Clock

from tb.adapter import DutError
from tb.bulk.adapter import BulkAdapter
from tb.bulk.harness import Handle
from tb.bulk.hexfile import HexFileError
from tb.bulk.plan import Record, Settings, Task, append_record, read_plan
from tb.layer import run_layer
from tb.scoreboard import ScoreboardError


@cocotb.test()
async def bench_plan(dut: Handle) -> None:
    """Run, compare and record every task of the plan."""
    folder = Path.cwd()
    tasks, settings = read_plan(folder)
    dut.go.value = 0
    if settings.python_clock_ns is not None:
        Clock(dut.ext_clk, settings.python_clock_ns, unit="ns", impl="py").start()
    adapter = BulkAdapter(dut, settings.config, folder, settings.depths)
    for task in tasks:
        append_record(folder, await run_task(adapter, task, settings))


async def run_task(adapter: BulkAdapter, task: Task, settings: Settings) -> Record:
    """Run one task from reset and compare all of its outputs."""
    try:
        await adapter.reset()
        cycles, started = adapter.cycles, time.perf_counter()
        for _ in range(settings.repeats):
            run = await run_layer(adapter, task.conv, task.x, settings.config)
        wall_s = time.perf_counter() - started
        comparison = run.output.compare(task.expected)
    except (DutError, ScoreboardError, HexFileError) as error:
        return Record(index=task.index, error=str(error))
    return Record(
        index=task.index,
        outputs=comparison.outputs,
        mismatches=comparison.mismatches,
        unknown=comparison.unknown,
        first=comparison.first,
        jobs=run.jobs,
        busy=run.counters.busy,
        stalled=run.counters.stalled,
        mac=run.counters.mac,
        cycles=adapter.cycles - cycles,
        wall_s=wall_s,
    )

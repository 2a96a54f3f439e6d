"""The host's side of the bulk path: plan, start the simulators, believe only whole records."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from tb import runner
from tb.bulk import harness
from tb.bulk.plan import Record, Settings, Task, read_records, write_plan
from tb.paths import RTL_DIR
from tb.sources import rtl_sources

BENCH = "tb.bulk.bench"
VERILATOR_FLAGS = ("--timing", "-CFLAGS", "-fcoroutines -std=c++20", "-Wno-fatal")
SECONDS_PER_MEGA_CYCLE = {"verilator": 30.0, "icarus": 2000.0}
"""Wall time that is certainly too long, for the limit on a hung simulator."""
SPARE_S = 300.0


@dataclass(frozen=True)
class Simulation:
    """How to simulate: everything but the tasks.

    rtl_dir: folder of the RTL under test. module, testcase: the cocotb bench. seed: of Verilator's
    initial values. visible: let Verilator keep every signal visible, as benches usually do.
    """

    sim: str
    settings: Settings
    jobs: int = 1
    seed: int | None = None
    rtl_dir: Path = RTL_DIR
    module: str = BENCH
    testcase: str = "bench_plan"
    visible: bool = False
    depths: harness.Depths = harness.DEFAULT_DEPTHS


def check_records(tasks: Sequence[Task], records: Sequence[Record]) -> list[Record]:
    """One record a task, in the tasks' order; a task that was not wholly compared gets an error.

    An empty list of tasks, a missing record, two records of one task, and fewer or more outputs
    compared than the task has are errors: nothing that was skipped can pass.
    """
    if not tasks:
        raise runner.SimulationFailed("the bulk run has no tasks: nothing would be checked")
    checked = []
    for task in tasks:
        found = [record for record in records if record.index == task.index]
        record = found[0] if found else Record(task.index, error="no comparison was recorded")
        if len(found) > 1:
            record = replace(record, error=f"{len(found)} comparisons were recorded, expected 1")
        if record.error is None and record.outputs != task.expected.size:
            record = replace(
                record,
                error=f"{record.outputs} outputs were compared, the layer has {task.expected.size}",
            )
        checked.append(record)
    return checked


def run_bulk(
    tasks: Sequence[Task],
    simulation: Simulation,
    finished: Callable[[int], None] = lambda _: None,
) -> list[Record]:
    """Run and compare all tasks on the RTL, in `simulation.jobs` simulators side by side.

    Returns a record for each task in their order; `finished` is told the number of tasks that each
    simulator has completed when it ends. Raises SimulationFailed when there is no task or the RTL
    does not build, and InputError when the simulator is missing.
    """
    shards = _shards(tasks, simulation.jobs)
    runner.RUNS_DIR.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"bulk-{simulation.sim}-", dir=runner.RUNS_DIR))
    records: list[Record] = []
    try:
        with ThreadPoolExecutor(max_workers=max(1, len(shards))) as pool:
            runs = [
                pool.submit(_run_shard, shard, simulation, folder / str(number))
                for number, shard in enumerate(shards)
            ]
            for run in as_completed(runs):
                records += run.result()
                finished(len(run.result()))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return check_records(tasks, records)


def _shards(tasks: Sequence[Task], jobs: int) -> list[list[Task]]:
    """At most `jobs` lists of tasks with about the same MACs, the largest task first in each."""
    shards: list[list[Task]] = [[] for _ in range(max(1, min(jobs, len(tasks))))]
    for task in sorted(tasks, key=lambda task: -task.conv.geometry.macs):
        lightest = min(shards, key=lambda shard: sum(t.conv.geometry.macs for t in shard))
        lightest.append(task)
    return [shard for shard in shards if shard]


def _time_limit(tasks: Sequence[Task], simulation: Simulation) -> float:
    lanes = simulation.settings.config.datapath.ic_lanes * (
        simulation.settings.config.datapath.oc_lanes
    )
    macs = sum(task.conv.geometry.macs for task in tasks) * simulation.settings.repeats
    return SPARE_S + SECONDS_PER_MEGA_CYCLE[simulation.sim] * macs / lanes / 1e6


def _run_shard(tasks: Sequence[Task], simulation: Simulation, folder: Path) -> list[Record]:
    """Run one simulator on its tasks. A run that fails leaves its reason on the unrecorded ones."""
    folder.mkdir()
    write_plan(folder, tasks, simulation.settings)
    settings = simulation.settings
    reason = None
    try:
        runner.run(
            toplevel=harness.TOPLEVEL,
            module=simulation.module,
            sources=[harness.SOURCE, *rtl_sources("dla_top", simulation.rtl_dir)],
            sim=simulation.sim,
            parameters=harness.parameters(
                settings.config, simulation.depths, settings.python_clock_ns is None
            ),
            testcase=simulation.testcase,
            seed=simulation.seed,
            verilator_flags=VERILATOR_FLAGS,
            vlt=None if simulation.visible else harness.VLT,
            includes=(simulation.rtl_dir,),
            run_dir=folder,
            timeout_s=_time_limit(tasks, simulation),
            optimise="-O3",
        )
    except runner.SimulationFailed as failure:
        reason = str(failure)
    records = read_records(folder)
    recorded = {record.index for record in records}
    if reason is not None:
        records += [Record(t.index, error=reason) for t in tasks if t.index not in recorded]
        if all(task.index in recorded for task in tasks):
            records = [replace(record, error=record.error or reason) for record in records]
    return records

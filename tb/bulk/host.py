"""The host's side of a run of layers: plan, start the simulators, believe only whole records."""

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from pymodel.array.config import ArrayConfig
from pymodel.array.extent import extent
from pymodel.array.tiler import tile
from pymodel.convolution import Convolution
from tb import runner
from tb.bulk.parallel import call_all
from tb.bulk.plan import RECORDS_FILE, Record, Settings, Task, read_records, write_plan
from tb.bulk.planned import Planned

BENCH = "tb.bulk.bench"
VERILATOR_FLAGS = ("--timing", "-CFLAGS", "-fcoroutines -std=c++20", "-Wno-fatal")
SLOWEST_CYCLES_PER_S = {"verilator": 10_000, "icarus": 20}
"""What even a busy machine reaches, for the limit on a simulator that hangs."""
SPARE_S = 300.0
POLL_S = 0.2
JOB_OVERHEAD = 200
"""Cycles that a job spends on register accesses, about."""


@dataclass(frozen=True)
class Simulation:
    """How to simulate: everything but the tasks.

    module, testcase: the cocotb bench. seed: of Verilator's initial values.
    """

    sim: str
    settings: Settings
    jobs: int = 1
    seed: int | None = None
    module: str = BENCH
    testcase: str = "bench_plan"


class Shard(Protocol):
    """One simulator's part of a run."""

    @property
    def planned(self) -> Sequence[Planned]:
        """Everything that it must compare."""

    def write(self, folder: Path, settings: Settings) -> None:
        """Write what the bench reads to the simulator's folder."""

    def cycles(self, config: ArrayConfig) -> int:
        """About how many cycles it takes, loading included."""


def check_records(tasks: Sequence[Planned], records: Sequence[Record]) -> list[Record]:
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


def run_shards(
    shards: Sequence[Shard],
    simulation: Simulation,
    finished: Callable[[int], None] = lambda _: None,
) -> list[Record]:
    """Run every shard in a simulator of its own, side by side.

    Returns a record for everything planned, shard after shard. `finished` is told how many more
    comparisons have been recorded, from a thread of its own. The run's files stay where something
    failed, or with KEEP=1 in the environment.

    Raises:
        SimulationFailed: nothing is planned.
        InputError: the simulator is missing, or a layer does not fit the array.
    """
    planned = [each for shard in shards for each in shard.planned]
    if not planned:
        return check_records(planned, [])
    runner.RUNS_DIR.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"bulk-{simulation.sim}-", dir=runner.RUNS_DIR))
    folders = [folder / str(number) for number in range(len(shards))]
    keep = True
    try:
        with watched(folders, finished):
            if len(shards) == 1:
                runs = [_run_shard(shards[0], simulation, folders[0])]
            else:
                calls = [
                    (shard, simulation, place) for shard, place in zip(shards, folders, strict=True)
                ]
                runs = call_all(_run_shard, calls)
        records = check_records(planned, [record for run in runs for record in run])
        failed = any(record.error is not None for record in records)
        keep = failed or os.environ.get("KEEP") == "1"
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    return records


def run_bulk(
    tasks: Sequence[Task],
    simulation: Simulation,
    finished: Callable[[int], None] = lambda _: None,
) -> list[Record]:
    """Run and compare single layers in `simulation.jobs` simulators side by side.

    Returns a record for each task in their order; for the rest see `run_shards`.
    """
    records = run_shards(_shards(tasks, simulation), simulation, finished)
    return check_records(tasks, records)


@contextmanager
def watched(folders: Sequence[Path], finished: Callable[[int], None]) -> Iterator[None]:
    """Tell `finished` of the records that appear in the folders while the body runs."""
    over = threading.Event()

    def watch() -> None:
        told = 0
        while True:
            last = over.wait(POLL_S)
            files = [folder / RECORDS_FILE for folder in folders]
            count = sum(file.read_bytes().count(b"\n") for file in files if file.exists())
            if count > told:
                finished(count - told)
                told = count
            if last:
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def estimate_cycles(conv: Convolution, config: ArrayConfig) -> int:
    """About how many cycles a layer takes, loading included. InputError if it does not fit."""
    cycles = 0
    for job in tile(conv, config):
        size = extent(job, config)
        load = job.in_h * job.in_w * size.pixel_words
        load += (size.weight_words(job) + 3 * size.blocks) * config.datapath.oc_lanes
        cycles += size.steps(job) + load + JOB_OVERHEAD
    return cycles


@dataclass(frozen=True)
class TaskShard:
    """Single layers for one simulator."""

    planned: Sequence[Task]

    def write(self, folder: Path, settings: Settings) -> None:
        write_plan(folder, self.planned, settings)

    def cycles(self, config: ArrayConfig) -> int:
        return sum(estimate_cycles(task.conv, config) for task in self.planned)


def _shards(tasks: Sequence[Task], simulation: Simulation) -> list[TaskShard]:
    """At most `jobs` shards of about the same cycles, the longest task first in each."""
    config = simulation.settings.config
    cycles = {task.index: estimate_cycles(task.conv, config) for task in tasks}
    shards: list[list[Task]] = [[] for _ in range(min(simulation.jobs, len(tasks)))]
    loads = [0] * len(shards)
    for task in sorted(tasks, key=lambda task: -cycles[task.index]):
        lightest = loads.index(min(loads))
        shards[lightest].append(task)
        loads[lightest] += cycles[task.index]
    return [TaskShard(shard) for shard in shards if shard]


def _time_limit(shard: Shard, simulation: Simulation) -> float:
    settings = simulation.settings
    cycles = settings.repeats * shard.cycles(settings.config)
    return SPARE_S + cycles / SLOWEST_CYCLES_PER_S[simulation.sim]


def run_bench(simulation: Simulation, folder: Path, timeout_s: float) -> runner.RunResult:
    """Run the simulation's bench on the DUT, in `folder`. Raises what `runner.run` raises.

    Python sees the signals that the DUT's harness names; without a harness, the DUT's ports.
    """
    settings = simulation.settings
    dut, harness = settings.dut, settings.dut.harness()
    return runner.run(
        toplevel=harness.toplevel if harness else dut.top,
        module=simulation.module,
        sources=dut.sources(),
        sim=simulation.sim,
        parameters=dut.module().parameters(settings.config),
        testcase=simulation.testcase,
        seed=simulation.seed,
        verilator_flags=VERILATOR_FLAGS,
        vlt=harness.vlt if harness else None,
        top_only=harness is None,
        includes=dut.includes(),
        run_dir=folder,
        timeout_s=timeout_s,
        optimise="-O3",
    )


def _run_shard(shard: Shard, simulation: Simulation, folder: Path) -> list[Record]:
    """Run one simulator. A run that fails leaves its reason on what was not recorded."""
    folder.mkdir()
    shard.write(folder, simulation.settings)
    try:
        run_bench(simulation, folder, _time_limit(shard, simulation))
    except runner.SimulationFailed as failure:
        return _failed(shard.planned, read_records(folder), str(failure))
    return read_records(folder)


def _failed(tasks: Sequence[Planned], records: Sequence[Record], reason: str) -> list[Record]:
    """Records of a run that failed: those before the failure stand, the missing ones say why.

    The end of the log goes to the first of them only. Where none is missing the run failed after
    the last comparison, and none of them is believed.
    """
    recorded = {record.index for record in records}
    missing = [task for task in tasks if task.index not in recorded]
    if not missing:
        return [replace(record, error=record.error or reason) for record in records]
    reasons = [reason] + [reason.splitlines()[0]] * (len(missing) - 1)
    return [
        *records,
        *(Record(task.index, error=why) for task, why in zip(missing, reasons, strict=True)),
    ]

"""What a run of layers is to do, and what it did, as files in the run's folder.

The host writes the plan and believes only records that match it; the bench in the simulator reads
the plan and appends one record for each task as soon as it is compared.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pymodel.array.config import ArrayConfig
from pymodel.convolution import Convolution
from pymodel.datapath_json import datapath_of
from pymodel.geometry import ConvGeometry
from pymodel.post_processing import Elementwise, PostProcessing, Scaling
from pymodel.requantise import Requantise
from tb.adapter import NO_EVENTS
from tb.dut import Dut
from tb.scoreboard import Mismatch

PLAN_FILE, RECORDS_FILE = "plan.json", "records.jsonl"


@dataclass(frozen=True)
class Task:
    """One layer to run and compare: input x and expected output are stored codes NHWC.

    post: what the array does behind the convolution. operand: the second operand of its
    element-wise op, of the output's shape; None where there is none.
    """

    index: int
    conv: Convolution
    x: NDArray[np.signedinteger]
    expected: NDArray[np.signedinteger]
    post: PostProcessing | None = None
    operand: NDArray[np.signedinteger] | None = None


@dataclass(frozen=True)
class Settings:
    """What all tasks of a run share: the DUT, and the lanes and depths that it is built with.

    `repeats`: times that each task runs, for the benchmark.
    """

    config: ArrayConfig
    dut: Dut = field(default_factory=Dut)
    repeats: int = 1


@dataclass(frozen=True)
class Record:
    """What came of one task.

    outputs: elements compared. busy, stalled, mac, events: the DUT's counters over all jobs, as in
    tb.adapter.Counters. cycles: clock cycles in all, loading included, and wall_s the time they
    took, over `repeats`. error: why the task could not be compared; then outputs is 0.
    """

    index: int
    outputs: int = 0
    mismatches: int = 0
    unknown: int = 0
    first: Mismatch | None = None
    jobs: int = 0
    busy: int = 0
    stalled: int = 0
    mac: int = 0
    events: list[int] = field(default_factory=lambda: list(NO_EVENTS))
    cycles: int = 0
    wall_s: float = 0.0
    error: str | None = None


def _task_file(folder: Path, index: int) -> Path:
    return folder / f"task_{index}.npz"


def write_plan(folder: Path, tasks: Sequence[Task], settings: Settings) -> None:
    """Write plan.json and an .npz for each task; records of an earlier run are removed."""
    (folder / RECORDS_FILE).unlink(missing_ok=True)
    for task in tasks:
        conv = task.conv
        optional: dict[str, Any] = {
            "table": None if task.post is None else task.post.table,
            "operand": task.operand,
        }
        np.savez(
            _task_file(folder, task.index),
            weights=conv.weights,
            bias=conv.bias,
            multiplier=conv.requantise.multiplier,
            shift=conv.requantise.shift,
            scale=conv.requantise.scale,
            x=task.x,
            expected=task.expected,
            **{name: array for name, array in optional.items() if array is not None},
        )
    plan = {"settings": asdict(settings), "tasks": [_describe(task) for task in tasks]}
    text = json.dumps(plan, indent=1, default=os.fspath)
    (folder / PLAN_FILE).write_text(text, encoding="utf-8")


def _describe(task: Task) -> dict[str, Any]:
    """The numbers of a task that are no arrays."""
    conv = task.conv
    numbers = {
        name: getattr(conv.requantise, name)
        for name in ("rule", "zero_point", "clamp_min", "clamp_max")
    }
    return {
        "index": task.index,
        "name": conv.name,
        "geometry": asdict(conv.geometry),
        "x_zero_point": conv.x_zero_point,
        "w_zero_point": conv.w_zero_point,
        "requantise": numbers,
        "post": None if task.post is None else {"elementwise": _numbers(task.post)},
    }


def _numbers(post: PostProcessing) -> dict[str, Any] | None:
    """The numbers of the element-wise op, if there is one."""
    return None if post.elementwise is None else asdict(post.elementwise)


def read_plan(folder: Path) -> tuple[list[Task], Settings]:
    """The tasks and settings that `write_plan` wrote."""
    plan = json.loads((folder / PLAN_FILE).read_text(encoding="utf-8"))
    settings = plan["settings"]
    settings["config"]["datapath"] = datapath_of(settings["config"]["datapath"], PLAN_FILE)
    settings["config"] = ArrayConfig(**settings["config"])
    settings["dut"]["rtl"] = Path(settings["dut"]["rtl"])
    settings["dut"] = Dut(**settings["dut"])
    return [_read_task(folder, entry) for entry in plan["tasks"]], Settings(**settings)


def _read_task(folder: Path, entry: dict[str, Any]) -> Task:
    with np.load(_task_file(folder, entry["index"])) as arrays:
        conv = Convolution(
            name=entry["name"],
            geometry=ConvGeometry(**entry["geometry"]),
            weights=arrays["weights"],
            bias=arrays["bias"],
            x_zero_point=entry["x_zero_point"],
            w_zero_point=entry["w_zero_point"],
            requantise=Requantise(
                multiplier=arrays["multiplier"],
                shift=arrays["shift"],
                scale=arrays["scale"],
                **entry["requantise"],
            ),
        )
        return Task(
            index=entry["index"],
            conv=conv,
            x=arrays["x"],
            expected=arrays["expected"],
            post=_read_post(entry["post"], arrays.get("table")),
            operand=arrays.get("operand"),
        )


def _read_post(
    entry: dict[str, Any] | None, table: NDArray[np.int8] | None
) -> PostProcessing | None:
    """The post-processing that `_describe` described, with its table."""
    if entry is None:
        return None
    numbers = entry["elementwise"]
    if numbers is None:
        return PostProcessing(table=table)
    scalings = {name: Scaling(**numbers[name]) for name in ("a", "b", "y")}
    return PostProcessing(table=table, elementwise=Elementwise(**(numbers | scalings)))


def append_record(folder: Path, record: Record) -> None:
    """Append one record; what is written survives a simulator that ends early."""
    with (folder / RECORDS_FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(record)) + "\n")


def read_records(folder: Path) -> list[Record]:
    """All complete records of a run, in the order of the file; none if there is no file."""
    path = folder / RECORDS_FILE
    if not path.exists():
        return []
    records = []
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if not line.endswith("\n"):
            continue
        fields = json.loads(line)
        if fields["first"] is not None:
            first = fields["first"]
            fields["first"] = Mismatch(tuple(first["index"]), first["expected"], first["got"])
        records.append(Record(**fields))
    return records

"""The golden corner cases on arrays of several shapes, through the bulk path."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from golden.cases.case import GoldenCase
from golden.cases.load import load_suite
from pymodel.array.config import ArrayConfig
from pymodel.array.job import Job
from pymodel.array.tiler import tile
from pymodel.presets import preset
from tb.bulk.host import Simulation, run_bulk
from tb.bulk.plan import Record, Settings, Task

CASES = load_suite("corner")
SMALL_BUFFERS = {"act_depth": 25, "weight_depth": 25, "param_depth": 1, "psum_depth": 6}
"""The smallest that hold the window of one output of every case, so that layers are cut up."""


def _array(ic_lanes: int, oc_lanes: int, **depths: Any) -> ArrayConfig:
    datapath = replace(preset("int8"), ic_lanes=ic_lanes, oc_lanes=oc_lanes)
    return ArrayConfig(datapath, **depths)


ARRAYS = {
    "1x1_small_buffers": _array(1, 1, **SMALL_BUFFERS),
    "4x4_small_buffers": _array(4, 4, **SMALL_BUFFERS),
    "4x16": _array(4, 16),
    "8x8": _array(8, 8),
    "16x16": _array(16, 16),
}
"""By IC_LANES x OC_LANES."""


def finding(case: GoldenCase, record: Record, config: ArrayConfig) -> str | None:
    """What is wrong with a case, in a line; None if all outputs were compared and agree."""
    if record.error is not None:
        return record.error
    if record.first is not None:
        return f"{record.mismatches} of {record.outputs} differ; {record.first.describe(8)}"
    jobs = len(tile(case.convolution, config))
    found = (record.outputs, record.mismatches, record.unknown, record.jobs)
    expected = (case.expected.size, 0, 0, jobs)
    return None if found == expected else f"recorded {found}, expected {expected}"


SLOW_ON = {"1x1_small_buffers": "icarus", "4x16": "verilator", "8x8": "verilator"}


@pytest.mark.parametrize(
    "array",
    [
        pytest.param(name, marks=pytest.mark.slow_on(SLOW_ON[name])) if name in SLOW_ON else name
        for name in ARRAYS
    ],
)
def test_every_output_of_every_case(sim: str, array: str) -> None:
    config = ARRAYS[array]
    tasks = [
        Task(index, case.convolution, case.x, case.expected) for index, case in enumerate(CASES)
    ]
    records = run_bulk(tasks, Simulation(sim, Settings(config)))
    found = {
        case.name: finding(case, record, config)
        for case, record in zip(CASES, records, strict=True)
    }
    assert {name: what for name, what in found.items() if what is not None} == {}
    assert sum(record.outputs for record in records) == sum(case.expected.size for case in CASES)


def _cut_by(jobs: Sequence[Job], groups: int) -> set[str]:
    """The dimensions along which a layer of `groups` convolution groups was cut."""
    ways = {
        "rows": len({(job.rows.start, job.rows.stop) for job in jobs if job.rows.step == 1}) > 1,
        "columns": len({(job.cols.start, job.cols.stop) for job in jobs if job.cols.step == 1}) > 1,
        "phases of rows": any(job.rows.step > 1 for job in jobs),
        "phases of columns": any(job.cols.step > 1 for job in jobs),
        "groups together": 1 < len({job.out_channel_range for job in jobs}) < groups,
        "depthwise": any(job.depthwise for job in jobs),
        "output channels": len({job.out_channel_range for job in jobs}) > groups,
        "keep psums": any(job.keep_psum for job in jobs),
        "load psums": any(job.load_psum for job in jobs),
        "keep and load": any(job.keep_psum and job.load_psum for job in jobs),
    }
    return {name for name, holds in ways.items() if holds}


@pytest.mark.parametrize(
    ("array", "missing"),
    [("1x1_small_buffers", {"groups together"}), ("4x4_small_buffers", set())],
)
def test_small_buffers_cut_in_every_way(array: str, missing: set[str]) -> None:
    """Were the buffers larger, the runs above would not show that tiles fit together."""
    cuts = [
        _cut_by(tile(case.convolution, ARRAYS[array]), case.convolution.geometry.groups)
        for case in CASES
    ]
    every_way = {
        *("rows", "columns", "phases of rows", "phases of columns", "output channels"),
        *("keep psums", "load psums", "keep and load", "groups together", "depthwise"),
    }
    assert set().union(*cuts) == every_way - missing
    assert sum(bool(cut) for cut in cuts) > len(CASES) // 2

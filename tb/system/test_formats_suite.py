"""The golden cases of every number format on the RTL, each in its own datapath and lanes.

Every output, and every count of numeric events that the array has: what the model counts in a
whole layer is what the counters hold over its jobs. tb.model.test_golden_losses says that these
events are all that can occur.
"""

from itertools import groupby

import pytest

from golden.cases.case import GoldenCase
from golden.cases.load import load_suite
from pymodel.array.config import ArrayConfig
from pymodel.array.events import EventCounts, named_events
from pymodel.datapath import Datapath
from pymodel.layer import run
from pymodel.presets import PRESETS
from tb.bulk.host import Simulation, run_bulk
from tb.bulk.plan import Settings, Task

CASES = load_suite("formats")
ON_VERILATOR = ("dfp8_trunc4", "pow2_w4")
"""Presets that run on Verilator every time, the others on Icarus: each is slow on the other one."""


def arrays(name: str) -> list[tuple[Datapath, list[GoldenCase]]]:
    """A preset's cases by the array that they run on."""

    def lanes(case: GoldenCase) -> int:
        return case.datapath.ic_lanes

    cases = sorted((case for case in CASES if case.datapath.name == name), key=lanes)
    grouped = [list(of_array) for _, of_array in groupby(cases, key=lanes)]
    return [(of_array[0].datapath, of_array) for of_array in grouped]


def counted(case: GoldenCase) -> dict[str, dict[str, int]]:
    counts = EventCounts()
    run(case.convolution, case.x, case.datapath, counts)
    return counts.nonzero()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name, marks=pytest.mark.slow_on("icarus" if name in ON_VERILATOR else "verilator")
        )
        for name in PRESETS
    ],
)
def test_every_output_and_event_of_every_case(sim: str, name: str) -> None:
    assert arrays(name)
    for path, cases in arrays(name):
        config = ArrayConfig(path, events=True)
        tasks = [Task(i, case.convolution, case.x, case.expected) for i, case in enumerate(cases)]
        records = run_bulk(tasks, Simulation(sim, Settings(config)))
        found = {
            case.name: (record.error, record.outputs, record.mismatches)
            for case, record in zip(cases, records, strict=True)
        }
        assert found == {case.name: (None, case.expected.size, 0) for case in cases}
        events = {
            case.name: named_events(tuple(record.events))
            for case, record in zip(cases, records, strict=True)
        }
        assert events == {case.name: counted(case) for case in cases}

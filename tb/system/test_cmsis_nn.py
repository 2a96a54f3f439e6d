"""CMSIS-NN's own unit-test vectors on the RTL: every output of every case, on both simulators."""

from dataclasses import replace
from pathlib import Path

import pytest

from pymodel.array.config import ArrayConfig
from pymodel.presets import preset
from tb.bulk.host import Simulation, run_bulk
from tb.bulk.plan import Settings, Task
from tb.model.cmsis_nn import CASES, load


@pytest.mark.parametrize("lanes", [4, pytest.param(16, marks=pytest.mark.slow_on("icarus"))])
def test_every_case(sim: str, lanes: int, shared_data: Path) -> None:
    config = ArrayConfig(replace(preset("int8"), ic_lanes=lanes, oc_lanes=lanes))
    tasks = [Task(index, *load(shared_data, name)) for index, name in enumerate(CASES)]
    records = run_bulk(tasks, Simulation(sim, Settings(config)))
    found = {
        name: (record.error, record.outputs, record.mismatches)
        for name, record in zip(CASES, records, strict=True)
    }
    assert found == {name: (None, outputs, 0) for name, outputs in CASES.items()}

"""The second DUT, a serial engine, by the same suite as the array; and broken on purpose."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from golden.cases.case import VECTORS
from golden.cases.load import load_case, load_suite
from pymodel.array.config import ArrayConfig
from pymodel.convolution import Convolution
from pymodel.layer import run
from tb.bulk.host import Simulation, run_bulk
from tb.bulk.plan import Record, Settings, Task
from tb.dut import Dut
from tb.paths import PROJECT_ROOT
from tb.serial_mac import adapter
from tb.system.broken_rtl import Edit, edited_rtl

FOLDER = PROJECT_ROOT / "tb" / "hdl" / "serial_mac"
SUITE = load_suite("corner")
SMALL_BUFFERS = {"act_depth": 49, "weight_depth": 25, "param_depth": 1, "psum_depth": 6}
"""With these most layers are cut up, and hand psums from job to job."""
CASE = load_case(VECTORS / "corner" / "conv1x1")
TASK = Task(0, CASE.convolution, CASE.x, CASE.expected)
Run = Callable[..., list[Record]]


def _dut(rtl: Path = FOLDER) -> Dut:
    return Dut(rtl, "serial_mac", "tb.serial_mac.adapter")


@pytest.fixture
def simulate(sim: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs tasks on the serial engine, or on a copy with one line edited."""
    monkeypatch.setattr("tb.runner.RUNS_DIR", tmp_path / "runs")  # failed runs keep their folders

    def run(
        tasks: list[Task], edit: Edit | None = None, config: ArrayConfig | None = None
    ) -> list[Record]:
        dut = _dut() if edit is None else _dut(edited_rtl(edit, tmp_path, FOLDER))
        return run_bulk(tasks, Simulation(sim, Settings(config or dut.config(), dut)))

    return run


@pytest.mark.parametrize(
    "depths",
    [
        pytest.param({}, id="own_buffers"),
        pytest.param(SMALL_BUFFERS, id="small_buffers", marks=pytest.mark.slow_on("icarus")),
    ],
)
def test_corner_suite(simulate: Run, depths: dict[str, Any]) -> None:
    """Every output of every golden case, psums kept from job to job among them."""
    tasks = [
        Task(index, case.convolution, case.x, case.expected) for index, case in enumerate(SUITE)
    ]
    records = simulate(tasks, config=replace(adapter.config(), **depths))
    for case, record in zip(SUITE, records, strict=True):
        found = (record.outputs, record.mismatches, record.error)
        assert found == (case.expected.size, 0, None), case.name
        assert record.mac > 0 and record.busy > record.mac
    assert (sum(record.jobs for record in records) > 10 * len(SUITE)) is bool(depths)


@pytest.mark.slow_on("verilator")
def test_output_buffer_that_fills_up(simulate: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine waits for the host, whether the job ends with a full buffer or not."""
    parameters = adapter.parameters
    for depth in (CASE.expected.size, CASE.expected.size // 4, 7):
        monkeypatch.setattr(
            adapter,
            "parameters",
            lambda config, depth=depth: {**parameters(config), "OUT_DEPTH": depth},
        )
        (record,) = simulate([TASK])
        assert (record.outputs, record.mismatches, record.error) == (CASE.expected.size, 0, None)


def test_wrong_rounding(simulate: Run) -> None:
    """Exactly the outputs differ that a tie decides: it goes up where it should go away from 0."""
    ties = next(case for case in SUITE if _ties_up(case.convolution, case.x, case.expected).any())
    differs = _ties_up(ties.convolution, ties.x, ties.expected)
    edit = Edit("serial_requantise.v", "rounding == AWAY && state_q", "1'b0 && state_q")
    (record,) = simulate([Task(0, ties.convolution, ties.x, ties.expected)], edit)
    assert (record.outputs, record.mismatches) == (ties.expected.size, differs.sum())
    assert record.first is not None and record.first.index == tuple(np.argwhere(differs)[0])


def _ties_up(
    conv: Convolution, x: NDArray[np.int8], expected: NDArray[np.int8]
) -> NDArray[np.bool_]:
    """Where the layer's output would be another with ties up; nowhere if they don't go away."""
    if conv.requantise.rule != "double_away":
        return np.zeros(expected.shape, dtype=np.bool_)
    up = replace(conv, requantise=replace(conv.requantise, rule="double_up"))
    return np.asarray(run(up, x) != expected, dtype=np.bool_)


def test_unknown_bit(simulate: Run, sim: str) -> None:
    edit = Edit("serial_requantise.v", ": shifted[7:0];", ": {shifted[7:1], 1'bx};")
    (record,) = simulate([TASK], edit)
    assert (record.outputs, record.error) == (CASE.expected.size, None)
    assert record.mismatches > 0
    if sim == "icarus":  # Verilator has no X
        assert record.unknown == record.mismatches and record.first is not None
        assert record.first.describe(8).endswith("got X")


@pytest.mark.parametrize(
    ("edit", "error"),
    [
        (
            Edit("serial_mac.v", "last_output) done_q <= 1'b1;", "last_output) done_q <= 1'b0;"),
            r"the DUT did not raise attention within \d+ cycles",
        ),
        (
            Edit("serial_mac.v", "stored_q <= stored_q + 32'd1;", "stored_q <= stored_q + 32'd2;"),
            "the DUT sent 200 output vectors, the job has 100",
        ),
        (
            Edit("serial_mac.v", "ROUNDING_ILLEGAL = 2'd3", "ROUNDING_ILLEGAL = 2'd0"),
            "the DUT refused the job: its rounding rule is illegal",
        ),
        (
            Edit("serial_mac.v", "busy_cycles_q <= 32'd0;", "busy_cycles_q <= 32'bx;"),
            r"register 22 reads [01xX]{32}|None",
        ),
    ],
    ids=["hang", "wrong_count", "refused", "unknown_counter"],
)
def test_dut_that_gives_no_result(simulate: Run, sim: str, edit: Edit, error: str) -> None:
    """The record says why; on Verilator, which has no X, an unknown counter is some number."""
    (record,) = simulate([TASK], edit)
    assert re.fullmatch(error, str(record.error))
    assert record.error is not None or sim == "verilator"

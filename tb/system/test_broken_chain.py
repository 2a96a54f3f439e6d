"""The chain from a golden case to a record, broken on purpose in each place: it must go red."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from golden.cases.case import VECTORS
from golden.cases.load import load_case
from pymodel.array.config import ArrayConfig
from pymodel.layer import run
from pymodel.presets import preset
from tb.bulk.host import Simulation, run_bulk
from tb.bulk.plan import Record, Settings, Task
from tb.dut import Dut
from tb.paths import RTL_DIR
from tb.runner import SimulationFailed
from tb.scoreboard import Mismatch
from tb.system import broken_rtl
from tb.system.broken_rtl import Edit, edited_rtl

BENCHES = "tb.system.broken_benches"
CASES = [load_case(VECTORS / "corner" / name) for name in ("conv1x1", "conv3x3_same")]
TASKS = [Task(index, case.convolution, case.x, case.expected) for index, case in enumerate(CASES)]
CONFIG = ArrayConfig(replace(preset("int8"), ic_lanes=4, oc_lanes=4))
Run = Callable[..., list[Record]]


@pytest.fixture
def simulate(sim: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs tasks on the 4x4 array; keywords are Simulation's."""
    monkeypatch.setattr("tb.runner.RUNS_DIR", tmp_path / "runs")  # failed runs keep their folders

    def run(tasks: list[Task] = TASKS, rtl: Path = RTL_DIR, **broken: Any) -> list[Record]:
        return run_bulk(tasks, Simulation(sim, Settings(CONFIG, Dut(rtl)), **broken))

    return run


@pytest.fixture
def simulate_edited(simulate: Run, tmp_path: Path) -> Callable[[Edit], list[Record]]:
    """Return a function that runs TASKS on the RTL with one line edited."""
    return lambda edit: simulate(rtl=edited_rtl(edit, tmp_path))


def test_sound_chain(simulate: Run) -> None:
    """What every test below breaks: all outputs compared, no mismatch, no error."""
    for case, record in zip(CASES, simulate(), strict=True):
        assert (record.outputs, record.mismatches, record.error) == (case.expected.size, 0, None)


def test_flipped_bit_of_a_golden_output(simulate: Run) -> None:
    expected = CASES[1].expected.copy()
    place = (0, 4, 5, 3)
    expected[place] ^= 1 << 6
    sound, broken = simulate([TASKS[0], replace(TASKS[1], expected=expected)])
    assert sound.mismatches == 0
    assert (broken.outputs, broken.mismatches, broken.error) == (expected.size, 1, None)
    assert broken.first == Mismatch(place, int(expected[place]), int(CASES[1].expected[place]))


def test_flipped_bit_of_a_weight(simulate: Run) -> None:
    """Exactly the outputs differ whose sums the weight enters and changes."""
    case = CASES[1]
    weights = case.convolution.weights.copy()
    weights[2, 1, 1, 3] ^= 1 << 5
    conv = replace(case.convolution, weights=weights)
    differs = run(conv, case.x) != case.expected
    assert differs[..., 2].any() and not differs[..., [0, 1, 3, 4]].any()
    (record,) = simulate([Task(0, conv, case.x, case.expected)])
    assert (record.mismatches, record.error) == (differs.sum(), None)
    assert record.first is not None and record.first.index == tuple(np.argwhere(differs)[0])


def test_stuck_output_bit(simulate_edited: Callable[[Edit], list[Record]]) -> None:
    """Exactly the even outputs differ when the lowest bit is always 1."""
    for case, record in zip(CASES, simulate_edited(broken_rtl.STUCK_OUTPUT), strict=True):
        even = case.expected % 2 == 0
        assert (record.mismatches, record.unknown, record.error) == (even.sum(), 0, None)
        place = tuple(np.argwhere(even)[0])
        assert record.first == Mismatch(place, case.expected[place], case.expected[place] + 1)


def test_unknown_output_bit(sim: str, simulate_edited: Callable[[Edit], list[Record]]) -> None:
    """Icarus shows the X; Verilator, which has none, a bit that is drawn when the run starts."""
    for case, record in zip(CASES, simulate_edited(broken_rtl.UNKNOWN_OUTPUT), strict=True):
        assert (record.outputs, record.error) == (case.expected.size, None)
        assert record.first is not None
        if sim == "icarus":
            assert record.unknown == record.mismatches == record.outputs
            assert record.first == Mismatch((0, 0, 0, 0), case.expected[0, 0, 0, 0], None)
            assert record.first.describe(8).endswith("got X")
        else:
            assert 0 < record.mismatches <= record.outputs


@pytest.mark.parametrize(
    ("edit", "step"),
    [
        (broken_rtl.NEVER_DONE, "finish the job and raise irq"),
        (broken_rtl.NEVER_READY, r"take \d+ beats of stream tdest 0"),
        (broken_rtl.NEVER_ANSWERS, r"write 0x\d{8} to register 0x\d\d"),
    ],
    ids=["never_done", "never_ready", "never_answers"],
)
def test_hung_dut(simulate_edited: Callable[[Edit], list[Record]], edit: Edit, step: str) -> None:
    """The run ends at a limit in cycles, and names the step that the DUT did not complete."""
    for record in simulate_edited(edit):
        message = rf"job 0: the DUT did not {step} within \d+ cycles"
        assert re.fullmatch(message, str(record.error))


def test_empty_case_list(simulate: Run) -> None:
    with pytest.raises(SimulationFailed, match="no tasks: nothing would be checked"):
        simulate([])


@pytest.mark.parametrize(
    ("bench", "errors"),
    [
        ("bench_runs_nothing", ["no comparison was recorded"] * 2),
        ("bench_skips_the_last_task", ["no comparison was recorded", None]),
        (
            "bench_skips_an_output",
            [f"{task.expected.size - 1} outputs were compared, the layer has {task.expected.size}"
             for task in TASKS],
        ),
        ("bench_compares_twice", ["2 comparisons were recorded, expected 1"] * 2),
    ],
)  # fmt: skip
def test_skipped_comparison(simulate: Run, bench: str, errors: list[str | None]) -> None:
    """TASKS[0] is the smaller one, which the plan puts last."""
    records = simulate(module=BENCHES, testcase=bench)
    assert [record.error for record in records] == errors


@pytest.mark.parametrize(
    ("bench", "reason"),
    [
        ("bench_ends_before_the_last_task", "ended without writing results"),
        ("bench_ends_after_the_last_task", "ended without writing results"),
        ("bench_fails_after_the_last_task", "1 of 1 tests failed: bench_fails_after_the_last_task"),
    ],
)
def test_simulation_that_did_not_pass(simulate: Run, bench: str, reason: str) -> None:
    """A whole record counts for nothing when the test that wrote it did not pass."""
    errors = [record.error for record in simulate(module=BENCHES, testcase=bench)]
    assert reason in str(errors[0])
    assert "before" in bench or reason in str(errors[1])


def test_rtl_that_ends_the_simulation(
    simulate_edited: Callable[[Edit], list[Record]],
) -> None:
    for record in simulate_edited(broken_rtl.FINISHES):
        assert "tests failed: bench_plan" in str(record.error) or (
            "the HDL ended the simulation" in str(record.error)
        )


def test_unknown_test_name(simulate: Run) -> None:
    for record in simulate(testcase="bench_plans"):
        assert "no test named bench_plans" in str(record.error)


def test_unknown_bench_module(simulate: Run) -> None:
    for record in simulate(module="tb.bulk.bentch"):
        assert "tb.bulk.bentch" in str(record.error)

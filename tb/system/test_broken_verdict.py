"""A chain broken beneath `python -m tb.verify` ends in verdict fail and exit status 1."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tb.verify.command as command
from golden.cases.case import VECTORS, GoldenCase
from golden.cases.load import load_case
from tb.bulk.host import Simulation
from tb.cli.verify_command import Done, Verify, make_verify
from tb.system import broken_rtl
from tb.system.broken_rtl import Edit, edited_rtl

CASE = load_case(VECTORS / "corner" / "conv1x1")
BENCHES = "tb.system.broken_benches"
SKIPPED = {"module": BENCHES, "testcase": "bench_runs_nothing"}
SHORTENED = {"module": BENCHES, "testcase": "bench_skips_an_output"}
EXITS = {"module": BENCHES, "testcase": "bench_ends_after_the_last_task"}
NO_SUCH_TEST = {"testcase": "bench_plans"}


@pytest.fixture
def verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Verify:
    """Return a function that runs the command on one small golden case and a 4x4 array."""
    monkeypatch.setattr("tb.runner.RUNS_DIR", tmp_path / "runs")  # failed runs keep their folders
    run = make_verify(tmp_path / "results", monkeypatch, capsys)
    monkeypatch.setattr("tb.verify.suite.load_suite", lambda _: (CASE,))
    arguments = ("--suite", "corner", "--ic-lanes", "4", "--oc-lanes", "4")
    return lambda sim, *more: run(*arguments, "--sim", sim, "--partial", *more)


def check_failed(done: Done, sim: str, mismatches: int, finding: str) -> None:
    """Check the status, the result file and what was printed."""
    (document,) = done.documents.values()
    assert (done.status, document["verdict"]) == (1, "fail")
    (layer,) = document["layers"]
    assert (layer["mismatches"], layer["status"]) == (mismatches, "fail")
    lines = done.out.splitlines()
    assert any("conv1x1 (CONV_2D): RTL" in line and finding in line for line in lines)
    assert lines[-2].startswith(f"run again: python -m tb.verify --sim {sim} --suite corner")
    where = "the RTL" if document["dut"]["rtl"] == "rtl" else "dla_top"
    assert lines[-1].startswith(
        f"FAIL: 1 layer on {where} ({sim}), 100 outputs, {mismatches} mismatches against the model"
    )


def test_sound_chain(verify: Verify, sim: str) -> None:
    done = verify(sim)
    assert (done.status, done.documents[f"corner-{sim}"]["verdict"]) == (0, "pass")


def spoilt(tensor: str) -> GoldenCase:
    """CASE with one bit of its weights or its expected output flipped."""
    if tensor == "output":
        expected = CASE.expected.copy()
        expected[0, 4, 3, 4] ^= 1
        return replace(CASE, expected=expected)
    weights = CASE.convolution.weights.copy()
    weights[0, 0, 0, 0] ^= 64
    return replace(CASE, convolution=replace(CASE.convolution, weights=weights))


def test_flipped_bit_of_an_output(
    verify: Verify, sim: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tb.verify.suite.load_suite", lambda _: (spoilt("output"),))
    check_failed(verify(sim), sim, 1, "1 of 100 outputs differ; first at (n=0, h=4, w=3, c=4)")


def test_flipped_bit_of_a_weight(verify: Verify, sim: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tb.verify.suite.load_suite", lambda _: (spoilt("weights"),))
    done = verify(sim)
    wrong = done.documents[f"corner-{sim}"]["layers"][0]["mismatches"]
    assert 0 < wrong <= 20, "only output channel 0 of 20 pixels can differ"
    check_failed(done, sim, wrong, f"{wrong} of 100 outputs differ; first at (n=0, h=")


def test_stuck_output(verify: Verify, sim: str, tmp_path: Path) -> None:
    even = int(np.sum(CASE.expected % 2 == 0))
    done = verify(sim, "--rtl", edited_rtl(broken_rtl.STUCK_OUTPUT, tmp_path))
    check_failed(done, sim, even, f"{even} of 100 outputs differ; first at")


def test_unknown_output(verify: Verify, sim: str, tmp_path: Path) -> None:
    """Verilator has no X: there the bit has a value that is right for some of the outputs."""
    done = verify(sim, "--rtl", edited_rtl(broken_rtl.UNKNOWN_OUTPUT, tmp_path))
    if sim == "icarus":
        check_failed(done, sim, 100, "100 of 100 outputs differ (100 of them X); first at")
        assert "got X\n" in done.out
    else:
        (document,) = done.documents.values()
        wrong = document["layers"][0]["mismatches"]
        check_failed(done, sim, wrong, f"{wrong} of 100 outputs differ; first at")


@pytest.mark.parametrize(
    ("edit", "finding"),
    [
        (broken_rtl.NEVER_DONE, "the DUT did not finish the job and raise irq within"),
        (broken_rtl.FINISHES, "bulk_harness on "),
    ],
    ids=["hung", "finishes"],
)
def test_rtl_that_gives_no_result(
    verify: Verify,
    sim: str,
    tmp_path: Path,
    edit: Edit,
    finding: str,
) -> None:
    """Outputs that never came count as mismatches."""
    check_failed(verify(sim, "--rtl", edited_rtl(edit, tmp_path)), sim, 100, finding)


@pytest.mark.parametrize(
    ("broken", "finding"),
    [
        (SKIPPED, "no comparison was recorded"),
        (SHORTENED, "99 outputs were compared, the layer has 100"),
        (EXITS, "the simulator ended without writing results"),
        (NO_SUCH_TEST, "no test named bench_plans"),
    ],
    ids=["skipped", "shortened", "exits", "no_such_test"],
)
def test_bench_that_shows_nothing(
    verify: Verify,
    sim: str,
    monkeypatch: pytest.MonkeyPatch,
    broken: dict[str, Any],
    finding: str,
) -> None:
    monkeypatch.setattr(command, "Simulation", partial(Simulation, **broken))
    check_failed(verify(sim), sim, 100, finding)

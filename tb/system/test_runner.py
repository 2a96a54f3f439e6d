"""The runner: a run that shows no passed test goes red, in whichever way it fails to."""

import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pymodel.errors import InputError
from tb.runner import RunResult, SimulationFailed, run

BENCHES = "tb.system.runner_benches"
IDLE = """`default_nettype none
`include "width.vh"
module idle_dut #(parameter WIDTH = `WIDTH) (
  input wire clk, input wire [WIDTH-1:0] data, output reg [63:0] idle_q
);
  wire unused = &{1'b0, clk, data};
endmodule
"""
QUITS = """`default_nettype none
module quits (input wire clk, input wire [3:0] data);
  always @(posedge clk) $finish;
endmodule
"""
Run = Callable[..., RunResult]


@pytest.fixture
def run_idle(tmp_path: Path, sim: str) -> Run:
    """Return a function that runs one of BENCHES on a DUT that does nothing."""
    source = tmp_path / "idle_dut.v"
    source.write_text(IDLE)
    (tmp_path / "width.vh").write_text("`define WIDTH 4\n")

    def run_it(testcase: str | None, **options: Any) -> RunResult:
        settings: dict[str, Any] = {
            "toplevel": "idle_dut",
            "module": BENCHES,
            "sources": [source],
            "includes": [tmp_path],
            "sim": sim,
            "testcase": testcase,
            "optimise": "-O0",
        }
        return run(**(settings | options))

    return run_it


def test_passes(run_idle: Run) -> None:
    result = run_idle("bench_passes")
    assert result.tests == ("bench_passes",)
    assert not result.run_dir.exists(), "a passed run cleans up"


def test_failing_test(run_idle: Run) -> None:
    """The message gives the seed, the command that repeats the run, and the test's own error."""
    said = r"(?s)1 of 1 tests failed: bench_fails; seed: 5 \(again: SEED=5 pytest '.*test_failing"
    with pytest.raises(SimulationFailed, match=rf"{said}.*no port has zero bits"):
        run_idle("bench_fails", seed=5)


def test_one_of_two_fails(run_idle: Run) -> None:
    with pytest.raises(SimulationFailed, match="1 of 2 tests failed: bench_fails"):
        run_idle(["bench_passes", "bench_fails"])


def test_no_such_test(run_idle: Run) -> None:
    with pytest.raises(SimulationFailed, match="no test named bench_passe;"):
        run_idle("bench_passe")


def test_one_name_of_two_is_unknown(run_idle: Run) -> None:
    with pytest.raises(SimulationFailed, match="no test named bench_nonexistent"):
        run_idle(["bench_passes", "bench_nonexistent"])


def test_all_skipped(run_idle: Run) -> None:
    with pytest.raises(SimulationFailed, match="no test: all 1 were skipped"):
        run_idle(None, module="tb.system.runner_benches_skipped")


def test_no_such_module(run_idle: Run) -> None:
    with pytest.raises(SimulationFailed, match="nonexistent_module"):
        run_idle(None, module="tb.system.nonexistent_module")


def test_simulator_finishes_early(tmp_path: Path, sim: str) -> None:
    source = tmp_path / "quits.v"
    source.write_text(QUITS)
    with pytest.raises(
        SimulationFailed,
        match=r"tests failed: bench_ends_the_simulator|the HDL ended the simulation",
    ):
        run(
            toplevel="quits",
            module=BENCHES,
            sources=[source],
            sim=sim,
            testcase="bench_ends_the_simulator",
            optimise="-O0",
        )


def test_simulator_dies(run_idle: Run) -> None:
    with pytest.raises(SimulationFailed, match="ended without writing results"):
        run_idle("bench_kills_the_simulator")


def test_hung_dut(run_idle: Run, tmp_path: Path) -> None:
    """The time limit ends the run, and the simulator's process is gone."""
    run_dir = tmp_path / "run"
    with pytest.raises(SimulationFailed, match="stopped after 5 s"):
        run_idle("bench_never_ends", timeout_s=5, run_dir=run_dir)
    with pytest.raises(ProcessLookupError):
        os.kill(int((run_dir / "pid").read_text()), 0)


def test_results_of_an_earlier_run_do_not_count(run_idle: Run, tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    assert run_idle("bench_passes", run_dir=run_dir).results.is_file()
    with pytest.raises(SimulationFailed, match="ended without writing results"):
        run_idle("bench_kills_the_simulator", run_dir=run_dir)


def test_build_error(tmp_path: Path, sim: str) -> None:
    source = tmp_path / "broken.v"
    source.write_text("module broken (input wire clk; endmodule\n")
    with pytest.raises(SimulationFailed, match=r"the build failed; log: .*build\.log"):
        run(toplevel="broken", module=BENCHES, sources=[source], sim=sim)


def test_parameters_have_builds_of_their_own(run_idle: Run) -> None:
    for width in (5, 6, 5):
        run_idle("bench_passes", parameters={"WIDTH": width}, extra_env={"WIDTH": str(width)})


def test_changed_include_is_built_again(run_idle: Run, tmp_path: Path) -> None:
    run_idle("bench_passes")
    (tmp_path / "width.vh").write_text("`define WIDTH 7\n")
    run_idle("bench_passes", extra_env={"WIDTH": "7"})


def test_concurrent_runs_share_one_build(run_idle: Run) -> None:
    parameters = {"WIDTH": 9}
    with ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(run_idle, "bench_passes", parameters=parameters, extra_env={"WIDTH": "9"})
            for _ in range(3)
        ]
        assert [each.result().tests for each in runs] == [("bench_passes",)] * 3


def test_environment_does_not_choose_the_simulator(
    run_idle: Run, sim: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIM", "icarus" if sim == "verilator" else "verilator")
    monkeypatch.setenv("COCOTB_TEST_FILTER", "nothing_has_this_name")
    log = run_idle("bench_passes", run_dir=tmp_path / "run").log.read_text()
    assert f"Running on {sim.capitalize()}" in log


def test_seed_sets_unreset_registers(run_idle: Run, sim: str, tmp_path: Path) -> None:
    """Verilator starts them at random values that the seed repeats; Icarus at X."""
    values = []
    for seed in (1, 2, 1):
        log = run_idle("bench_shows_its_start_value", seed=seed, run_dir=tmp_path / "run").log
        values += re.findall(r"start value (\w+)", log.read_text())
    if sim == "icarus":
        assert values == ["X" * 64] * 3
    else:
        assert values[0] == values[2] != values[1]


@pytest.mark.slow_on("verilator")
def test_waves(run_idle: Run, tmp_path: Path) -> None:
    result = run_idle("bench_passes", run_dir=tmp_path / "run", waves=True)
    assert result.waves is not None and result.waves.stat().st_size > 0


def test_seed_must_be_a_number(run_idle: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEED", "zero")
    with pytest.raises(InputError, match="SEED=zero: expected a whole number"):
        run_idle("bench_passes")

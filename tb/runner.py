"""Run cocotb tests on a simulator: the one way from a test to the RTL.

A run counts only when at least one test was executed and all passed; whatever else happens (no such
test, all skipped, an early end, a hang, a build error) is `SimulationFailed`. KEEP=1 in the
environment keeps the folders of passed runs.
"""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pymodel.errors import InputError
from tb import simulators
from tb.builds import BuildFailed, build
from tb.commands import Design, run_command
from tb.paths import BUILD_DIR, RTL_DIR
from tb.process import TimeLimit, execute, first_failure
from tb.results import ResultsError, read_results, require_tests

RUNS_DIR = BUILD_DIR / "runs"
RUN_LIMIT_S = 600.0
_HDL_FINISH = re.compile(
    r"^(- [^:]+:\d+: Verilog \$finish|.+:\d+: \$finish called at).*$", re.MULTILINE
)
"""What Verilator and Icarus print where the design calls $finish; cocotb's own has no file name.

Verilator runs one more time step after it, in which a test may still pass.
"""


class SimulationFailed(Exception):
    """A simulation didn't show that its tests passed: why, and the end of its log."""


@dataclass(frozen=True)
class RunResult:
    """A run that passed. Its files stay if the caller named `run_dir` or set waves or KEEP=1."""

    tests: tuple[str, ...]
    run_dir: Path
    results: Path
    log: Path
    waves: Path | None
    seed: int
    wall_s: float


def default_seed() -> int:
    """Return the seed of every run that names none: SEED of the environment, or 1.

    Raises:
        InputError: SEED is not a whole number that all users of a seed can take.
    """
    text = os.environ.get("SEED") or "1"
    if not text.isdecimal() or not 0 < int(text) < 2**31:
        raise InputError(f"SEED={text}: expected a whole number from 1 to {2**31 - 1}")
    return int(text)


def run(
    *,
    toplevel: str,
    module: str,
    sources: Sequence[Path],
    sim: str,
    parameters: Mapping[str, int | str] | None = None,
    testcase: str | Sequence[str] | None = None,
    seed: int | None = None,
    extra_env: Mapping[str, str] | None = None,
    verilator_flags: Sequence[str] = (),
    vlt: Path | None = None,
    includes: Sequence[Path] = (RTL_DIR,),
    plus_args: Sequence[str] = (),
    run_dir: Path | None = None,
    waves: bool = False,
    timeout_s: float = RUN_LIMIT_S,
    optimise: str = "-O2",
    top_only: bool = False,
) -> RunResult:
    """Build `toplevel` unless its content was built before, and run the tests of `module` on it.

    Args:
        toplevel: name of the Verilog module that the tests see as `dut`.
        module: dotted name of the module with the cocotb tests; a test file passes `__name__`.
        sources: Verilog files.
        sim: "verilator" or "icarus"; SIM of the environment has no say here.
        testcase: names of the tests to run, all parameters of each; all tests when None.
        seed: of cocotb's random numbers and Verilator's unreset registers; `default_seed` if None.
        vlt: Verilator configuration that names the visible signals; all are visible without it.
        run_dir: folder of this run alone, which then stays; a new one in build/runs when None.
        waves: write a .vcd (Verilator) or .fst (Icarus) into the run's folder, which then stays.
        timeout_s: limit on the run's wall time, the build not counted.
        optimise: the C++ compiler's level; -O0 builds fastest, -O3 runs fastest.
        top_only: Verilator: only the top level's own signals are visible, which builds far faster.

    Raises:
        SimulationFailed: the build or a test failed, the simulator ended early or ran too long,
            or nothing was tested.
        InputError: no such simulator, or it is missing or too old.
    """
    __tracebackhide__ = True  # pytest: the log's end says more than this function's text
    simulator = simulators.find(sim)
    verilator = sim == "verilator"
    design = Design(
        toplevel=toplevel,
        sources=tuple(Path(path).resolve() for path in sources),
        parameters=dict(parameters or {}),
        includes=tuple(Path(path).resolve() for path in includes),
        flags=tuple(verilator_flags) if verilator else (),
        vlt=vlt.resolve() if vlt and verilator else None,
        top_only=top_only and verilator,
        optimise=optimise if verilator else "",
        waves=waves,
    )
    try:
        build_dir = build(design, simulator)
    except BuildFailed as failure:
        raise SimulationFailed(str(failure)) from None

    seed = default_seed() if seed is None else seed
    testcases = (testcase,) if isinstance(testcase, str) else tuple(testcase or ())
    folder = _run_folder(run_dir, f"{toplevel}-{sim}-{module.rsplit('.', 1)[-1]}")
    wave_file = _wave_file(design, sim, folder)
    random_start = [f"+verilator+seed+{seed}", "+verilator+rand+reset+2"] if verilator else []
    arguments = [*random_start, *plus_args]
    command, environment = run_command(
        design, simulator, build_dir, module=module, plus_args=arguments, waves=wave_file
    )
    results, log = folder / "results.xml", folder / "sim.log"
    environment |= _cocotb_settings(results, seed, testcases) | dict(extra_env or {})

    started = time.monotonic()
    try:
        tests = _run_and_judge(command, folder, environment, log, results, testcases, timeout_s)
    except (ResultsError, TimeLimit) as failure:
        where = f"{toplevel} on {sim}, {module}: {failure}"
        raise SimulationFailed(
            f"{where}; seed: {seed}{_repeat(seed)}; log: {log}\n{first_failure(log)}"
        ) from None
    wall_s = time.monotonic() - started
    if run_dir is None and not waves and os.environ.get("KEEP") != "1":
        shutil.rmtree(folder)
    return RunResult(tests, folder, results, log, wave_file, seed, wall_s)


def _cocotb_settings(results: Path, seed: int, testcases: tuple[str, ...]) -> dict[str, str]:
    """Return the environment by which cocotb learns where to report, its seed and its tests."""
    settings = {"COCOTB_RESULTS_FILE": str(results), "COCOTB_RANDOM_SEED": str(seed)}
    if testcases:
        names = "|".join(map(re.escape, testcases))
        settings["COCOTB_TEST_FILTER"] = rf"\.({names})(/.*)?$"
    return settings | {"NO_COLOR": "1"}


def _repeat(seed: int) -> str:
    """Return how to run the current pytest test again with this seed."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "").removesuffix(" (call)")
    return f" (again: SEED={seed} pytest '{test}')" if test else ""


def _run_and_judge(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    results_file: Path,
    testcases: tuple[str, ...],
    timeout_s: float,
) -> tuple[str, ...]:
    """Run the simulator and return the names of its tests; all must have passed."""
    status = execute(command, cwd=folder, env=environment, log=log, timeout_s=timeout_s)
    results = read_results(results_file)
    if results.failed:
        raise ResultsError(
            f"{len(results.failed)} of {len(results.executed)} tests failed: "
            f"{', '.join(results.failed)}"
        )
    if status:
        raise ResultsError(f"the simulator ended with exit status {status}")
    finish = _HDL_FINISH.search(log.read_text(errors="replace"))
    if finish:
        raise ResultsError(f"the HDL ended the simulation, not the test: {finish.group()}")
    require_tests(results, testcases)
    return results.passed


def _run_folder(run_dir: Path | None, name: str) -> Path:
    """Return an existing folder for one run, in which no results of an earlier run lie."""
    if run_dir is None:
        RUNS_DIR.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=RUNS_DIR))
    run_dir.mkdir(parents=True, exist_ok=True)
    for stale in ("results.xml", "sim.log"):
        (run_dir / stale).unlink(missing_ok=True)
    return run_dir.resolve()


def _wave_file(design: Design, sim: str, folder: Path) -> Path | None:
    if not design.waves:
        return None
    return folder / ("waves.vcd" if sim == "verilator" else f"{design.toplevel}.fst")

"""The commands and environment of a cocotb simulation, as cocotb-test knows them.

This is the only module that touches cocotb-test. Its `run()` is passed by: it lets SIM override the
caller, accepts a run without tests, logs to the console and has no time limit. What is taken from
it is how each simulator is invoked.
"""

import contextlib
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cocotb_test import simulator as cocotb_test

from tb.paths import PROJECT_ROOT
from tb.simulators import Simulator

TIMESCALE = "1ns/1ps"
COMPILE_FLAGS = {
    # A register that nothing resets starts at a value drawn from the run's seed, not at zero.
    "verilator": ("-O3", "--x-assign", "unique", "--x-initial", "unique"),
    "icarus": ("-Wall",),
}
_LEAKS = {
    *("COCOTB_PLUSARGS", "COCOTB_RANDOM_SEED", "COCOTB_RESULTS_FILE"),
    *("COCOTB_TESTCASE", "COCOTB_TEST_FILTER"),
    *("MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS"),
}
_OBJECT_CACHE = PROJECT_ROOT / "tb" / "object_cache.py"
_PCH_INCLUDE = "CFG_CXXFLAGS_PCH_I=-include"
"""The wheel's makefiles leave this empty, and then designs of several C++ files don't compile."""
_construction = threading.Lock()

Commands = list[list[str]]


@dataclass(frozen=True)
class Design:
    """What a simulation binary is built from.

    What follows `includes` is for Verilator only. `vlt` is a configuration file that names the
    signals which stay visible; `top_only` leaves those of the top level; without either all are.
    `optimise` is the C++ compiler's level.
    """

    toplevel: str
    sources: tuple[Path, ...]
    parameters: Mapping[str, int | str] = field(default_factory=dict)
    includes: tuple[Path, ...] = ()
    flags: tuple[str, ...] = ()
    vlt: Path | None = None
    top_only: bool = False
    optimise: str = "-O2"
    waves: bool = False


def compile_commands(
    design: Design, sim: Simulator, folder: Path
) -> tuple[Commands, dict[str, str]]:
    """Return the commands that build `design` into `folder`, and their environment."""
    options: dict[str, object] = {"compile_args": [*COMPILE_FLAGS[sim.name]]}
    if sim.name == "verilator":
        options = _verilator_options(design, folder)
    with _cocotb_test(design, sim, folder, compile_only=True, **options) as bench:
        return bench.build_command(), _environment(bench, sim)


def run_command(
    design: Design,
    sim: Simulator,
    folder: Path,
    *,
    module: str,
    plus_args: Sequence[str],
    waves: Path | None,
) -> tuple[list[str], dict[str, str]]:
    """Return the command that runs the tests of `module` on a built binary, and its environment."""
    wave_args = ["-fst"] if sim.name == "icarus" else ["--trace", "--trace-file", str(waves)]
    options = {
        "module": module,
        "plus_args": [*plus_args, *(wave_args if waves else [])],
        "python_search": [str(PROJECT_ROOT)],
    }
    with _cocotb_test(design, sim, folder, **options) as bench:
        if sim.name == "icarus":
            bench.simulation_args = ["-n"]  # $stop ends the run; it would wait for a key otherwise
            return bench.run_command(), _environment(bench, sim)
        return bench.build_command()[-1], _environment(bench, sim)


def _verilator_options(design: Design, folder: Path) -> dict[str, object]:
    """Return what Verilator and the make that follows it are told."""
    flags = [*COMPILE_FLAGS["verilator"], *(["--trace-vcd"] if design.waves else [])]
    if design.vlt or design.top_only:
        flags += ["--no-public-flat-rw", str(design.vlt or _top_only(design, folder))]
    # What runs once (constructors, tables of public signals) is not worth optimising: it would take
    # gcc minutes on a design whose signals are all public.
    levels = [f"OPT_FAST={design.optimise}", "OPT_SLOW=-O0", "OPT_GLOBAL=-O2"]
    cache = f"OBJCACHE={sys.executable} {_OBJECT_CACHE} {folder.parent / 'objects'}"
    # The wheel's makefiles call `python`, which Debian doesn't have.
    python = f"PYTHON3={sys.executable}"
    make_args = ["--silent", "-j2", *levels, cache, python, _PCH_INCLUDE]
    return {"compile_args": [*flags, *design.flags], "make_args": make_args}


def _top_only(design: Design, folder: Path) -> Path:
    """Write a configuration that leaves the top level's own signals visible."""
    path = folder / "top_only.vlt"
    path.write_text(f'`verilator_config\npublic_flat_rw -module "{design.toplevel}" -var "*"\n')
    return path


@contextlib.contextmanager
def _cocotb_test(
    design: Design, sim: Simulator, folder: Path, **options: object
) -> Iterator[cocotb_test.Verilator | cocotb_test.Icarus]:
    """Make cocotb-test's own object for `design`, and undo what making it does to the process."""
    make = cocotb_test.Verilator if sim.name == "verilator" else cocotb_test.Icarus
    with _construction, _undo_side_effects(sim):
        yield make(
            toplevel=design.toplevel,
            **{"module": "none", **options},
            verilog_sources=[str(path) for path in design.sources],
            includes=[str(path) for path in design.includes],
            parameters=dict(design.parameters),
            waves=design.waves and sim.name == "icarus",
            timescale=TIMESCALE,
            sim_build=str(folder),
        )


@contextlib.contextmanager
def _undo_side_effects(sim: Simulator) -> Iterator[None]:
    """Let cocotb-test find `sim` on PATH; undo the signal handlers and warning filters it sets."""
    path = os.environ.get("PATH", "")
    main_thread = threading.current_thread() is threading.main_thread()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    os.environ["PATH"] = sim.environment.get("PATH", path)
    try:
        with warnings.catch_warnings():
            yield
    finally:
        os.environ["PATH"] = path
        if main_thread:
            for number, handler in handlers.items():
                signal.signal(number, handler)


def _environment(bench: cocotb_test.Simulator, sim: Simulator) -> dict[str, str]:
    """Return cocotb-test's environment without what a surrounding make or cocotb leaks into it."""
    bench.set_env()
    kept = {name: value for name, value in bench.env.items() if name not in _LEAKS}
    return kept | dict(sim.environment)

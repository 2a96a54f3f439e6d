"""Verifies a network or a suite of golden cases on the RTL: `python -m tb.verify`.

Prints a row for each layer and, as the last line, the verdict; writes build/verify/<run>.json.

Exit status: 0 something was checked and all of it agreed, 1 a mismatch, 2 bad usage or input,
3 incomplete: some op was not checked (--partial makes that 0), 130 interrupted.
"""

import argparse
import shlex
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from golden import litert
from golden.tflite.importer import load_tflite
from pymodel.array.config import ArrayConfig
from pymodel.datapath import preset
from pymodel.errors import InputError
from pymodel.network import Network
from tb import runner, simulators
from tb.bulk.host import Simulation
from tb.bulk.plan import Settings
from tb.verify.inputs import DEMO_MODEL, demo_input, load_input, random_inputs
from tb.verify.network import model_sha256, verify_network
from tb.verify.report import Report, write_report
from tb.verify.suite import verify_suite
from tb.verify.table import show


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line, as every other error is said."""

    def error(self, message: str) -> None:  # type: ignore[override]
        raise InputError(f"{message}; `python -m tb.verify --help` lists the options")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m tb.verify", description=__doc__,
                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--model", type=Path, help="int8 .tflite file; the demo network by default")
    what.add_argument("--suite", help="golden cases instead of a network")
    data = parser.add_mutually_exclusive_group()
    data.add_argument("--input", type=Path, help=".npy file with the network's input")
    data.add_argument("--seed", type=int, help="of a random input, and of the simulation")
    parser.add_argument("--sim", default=simulators.DEFAULT, help="verilator or icarus")
    parser.add_argument("--jobs", type=int, default=1, help="simulators side by side")
    parser.add_argument("--ic-lanes", type=int, default=16, help="lanes of the array")
    parser.add_argument("--oc-lanes", type=int, default=16, help="output channels of the array")
    parser.add_argument("--partial", action="store_true", help="accept ops that have no model")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    try:
        options = _parser().parse_args(arguments)
        report = _verify(options, Console(soft_wrap=True))
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted: nothing is recorded", file=sys.stderr)
        return 130
    return report.exit_status(options.partial)


def _verify(options: argparse.Namespace, console: Console) -> Report:
    """Check, show and record what the options name."""
    if options.jobs < 1:
        raise InputError(f"--jobs must be at least 1, found {options.jobs}")
    if options.seed is not None and not 0 < options.seed < 2**31:
        raise InputError(f"--seed must lie from 1 to {2**31 - 1}, found {options.seed}")
    if options.suite is not None and (options.input is not None or options.seed is not None):
        raise InputError("--suite runs stored cases; it takes neither --input nor --seed")
    started = time.perf_counter()
    versions = simulators.versions(options.sim)
    lanes = {"ic_lanes": options.ic_lanes, "oc_lanes": options.oc_lanes}
    config = ArrayConfig(replace(preset("int8"), **lanes))
    seed = runner.default_seed() if options.seed is None else options.seed
    simulation = Simulation(options.sim, Settings(config), jobs=options.jobs, seed=seed)
    model = options.model or DEMO_MODEL
    if options.suite is not None:
        layers, name = verify_suite(options.suite, simulation, console), options.suite
    else:
        network = load_tflite(model)
        inputs = _inputs(options, model, network, seed)
        layers, name = verify_network(model, network, inputs, simulation, console), network.name
        versions["LiteRT"] = litert.version("reference").split()[1]
    report = Report(
        network=name,
        model_sha256=None if options.suite is not None else model_sha256(model),
        sim=options.sim,
        seed=seed,
        versions=versions,
        datapath=asdict(config.datapath),
        layers=layers,
        again=_again(options),
        run=f"{name}-{options.sim}",
        wall_s=time.perf_counter() - started,
    )
    write_report(report)
    show(report, console)
    return report


def _inputs(
    options: argparse.Namespace, model: Path, network: Network, seed: int
) -> list[NDArray[np.generic]]:
    """The file's array; a held-out digit for the demo network; else random codes of the seed."""
    if options.input is not None:
        return load_input(options.input, network)
    if options.seed is None and model.resolve() == DEMO_MODEL:
        return demo_input(network)
    return random_inputs(network, seed)


def _again(options: argparse.Namespace) -> str:
    """The command that repeats the run."""
    words = ["python", "-m", "tb.verify", "--sim", options.sim]
    for name in ("model", "suite", "input"):
        if getattr(options, name) is not None:
            words += [f"--{name}", str(getattr(options, name))]
    if options.seed is not None:
        words += ["--seed", str(options.seed)]
    if (options.ic_lanes, options.oc_lanes) != (16, 16):
        words += ["--ic-lanes", str(options.ic_lanes), "--oc-lanes", str(options.oc_lanes)]
    return shlex.join(words)


if __name__ == "__main__":
    sys.exit(main())

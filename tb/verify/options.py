"""The command's options: what they are, which of them go together, and how to give them again."""

import argparse
import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from pymodel.errors import InputError
from pymodel.ops.numerics import NUMERICS
from tb import runner, simulators
from tb.verify.dut_options import add_dut_options, dut_words


class Options(argparse.Namespace):
    """What the command was asked for, one attribute per option."""

    model: Path | None
    suite: str | None
    input: Path | None
    seed: int | None
    runs: int | None
    numerics: str
    chain: bool
    no_fold: bool
    sim: str
    jobs: int
    partial: bool
    datapath: str | None
    rtl: Path | None
    top: str | None
    adapter: str | None
    ic_lanes: int | None
    oc_lanes: int | None


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line, as every other error is said."""

    def error(self, message: str) -> None:  # type: ignore[override]
        raise InputError(f"{message}; `python -m tb.verify --help` lists the options")


def _parser(description: str | None) -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m tb.verify", description=description,
                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--model",
        type=Path,
        help="an int8 .tflite file, or with --datapath a float one or a saved network's "
        "folder; the demo network by default",
    )
    what.add_argument("--suite", help="golden cases instead of a network")
    data = parser.add_mutually_exclusive_group()
    data.add_argument(
        "--input", type=Path, help=".npy file with the network's input, or one run's for each row"
    )
    data.add_argument("--seed", type=int, help="of random inputs, and of the simulation")
    parser.add_argument("--runs", type=int, help="inputs to run, from one seed after another")
    parser.add_argument(
        "--numerics", default="rtl", choices=NUMERICS, help="set of rounding rules, rtl by default"
    )
    parser.add_argument(
        "--chain", action="store_true", help="feed each layer with what the RTL really produced"
    )
    parser.add_argument(
        "--no-fold", action="store_true", help="run dilation through SPACE_TO_BATCH_ND as it stands"
    )
    parser.add_argument("--sim", default=simulators.DEFAULT, help="verilator or icarus")
    parser.add_argument("--jobs", type=int, default=1, help="simulators side by side")
    parser.add_argument("--partial", action="store_true", help="accept ops that have no model")
    parser.add_argument(
        "--datapath", help="number format to bring a float network to: a preset, or a .json file"
    )
    add_dut_options(parser)
    return parser


def parse_options(arguments: Sequence[str] | None, description: str | None) -> Options:
    """The options in `arguments` (None: those of the process); --help prints `description`.

    Raises:
        InputError: an unknown option, a value out of range, or options that exclude each other.
    """
    options = _parser(description).parse_args(arguments, Options())
    if options.jobs < 1:
        raise InputError(f"--jobs must be at least 1, found {options.jobs}")
    if options.seed is not None and not 0 < options.seed < 2**31:
        raise InputError(f"--seed must lie from 1 to {2**31 - 1}, found {options.seed}")
    if options.runs is not None and options.runs < 1:
        raise InputError(f"--runs must be at least 1, found {options.runs}")
    if options.suite is not None and (options.runs is not None or options.numerics != "rtl"):
        raise InputError("--suite runs stored cases, each by its rule; no --runs, no --numerics")
    if options.suite is not None and (options.chain or options.no_fold):
        raise InputError("--suite runs single layers; it takes neither --chain nor --no-fold")
    if options.suite is not None and (options.input is not None or options.seed is not None):
        raise InputError("--suite runs stored cases; it takes neither --input nor --seed")
    return options


def command_again(options: Options) -> str:
    """The command that repeats the run, in whatever environment."""
    words = ["python", "-m", "tb.verify", "--sim", options.sim]
    for name in ("model", "suite", "input"):
        if getattr(options, name) is not None:
            words += [f"--{name}", str(getattr(options, name))]
    for name in ("seed", "runs"):
        if getattr(options, name) is not None:
            words += [f"--{name}", str(getattr(options, name))]
    words += ["--numerics", options.numerics] if options.numerics != "rtl" else []
    words += ["--chain"] if options.chain else []
    words += ["--no-fold"] if options.no_fold else []
    words += [] if options.datapath is None else ["--datapath", options.datapath]
    words += dut_words(options)
    from_environment = options.seed is None and os.environ.get("SEED")
    seed = f"SEED={runner.default_seed()} " if from_environment else ""
    return seed + shlex.join(words)

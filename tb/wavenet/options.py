"""The command's options."""

import argparse
import math
from collections.abc import Sequence

from golden.wavenet.generation import TEMPERATURE
from golden.wavenet.pitch import FRAME
from pymodel.errors import InputError
from tb import runner, simulators
from tb.command_line import Parser, positive

STREAMS, SAMPLES = 4, 16000
REPLAY = {"verilator": 1000, "icarus": 16}
"""Samples by simulator. 16 of them are 256 or more outputs of each layer, the first ones, which
see the padding, among them."""


class Options(argparse.Namespace):
    """What the command was asked for."""

    sim: str
    jobs: int
    seed: int
    streams: int
    samples: int
    replay: int
    temperature: float
    layers: bool
    plot: bool


def parse_options(arguments: Sequence[str] | None, description: str | None) -> Options:
    """The options in `arguments` (None: those of the process); --help prints `description`.

    Raises:
        InputError: an unknown option, a value out of range, or a simulator that is not there.
    """
    parser = Parser(prog="python -m tb.wavenet", description=description,
                    formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--sim", default=simulators.DEFAULT, help="verilator or icarus")
    parser.add_argument("--jobs", type=int, default=1, help="simulators side by side, for layers")
    parser.add_argument("--seed", type=int, help="of the draws; 1 by default")
    parser.add_argument("--samples", type=int, default=SAMPLES, help="to generate, of each stream")
    parser.add_argument("--streams", type=int, default=STREAMS, help="to generate side by side")
    parser.add_argument(
        "--temperature", type=float, default=TEMPERATURE, help="of the draws; 1 as the network says"
    )
    parser.add_argument(
        "--replay",
        type=int,
        help=f"samples of the first stream to run on the RTL: {REPLAY['verilator']} by default, "
        f"{REPLAY['icarus']} on Icarus; 0 for none",
    )
    parser.add_argument(
        "--layers",
        action=argparse.BooleanOptionalAction,
        help="verify whole layers; on Icarus, which is slow, only if asked for",
    )
    parser.add_argument("--no-plot", dest="plot", action="store_false", help="write no picture")
    options = parser.parse_args(arguments, Options())
    simulators.find(options.sim)
    if options.replay is None:
        options.replay = min(REPLAY[options.sim], max(options.samples, 0))
    if options.layers is None:
        options.layers = options.sim == simulators.DEFAULT
    if options.seed is None:
        options.seed = runner.default_seed()
    _check(options)
    return options


def _check(options: Options) -> None:
    """InputError where a value is out of range."""
    positive("jobs", options.jobs)
    positive("streams", options.streams)
    if not 0 < options.seed < 2**31:
        raise InputError(f"--seed must lie from 1 to {2**31 - 1}, found {options.seed}")
    if not 0 < options.temperature < math.inf:
        raise InputError(
            f"--temperature must be positive and finite, found {options.temperature:g}"
        )
    if options.samples < FRAME:
        raise InputError(f"--samples must be at least {FRAME}, found {options.samples}")
    if not 0 <= options.replay <= options.samples:
        raise InputError(
            f"--replay must lie from 0 to the {options.samples:,} samples that are generated, "
            f"found {options.replay}"
        )

"""Audio from the int8 WaveNet's model: several streams at once, one sample after the other."""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from golden.tflite.importer import load_tflite
from golden.wavenet.generation import Codes, Sampler, generate, uniform_draws
from golden.wavenet.stretches import INT8_MODEL
from pymodel.stream import Stream, StreamPlan, plan_stream
from tb.command_line import progress
from tb.wavenet.options import Options


@dataclass(frozen=True, eq=False)
class Generation:
    """What was generated, and all that it takes to do it again.

    Attributes:
        plan: the network's, for one sample.
        draws: from 0 to below 1, (streams, samples).
        codes: mu-law, of the same shape.
    """

    plan: StreamPlan
    sampler: Sampler
    draws: NDArray[np.float64]
    codes: Codes
    wall_s: float


def generation(options: Options, console: Console) -> Generation:
    """As many streams and samples as the options say; how far it is goes to `console`."""
    started = time.perf_counter()
    network = load_tflite(INT8_MODEL)
    plan = plan_stream(network)
    (output,) = network.outputs
    sampler = Sampler(float(network.tensors[output].scale[0]), options.temperature)
    draws = uniform_draws(options.seed, options.streams, options.samples)
    samples = generate(Stream(plan, options.streams), sampler, draws)
    if not console.is_terminal:
        progress(f"generating {options.streams} x {options.samples:,} samples\n")
    shown = track(
        samples,
        "generating",
        total=options.samples,
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    codes = np.stack(list(shown), axis=1)
    return Generation(plan, sampler, draws, codes, time.perf_counter() - started)

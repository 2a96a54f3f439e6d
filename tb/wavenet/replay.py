"""The first stream's samples once more, on the RTL, which hears its own outputs."""

from dataclasses import dataclass

import numpy as np
from rich.console import Console

from golden.wavenet.generation import DrawnFeedback, network_codes
from golden.wavenet.mu_law import SILENCE
from pymodel.array.config import ArrayConfig
from tb.bulk.host import Simulation
from tb.bulk.plan import Settings
from tb.runner import SimulationFailed
from tb.stream.replay import Replayed
from tb.stream.replay import replay as replay_stream
from tb.verify.details import plural
from tb.verify.report import Verdict
from tb.verify.rtl_rows import progress_of
from tb.wavenet.generation import Generation
from tb.wavenet.options import Options


@dataclass(frozen=True)
class Replay:
    """What the RTL did with the first `samples` samples.

    outputs, mismatches: RTL against model, of every step; what the RTL never produced counts as a
    mismatch. other_codes: samples of the audio that the RTL's logits do not lead to. cycles: of the
    clock. details: what is wrong, a line each.
    """

    samples: int
    outputs: int
    mismatches: int
    other_codes: int
    cycles: int | None
    wall_s: float
    details: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Whether all is the same."""
        return "fail" if self.mismatches or self.other_codes or self.details else "pass"


def replay(generated: Generation, options: Options, console: Console) -> Replay:
    """Run as many samples as the options say; how far it is goes to `console`.

    Raises:
        InputError: the network does not fit the array as a stream.
    """
    plan, samples = generated.plan, options.replay
    feedback = DrawnFeedback(generated.sampler, generated.draws[0])
    first = network_codes(np.array([SILENCE], dtype=np.uint8))
    simulation = Simulation(options.sim, Settings(ArrayConfig()), seed=options.seed)
    try:
        with progress_of(samples, plural(samples, "sample"), simulation, console) as finished:
            found = replay_stream(plan, first, feedback, samples, simulation, finished)
    except SimulationFailed as failure:
        outputs = samples * sum(plan.channels[1:])
        return Replay(samples, outputs, outputs, samples, None, 0.0, (str(failure),))
    return compared(found, generated, feedback)


def compared(found: Replayed, generated: Generation, feedback: DrawnFeedback) -> Replay:
    """What the RTL gave, beside the model's run and the audio that was generated."""
    samples = len(found.rtl)
    wanted = generated.codes[0, :samples]
    other = int(np.count_nonzero(feedback.codes(found.rtl) != wanted))
    details = [] if found.first is None else [f"RTL against model: {found.first}"]
    if other:
        details.append(f"the RTL's outputs lead to {other:,} other samples than were generated")
    return Replay(
        samples, found.outputs, found.mismatches, other, found.cycles, found.wall_s, tuple(details)
    )

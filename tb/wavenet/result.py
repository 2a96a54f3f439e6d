"""All that the command found, its verdict, and the JSON that records it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from golden.wavenet.metrics import Metrics
from golden.wavenet.mu_law import SILENCE
from golden.wavenet.stretches import INT8_MODEL
from tb.verify.models import model_sha256
from tb.verify.report import EXIT_STATUS, Report, Verdict
from tb.wavenet.generation import Generation
from tb.wavenet.options import Options
from tb.wavenet.replay import Replay
from tb.wavenet.sounds import LEAST_S, Sound

SCHEMA = 1


@dataclass(frozen=True, eq=False)
class Result:
    """layers, replay: None where they were left out. sounds: the generated audio's first."""

    options: Options
    metrics: Metrics
    layers: Report | None
    generation: Generation
    replay: Replay | None
    sounds: Sequence[Sound]
    wall_s: float

    @property
    def like_speech(self) -> bool | None:
        """Whether the generated audio is no noise; None of too little audio to tell."""
        heard = self.sounds[0]
        enough = len(heard.samples) >= LEAST_S * self.metrics.rate
        return heard.like_speech if enough else None

    @property
    def verdict(self) -> Verdict:
        """fail beats incomplete; neither layers nor samples on the RTL is incomplete."""
        verdicts = [] if self.layers is None else [self.layers.verdict]
        verdicts += [] if self.replay is None else [self.replay.verdict]
        if "fail" in verdicts or self.like_speech is False:
            return "fail"
        if "incomplete" in verdicts or not verdicts or self.like_speech is None:
            return "incomplete"
        return "pass"

    @property
    def exit_status(self) -> int:
        """The command's."""
        return EXIT_STATUS[self.verdict]

    def document(self) -> dict[str, Any]:
        """The result file's content."""
        options, generation = self.options, self.generation
        return {
            "schema": SCHEMA,
            "network": generation.plan.name,
            "model_sha256": model_sha256(INT8_MODEL),
            "sim": options.sim,
            "seed": options.seed,
            "verdict": self.verdict,
            "wall_s": self.wall_s,
            "layers": None if self.layers is None else _layers(self.layers),
            "generation": {
                "streams": options.streams,
                "samples": options.samples,
                "rate": self.metrics.rate,
                "temperature": options.temperature,
                "first": SILENCE,
                "steps": len(generation.plan.steps),
                "wall_s": generation.wall_s,
            },
            "replay": None if self.replay is None else asdict(self.replay),
            "nats_per_sample": dict(self.metrics.nats),
            "sounds": [_sound(sound) for sound in self.sounds],
            "like_speech": self.like_speech,
        }


def _layers(report: Report) -> dict[str, Any]:
    """What the layers came to; `run` names the result with a row for each."""
    rtl = [row for row in report.layers if row.mismatches is not None]
    return {
        "run": report.run,
        "verdict": report.verdict,
        "layers": len(rtl),
        "outputs": sum(row.outputs for row in rtl),
        "mismatches": sum(row.mismatches or 0 for row in rtl),
        "oracle_mismatches": sum(row.oracle_mismatches or 0 for row in report.layers),
        "wall_s": report.wall_s,
    }


def _sound(sound: Sound) -> dict[str, Any]:
    return {
        "name": sound.name,
        "samples": len(sound.samples),
        "spectrum_distance_db": sound.distance_db,
        "loudness_swing_db": sound.swing_db,
        "pitched": sound.pitched,
        "like_speech": sound.like_speech,
    }

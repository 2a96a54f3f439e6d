"""Is it speech or noise? Figures of the generated audio, beside those of speech and of noises."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from golden.audio import Samples
from golden.wavenet.loudness import loudness_swing
from golden.wavenet.metrics import Metrics
from golden.wavenet.mu_law import decode
from golden.wavenet.noise import coloured_noise, root_mean_square, shuffled, white_noise
from golden.wavenet.pitch import pitched_share
from golden.wavenet.spectrum import long_term_spectrum, spectrum_distance
from golden.wavenet.stretches import SAMPLES, committed_stretches, committed_training

GENERATED, TRAINING, HELD_OUT = "generated", "training speech", "held-out speech"
COLOURED, SHUFFLED, WHITE = "coloured noise", "shuffled speech", "white noise"
MOST_DISTANCE_DB = 10.0
LEAST_SWING_DB = 2.5
LEAST_PITCHED = 0.1
"""What audio must keep to be taken for no noise, between what speech and what noise have: 4 and
28 dB (white noise, shuffled speech), 10 and 1 dB (noise of any spectrum), 0.8 and 0 (the same). Of
eight seeds the generated audio has 6 to 7 dB, 5 to 13 dB and 0.3 to 0.5."""
LEAST_S = 2.0
"""Of audio, to judge it: a few syllables."""


@dataclass(frozen=True, eq=False)
class Sound:
    """Audio and its figures.

    Attributes:
        samples: float32 (n,).
        distance_db: of its long-term spectrum to that of all training speech.
        swing_db: standard deviation of its loudness.
        pitched: part of its frames that have a pitch, pauses aside.
    """

    name: str
    samples: Samples
    distance_db: float
    swing_db: float
    pitched: float

    @classmethod
    def of(cls, name: str, samples: Samples, metrics: Metrics) -> "Sound":
        """Measured; at least `golden.wavenet.pitch.FRAME` samples."""
        return cls(
            name,
            samples,
            spectrum_distance(long_term_spectrum(samples), metrics.training_spectrum),
            loudness_swing(samples),
            pitched_share(samples, metrics.rate),
        )

    @property
    def like_speech(self) -> bool:
        """Whether all figures are."""
        return (
            self.distance_db <= MOST_DISTANCE_DB
            and self.swing_db >= LEAST_SWING_DB
            and self.pitched >= LEAST_PITCHED
        )


def sounds(generated: Samples, metrics: Metrics, seed: int) -> Sequence[Sound]:
    """Of the generated audio first, then of speech, then of noises of the same level and length."""
    rng = np.random.default_rng(seed)
    level, count = root_mean_square(generated), len(generated)
    held_out = decode(committed_stretches()[:, :SAMPLES].ravel())
    heard = {
        GENERATED: generated,
        TRAINING: decode(committed_training()),
        HELD_OUT: held_out,
        COLOURED: coloured_noise(metrics.training_spectrum, level, count, rng),
        SHUFFLED: shuffled(held_out, rng),
        WHITE: white_noise(level, count, rng),
    }
    return [Sound.of(name, samples, metrics) for name, samples in heard.items()]

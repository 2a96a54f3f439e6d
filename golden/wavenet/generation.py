"""Audio out of the WaveNet: each sample is drawn from the network's logits and fed back to it.

A code's probability is proportional to exp(scale * (logit - likeliest logit) / temperature). An
int8 logit is one of 256, so the weights come from a table of integers, and all after that is exact:
the same logits and draws give the same codes anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from golden.wavenet.mu_law import CODES, SILENCE
from pymodel.errors import InputError

Codes = NDArray[np.uint8]
Int8Array = NDArray[np.int8]

TEMPERATURE = 0.85
"""Below 1 likely codes are drawn more often than the network says. At 1 the int8 network drones on:
its loudness swings by 4 dB, speech's by 11, though its long-term spectrum is nearest to speech's
there (4 dB away; 6 at 0.85, 7 at 0.75). Chosen from 0.6 to 1 by the swing, which is 10 dB here."""
WEIGHT_BITS = 40
"""Of the likeliest code's weight: 256 of them still make exact sums in float64."""


class Stepping(Protocol):
    """A network that takes the samples of several streams one after the other."""

    def step(self, pixels: Int8Array) -> Int8Array:
        """Logits int8 (streams, CODES) behind the newest samples, int8 (streams, 1)."""


class Sampler:
    """Draws codes by the inverse of their cumulative distribution."""

    def __init__(self, scale: float, temperature: float) -> None:
        """Logits are `scale` times an int8 code, and a zero point that does not matter.

        Raises:
            InputError: the temperature is not positive and finite.
        """
        if not 0 < temperature < np.inf:
            raise InputError(f"a temperature must be positive and finite, found {temperature:g}")
        below = np.arange(CODES, dtype=np.float64)
        weights = np.exp(-below * (scale / temperature)) * 2**WEIGHT_BITS
        self._weights = np.rint(weights).astype(np.int64)

    def draw(self, logits: Int8Array, draws: NDArray[np.float64]) -> Codes:
        """A code for each row of logits (streams, CODES), by draws (streams,) from 0 to below 1."""
        below = logits.max(axis=1, keepdims=True).astype(np.int64) - logits
        cumulative = np.cumsum(self._weights[below], axis=1)
        places = (draws * cumulative[:, -1])[:, np.newaxis]
        codes: Codes = np.count_nonzero(cumulative <= places, axis=1).astype(np.uint8)
        return codes


def network_codes(codes: Codes) -> Int8Array:
    """Mu-law codes as the int8 network takes them."""
    return (codes.astype(np.int16) - SILENCE).astype(np.int8)


def uniform_draws(seed: int, streams: int, samples: int) -> NDArray[np.float64]:
    """(streams, samples) from 0 to below 1; neither number changes a draw, only how many there
    are."""
    rows = [np.random.default_rng((seed, stream)).random(samples) for stream in range(streams)]
    return np.array(rows, dtype=np.float64)


def generate(network: Stepping, sampler: Sampler, draws: NDArray[np.float64]) -> Iterator[Codes]:
    """The codes (streams,) of one sample after another, by draws (streams, samples).

    The history before is the network's padding, and the first input is one sample of SILENCE:
    nothing that is heard comes from a recording.
    """
    newest = np.full(len(draws), SILENCE, dtype=np.uint8)
    for drawn in draws.T:
        logits = network.step(network_codes(newest)[:, np.newaxis])
        newest = sampler.draw(logits, drawn)
        yield newest


@dataclass(frozen=True, eq=False)
class DrawnFeedback:
    """How one stream's outputs become its inputs, by its draws (samples,)."""

    sampler: Sampler
    draws: NDArray[np.float64]

    def codes(self, logits: Int8Array) -> Codes:
        """The codes (samples,) that the first samples' logits (samples, CODES) lead to."""
        return self.sampler.draw(logits, self.draws[: len(logits)])

    def __call__(self, sample: int, output: Int8Array) -> Int8Array:
        """The pixel int8 (1,) behind a sample, whose logits are `output` (CODES,)."""
        return network_codes(self.sampler.draw(output[np.newaxis], self.draws[[sample]]))

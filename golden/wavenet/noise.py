"""Noises to hold generated audio against: what a network that learnt nothing could give."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


def white_noise(level: float, samples: int, rng: np.random.Generator) -> Samples:
    """Normal samples of root mean square `level`."""
    return _at_level(rng.standard_normal(samples), level)


def coloured_noise(
    spectrum: NDArray[np.float64], level: float, samples: int, rng: np.random.Generator
) -> Samples:
    """White noise filtered to a long-term spectrum.

    Args:
        spectrum: dB in bands that are evenly spread from 0 to half the rate.
        level: root mean square of the result.
    """
    bands = np.fft.rfft(rng.standard_normal(samples))
    places = np.linspace(0, len(spectrum) - 1, len(bands))
    gains = 10 ** (np.interp(places, np.arange(len(spectrum)), spectrum) / 20)
    return _at_level(np.fft.irfft(bands * gains, samples), level)


def shuffled(samples: Samples, rng: np.random.Generator) -> Samples:
    """The same samples in random order."""
    return rng.permutation(samples)


def root_mean_square(samples: NDArray[np.floating]) -> float:
    """The level of samples."""
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))


def _at_level(samples: NDArray[np.float64], level: float) -> Samples:
    scaled: Samples = (samples * (level / root_mean_square(samples))).astype(np.float32)
    return scaled

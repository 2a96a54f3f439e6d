"""How much of audio has a pitch: vowels repeat themselves some hundred times a second, no noise
does, whatever its spectrum."""

import numpy as np
from numpy.typing import NDArray

FRAME = 512
LOWEST_HZ, HIGHEST_HZ = 50, 400
"""Of a voice."""
QUIET = 0.01
"""Times the mean power: frames below that are pauses."""
CORRELATED = 0.7
"""A frame has a pitch if it is so like itself one period later; 1 is the same again."""


def pitched_share(samples: NDArray[np.floating], rate: int) -> float:
    """Of the frames of FRAME samples, half overlapping, that are no pauses: the part that has a
    pitch. n must be at least FRAME; 0 of digital silence.

    The measure is the largest autocorrelation at a voice's periods: of the frame behind a Hann
    window, over that of the window alone (Boersma, Accurate short-term analysis of the fundamental
    frequency, 1993).
    """
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[:: FRAME // 2]
    centred = frames.astype(np.float64) - frames.mean(axis=1, keepdims=True, dtype=np.float64)
    power = np.mean(centred**2, axis=1)
    loud = centred[power > QUIET * power.mean()]
    if not len(loud):
        return 0.0
    window = np.hanning(FRAME)
    correlation = _autocorrelation(loud * window) / _autocorrelation(window)
    voice = correlation[:, rate // HIGHEST_HZ : rate // LOWEST_HZ + 1]
    return float(np.mean(voice.max(axis=1) > CORRELATED))


def _autocorrelation(frames: NDArray[np.float64]) -> NDArray[np.float64]:
    """By lag 0 to half a frame, divided by that at lag 0."""
    power = np.abs(np.fft.rfft(frames, 2 * FRAME)) ** 2
    by_lag = np.fft.irfft(power)[..., : FRAME // 2 + 1]
    normalised: NDArray[np.float64] = by_lag / by_lag[..., :1]
    return normalised

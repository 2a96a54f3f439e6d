"""How much the loudness of audio changes: speech has syllables and pauses, noise goes on and on.

The long-term spectrum can't tell speech from noise that is filtered to the same spectrum; this can.
"""

import numpy as np
from numpy.typing import NDArray

from golden.wavenet.spectrum import FRAME

FLOOR_DB = 50.0
"""Below the loudest frame; quieter ones count as that, so that digital silence is a number."""


def loudness(samples: NDArray[np.floating]) -> NDArray[np.float64]:
    """Mean power in dB of each frame of FRAME samples, half overlapping; n must be at least
    FRAME. The loudest is 0 dB, none is below -FLOOR_DB."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[:: FRAME // 2]
    power = np.mean(frames.astype(np.float64) ** 2, axis=1)
    least = 10 ** (-FLOOR_DB / 10)
    decibels: NDArray[np.float64] = 10 * np.log10(np.maximum(power / power.max(), least))
    return decibels


def loudness_swing(samples: NDArray[np.floating]) -> float:
    """Standard deviation of `loudness`, in dB."""
    return float(np.std(loudness(samples)))

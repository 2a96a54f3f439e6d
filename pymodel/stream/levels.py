"""Requantise as a search: the least sum that reaches each output code, found once for a layer."""

import numpy as np
from numpy.typing import NDArray

from pymodel.fixed_point import Int64Array, wrap
from pymodel.requantise import Requantise, requantise

CODES = 256
CODE_MIN = -128
SPAN = 2.0**33
"""Between two channels' sums on the common line: more than sums of 32 bits can differ."""
INT32_LIMIT = 1 << 31

Float64Array = NDArray[np.float64]
Places = NDArray[np.intp]


class Levels:
    """Finds each sum's output code, for any number of pixels of a layer's channels at once.

    Every rule gives a code that never falls while the sum rises, as long as nothing wraps, so 255
    thresholds a channel say it all. The channels' thresholds lie on one line, channel c's shifted
    by c * SPAN, so that one binary search does for all of them. Sums are whole float64 numbers:
    they stay far below 2^53. A layer whose sums can wrap is requantised as it stands.

    Attributes:
        shift: float64 (oc,), what a caller adds to the sums that `places` takes.
    """

    def __init__(self, params: Requantise, reach: int) -> None:
        """No sum's magnitude is above `reach`."""
        channels = len(params.multiplier)
        self._params = params
        self._first = np.arange(channels, dtype=np.intp) * CODES
        self._line: Float64Array | None = None
        self.shift: Float64Array = np.zeros(channels, dtype=np.float64)
        if reach << max(0, int(params.shift.max())) < INT32_LIMIT:
            self.shift = np.arange(channels, dtype=np.float64) * SPAN
            thresholds = _thresholds(params, reach).astype(np.float64)
            self._line = (thresholds + self.shift).T.reshape(-1)

    def places(self, sums: Float64Array) -> Places:
        """256 * channel + code + 128 of each shifted sum (n, oc), bias included."""
        if self._line is not None:
            return self._line.searchsorted(sums, side="right") - 1
        codes = requantise(wrap(sums.astype(np.int64), 32), self._params)
        return self._first + (codes.astype(np.intp) - CODE_MIN)


def _thresholds(params: Requantise, reach: int) -> Int64Array:
    """int64 (256, oc): the least sum from -reach to reach whose code is -128, -127 ... or above.

    reach + 1 where none is; found by halving what is in question.
    """
    codes = np.arange(CODE_MIN, CODE_MIN + CODES, dtype=np.int64)[:, np.newaxis]
    shape = (CODES, len(params.multiplier))
    low, high = (np.full(shape, end, dtype=np.int64) for end in (-reach, reach + 1))
    while (low < high).any():
        middle = (low + high) >> 1
        reached = requantise(middle, params) >= codes
        high = np.where(reached, middle, high)
        low = np.where(reached, low, np.minimum(middle + 1, high))
    return low

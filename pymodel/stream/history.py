"""The newest pixels of a value, for several streams at once."""

import numpy as np
from numpy.typing import NDArray

from pymodel.stream.plan import Ring

LEAST_ROOM = 64
"""Pixels beside the history, at least: how often the newest ones move back to the front."""


class History:
    """A ring's pixels, oldest first, always in one piece.

    Pixels are written one behind the other; at the end of the room the newest move to the front,
    which costs less than a pixel's move a sample. They are codes in float64, as a matrix product
    takes them.
    """

    def __init__(self, ring: Ring, streams: int) -> None:
        self._kept = ring.pixels - 1
        room = self._kept + max(ring.pixels, LEAST_ROOM)
        self._pixels = np.full((streams, room, ring.channels), ring.fill, dtype=np.float64)
        self._end = self._kept

    def write(self, codes: NDArray[np.int8]) -> None:
        """Append a pixel of each stream: (streams, channels)."""
        if self._end == self._pixels.shape[1]:
            self._pixels[:, : self._kept] = self._pixels[:, self._end - self._kept : self._end]
            self._end = self._kept
        self._pixels[:, self._end] = codes
        self._end += 1

    def window(self, reach: int, dilation: int) -> NDArray[np.float64]:
        """Every `dilation`-th of the newest `reach` pixels: (streams, taps, channels)."""
        return self._pixels[:, self._end - reach : self._end : dilation]

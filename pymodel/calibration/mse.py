"""The range with the smallest mean squared quantisation error."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from pymodel.calibration.observed import Observed, Reals
from pymodel.codecs import Range, activation_codec
from pymodel.datapath import Datapath

Quantiser = Callable[[Reals, Range], Reals]
"""Real values to those that their codes stand for, once a codec covers the range."""
OCTAVES = 6
PER_OCTAVE = 16
FINE = 16
"""Thresholds between two neighbours of the coarse ones."""
ROUNDS = 8
"""Of moving each end alone; the error falls in each, so that stopping early costs little."""


@dataclass(frozen=True)
class Mse:
    """Searches thresholds from the largest magnitude down to 2^-OCTAVES of it.

    First both ends are cut at one threshold, PER_OCTAVE of them an octave, then FINE more on either
    side of the best. Unless `symmetric`, each end is then moved alone in the same way, until
    neither gains. Of equal errors the wider range wins. The error is that of the bins' means,
    weighted by their counts.
    """

    quantiser: Quantiser
    symmetric: bool = False

    @classmethod
    def of(cls, datapath: Datapath) -> "Mse":
        """The method for the datapath, whose own codec makes the errors."""

        def through_codec(values: Reals, found: Range) -> Reals:
            codec = activation_codec(datapath, found)
            return codec.decode(codec.encode(values, "calibration"))

        return cls(through_codec, symmetric=datapath.format != "affine_int8")

    def tail(self, count: int) -> int:  # noqa: ARG002 - none, however many there are
        """As `Method.tail`."""
        return 0

    def range_of(self, observed: Observed) -> Range:
        """As `Method.range_of`."""
        search = _Search(self.quantiser, observed)
        search.improve(observed.within)
        for _ in range(0 if self.symmetric else ROUNDS):
            before = search.error
            for end in (search.with_largest, search.with_least):
                search.improve(end)
            if search.error == before:
                break
        return search.best


class _Search:
    """The best range found so far, and its sum of squared errors."""

    def __init__(self, quantiser: Quantiser, observed: Observed) -> None:
        self._quantiser, self._observed = quantiser, observed
        self._values, self._counts = observed.points
        self.best = observed.range
        self.error = self._error_of(self.best)

    def with_largest(self, threshold: float) -> Range:
        """The best range, with its largest value cut to the threshold, or moved out to it."""
        return Range(self.best.least, min(self._observed.range.largest, threshold))

    def with_least(self, threshold: float) -> Range:
        """The best range, likewise at the other end."""
        return Range(max(self._observed.range.least, -threshold), self.best.largest)

    def improve(self, range_of: Callable[[float], Range]) -> None:
        """Tries the ranges of all thresholds."""
        coarse = self._observed.largest_magnitude * 2.0 ** -(
            np.arange(OCTAVES * PER_OCTAVE + 1, dtype=np.float64) / PER_OCTAVE
        )
        nearest = self._first_best(range_of, coarse)
        above, below = coarse[max(nearest - 1, 0)], coarse[min(nearest + 1, coarse.size - 1)]
        self._first_best(range_of, np.linspace(above, below, 2 * FINE + 1))

    def _first_best(self, range_of: Callable[[float], Range], thresholds: Reals) -> int:
        """The place of the best of descending thresholds; it becomes `best` if it is better."""
        candidates = list(self._ascending(range_of, thresholds))
        errors = [self._error_of(candidate) for candidate in candidates]
        place = int(np.argmin(errors))
        if errors[place] < self.error:
            self.best, self.error = candidates[place], errors[place]
        return place

    @staticmethod
    def _ascending(range_of: Callable[[float], Range], thresholds: Reals) -> Iterator[Range]:
        for threshold in thresholds:
            found = range_of(float(threshold))
            yield Range(found.least, max(found.least, found.largest))

    def _error_of(self, candidate: Range) -> float:
        added = self._quantiser(self._values, candidate) - self._values
        return float(np.sum(self._counts * added**2))

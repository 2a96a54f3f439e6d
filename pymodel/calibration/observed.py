"""What is kept of an activation's values: their range, a histogram, and the ends of the order."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pymodel.codecs import Range, tensor_range
from pymodel.errors import InputError

BINS = 1 << 14
"""Of each sign, evenly over 0 to the largest magnitude."""
FLOAT32_MAX = float(np.finfo(np.float32).max)
Reals = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Observed:
    """Of one tensor, over all runs.

    Attributes:
        name: the tensor's.
        range: the least and the largest value.
        count: how many values there were.
        counts: int64 (2, BINS): negative values, and positive ones, by magnitude. Zeros are in no
            bin: every codec holds 0 exactly, whatever its range.
        sums: float64 (2, BINS): of the values in each bin.
        lowest, highest: float64: the least and the largest values, ascending, as many of each as
            the method asked for.
    """

    name: str
    range: Range
    count: int
    counts: NDArray[np.int64]
    sums: Reals
    lowest: Reals
    highest: Reals

    @property
    def largest_magnitude(self) -> float:
        """Where the last bin ends."""
        return magnitude(self.range)

    @property
    def points(self) -> tuple[Reals, NDArray[np.int64]]:
        """(mean of the bin's values, count) of every bin that holds any."""
        held = self.counts > 0
        return self.sums[held] / self.counts[held], self.counts[held]

    def within(self, threshold: float) -> Range:
        """The observed range, both ends cut to the magnitude `threshold`."""
        least, largest = np.clip((self.range.least, self.range.largest), -threshold, threshold)
        return Range(float(least), float(largest))


class Observer:
    """Takes the values of one tensor, run after run, and keeps no run.

    The bins are fixed beforehand over the range of all runs. So it takes a pass over the runs to
    find the range, and one to count; in return nothing is rebinned, and the result does not depend
    on the order of the runs, as it does where a histogram grows with them.
    """

    def __init__(self, name: str, found: Range, tail: int) -> None:
        self._name, self._range, self._tail, self._count = name, found, tail, 0
        self._counts = np.zeros((2, BINS), dtype=np.int64)
        self._sums = np.zeros((2, BINS), dtype=np.float64)
        self._lowest = self._highest = np.zeros(0, dtype=np.float64)

    def add(self, values: ArrayLike) -> None:
        """One run's values, of any shape, finite and within the range."""
        real = np.asarray(values, dtype=np.float64).ravel()
        self._count += real.size
        if self._tail:
            self._lowest = np.sort(np.concatenate([self._lowest, real]))[: self._tail]
            self._highest = np.sort(np.concatenate([self._highest, real]))[-self._tail :]
        for sign, part in enumerate((real[real < 0], real[real > 0])):
            bins = np.floor(np.abs(part) / magnitude(self._range) * BINS).astype(np.int64)
            bins = np.minimum(bins, BINS - 1)
            self._counts[sign] += np.bincount(bins, minlength=BINS)
            self._sums[sign] += np.bincount(bins, weights=part, minlength=BINS)

    def observed(self) -> Observed:
        """All that was seen so far."""
        return Observed(
            self._name,
            self._range,
            self._count,
            self._counts.copy(),
            self._sums.copy(),
            self._lowest,
            self._highest,
        )


def checked_range(values: ArrayLike, name: str) -> Range:
    """The range of one run's values; 0 to 0 where there are none.

    Raises:
        InputError: a value that is NaN or infinite, or past float32's largest; it names the tensor
            and the index.
    """
    found = tensor_range(values, name)
    if magnitude(found) > FLOAT32_MAX:
        real = np.asarray(values, dtype=np.float64)
        place = tuple(int(i) for i in np.argwhere(np.abs(real) > FLOAT32_MAX)[0])
        raise InputError(
            f"tensor {name}: element {place} is {real[place]}, past {FLOAT32_MAX:.7g}, the largest "
            "value of float32"
        )
    return found


def magnitude(found: Range) -> float:
    """The largest |x| of a range."""
    return max(abs(found.least), abs(found.largest))

"""The threshold at which quantising changes the distribution least: TensorRT's histogram method."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pymodel.calibration.observed import Observed
from pymodel.codecs import Range
from pymodel.datapath import Datapath

HISTOGRAM_BINS = 2048
SMOOTHING = 1e-4
"""The count that stands in a bin of the quantised distribution that is empty where the reference
is not."""


@dataclass(frozen=True)
class Kl:
    """Kullback-Leibler divergence, smallest over all thresholds at the end of a histogram's bin.

    The histogram is of |x|, HISTOGRAM_BINS bins from 0 to the largest, zeros left out. Of equal
    divergences the largest threshold wins. With as many levels as bins, or more, nothing is cut.

    Source: Migacz, "8-bit Inference with TensorRT", 2017, with two differences: the threshold is
    the bin's end, not half a bin behind it, and what is cut is missing from the quantised
    distribution, which there is normalised to 1. So normalised, data that begins away from 0 has
    divergence 0 at a threshold in front of nearly all of it.

    levels: of magnitudes: 128 for codes of 8 bits.
    """

    levels: int = 128

    @classmethod
    def of(cls, datapath: Datapath) -> "Kl":
        """The method for the datapath."""
        return cls(1 << (datapath.element_bits - 1))

    def tail(self, count: int) -> int:  # noqa: ARG002 - none, however many there are
        """As `Method.tail`."""
        return 0

    def range_of(self, observed: Observed) -> Range:
        """As `Method.range_of`."""
        histogram = observed.counts.sum(axis=0).reshape(HISTOGRAM_BINS, -1).sum(axis=1)
        kept = best_length(histogram, self.levels)
        if kept == HISTOGRAM_BINS:
            return observed.range
        return observed.within(observed.largest_magnitude * kept / HISTOGRAM_BINS)


def best_length(histogram: NDArray[np.int64], levels: int) -> int:
    """How many bins of the histogram to keep: from `levels` on, all where there are no more."""
    best, least = histogram.size, np.inf
    for length in range(histogram.size, min(levels, histogram.size) - 1, -1):
        found = divergence(histogram, length, levels)
        if found < least:
            best, least = length, found
    return best


def divergence(histogram: NDArray[np.int64], length: int, levels: int) -> float:
    """sum p log(p / q) over the first `length` bins, in nats; infinite where they are empty.

    p is the histogram's first `length` bins, all that lies behind them added to the last. q has
    the same bins, without what lies behind, quantised: bin b falls to level
    floor(b * levels / length), and each level's sum is spread evenly over those of its bins that
    are not empty. Both are shares of all counts.
    """
    kept = histogram[:length].astype(np.float64)
    if not kept.any():
        return np.inf
    held = kept > 0
    level = np.arange(length, dtype=np.int64) * levels // length
    total = np.bincount(level, weights=kept, minlength=levels)
    bins = np.bincount(level[held], minlength=levels)
    quantised = np.where(held, total[level] / np.maximum(bins[level], 1), 0.0)
    reference = kept.copy()
    reference[-1] += histogram[length:].sum()
    present = reference > 0
    p, q = reference[present], quantised[present]
    q = np.where(q > 0, q, SMOOTHING)
    p, q = p / p.sum(), q / (q.sum() + histogram[length:].sum())
    return float(np.sum(p * np.log(p / q)))

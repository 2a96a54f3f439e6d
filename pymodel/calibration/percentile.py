"""A stated share of the values is kept."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from pymodel.calibration.observed import Observed
from pymodel.codecs import Range
from pymodel.datapath import Datapath
from pymodel.errors import InputError

DEFAULT_PERCENT = 99.9


@dataclass(frozen=True)
class Percentile:
    """At most 100 - `percent` percent of all values are cut, at each end for itself.

    Of n values, floor(n (100 - percent) / 100) may be cut, and the next one is the end: an order
    statistic, with nothing interpolated. `symmetric` counts magnitudes, for a format whose codes
    reach as far below 0 as above; both ends are then cut at one magnitude.

    `percent` is the decimal number that it prints as: 99.9 of 1000 values cuts 1.

    Raises:
        InputError: percent is not above 50 and at most 100.
    """

    percent: float = DEFAULT_PERCENT
    symmetric: bool = False

    def __post_init__(self) -> None:
        if not 50 < self.percent <= 100:
            raise InputError(
                f"percentile: percent must be above 50 and at most 100, found {self.percent}"
            )

    @classmethod
    def of(cls, datapath: Datapath, percent: float = DEFAULT_PERCENT) -> "Percentile":
        """The method for the datapath: affine int8 has a least and a largest, others |x|."""
        return cls(percent, symmetric=datapath.format != "affine_int8")

    def tail(self, count: int) -> int:
        """As `Method.tail`: those that are cut, and the one that stays."""
        cut = count * (100 - Fraction(str(self.percent))) / 100
        return cut.numerator // cut.denominator + 1

    def range_of(self, observed: Observed) -> Range:
        """As `Method.range_of`."""
        if not self.symmetric:
            return Range(float(observed.lowest[-1]), float(observed.highest[0]))
        # A value that is in both ends is the middle one: as many exceed its magnitude as are cut.
        largest = np.sort(np.abs(np.concatenate([observed.lowest, observed.highest])))
        return observed.within(float(largest[-self.tail(observed.count)]))

"""What every method of choosing a range offers."""

from typing import Protocol

from pymodel.calibration.observed import Observed
from pymodel.codecs import Range


class Method(Protocol):
    """From what was observed of an activation to the range that its codec is to cover."""

    def tail(self, count: int) -> int:
        """How many of the least, and of the largest, of `count` values must be kept as they are."""

    def range_of(self, observed: Observed) -> Range:
        """The range, within the observed one; of values that are not all zero."""

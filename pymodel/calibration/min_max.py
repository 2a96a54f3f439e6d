"""Nothing is cut."""

from dataclasses import dataclass

from pymodel.calibration.observed import Observed
from pymodel.codecs import Range
from pymodel.datapath import Datapath


@dataclass(frozen=True)
class MinMax:
    """The least and the largest value that were seen."""

    @classmethod
    def of(cls, datapath: Datapath) -> "MinMax":  # noqa: ARG003 - it is the same on every datapath
        """The method for the datapath."""
        return cls()

    def tail(self, count: int) -> int:  # noqa: ARG002 - none, however many there are
        """As `Method.tail`."""
        return 0

    def range_of(self, observed: Observed) -> Range:
        """As `Method.range_of`."""
        return observed.range

"""How the range of an activation is chosen from observed data: where it saturates."""

from pymodel.calibration.kl import Kl
from pymodel.calibration.method import Method
from pymodel.calibration.methods import METHODS, method_named
from pymodel.calibration.min_max import MinMax
from pymodel.calibration.mse import Mse
from pymodel.calibration.observed import Observed
from pymodel.calibration.percentile import Percentile
from pymodel.calibration.ranges import range_by, ranges_by

__all__ = [
    "METHODS",
    "Kl",
    "Method",
    "MinMax",
    "Mse",
    "Observed",
    "Percentile",
    "method_named",
    "range_by",
    "ranges_by",
]

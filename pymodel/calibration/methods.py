"""The methods by name."""

from collections.abc import Callable

from pymodel.calibration.kl import Kl
from pymodel.calibration.method import Method
from pymodel.calibration.min_max import MinMax
from pymodel.calibration.mse import Mse
from pymodel.calibration.percentile import Percentile
from pymodel.datapath import Datapath
from pymodel.errors import InputError

METHODS: dict[str, Callable[[Datapath], Method]] = {
    "min_max": MinMax.of,
    "percentile": Percentile.of,
    "mse": Mse.of,
    "kl": Kl.of,
}
"""Each makes the method for a datapath. Float formats have no use for ranges."""


def method_named(name: str, datapath: Datapath, percent: float | None = None) -> Method:
    """The method of METHODS for the datapath.

    Args:
        percent: of the values that `percentile` keeps; its own default where it is None.

    Raises:
        InputError: there is no method of that name, or `percent` is given to one that has none or
            lies outside what Percentile takes.
    """
    if name not in METHODS:
        raise InputError(f"calibration method must be one of {', '.join(METHODS)}, found {name!r}")
    if percent is None:
        return METHODS[name](datapath)
    if name != "percentile":
        raise InputError(f"calibration method {name} takes no percent, found {percent}")
    return Percentile.of(datapath, percent)

"""The least and largest value of a tensor."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pymodel.errors import InputError


@dataclass(frozen=True)
class Range:
    """Of all values that were seen."""

    least: float
    largest: float

    def __or__(self, other: "Range") -> "Range":
        """The range of both."""
        return Range(min(self.least, other.least), max(self.largest, other.largest))


def tensor_range(values: ArrayLike, name: str, what: str = "a number format") -> Range:
    """The range of a tensor's values; 0 to 0 where there are none.

    Raises:
        InputError: a value that is NaN or infinite; it names the tensor, the index, and `what`
            cannot represent it.
    """
    real = np.asarray(values, dtype=np.float64)
    bad = np.argwhere(~np.isfinite(real))
    if bad.size:
        place = tuple(int(i) for i in bad[0])
        raise InputError(
            f"tensor {name}: element {place} is {real[place]}, which {what} cannot represent"
        )
    if not real.size:
        return Range(0.0, 0.0)
    return Range(float(real.min()), float(real.max()))

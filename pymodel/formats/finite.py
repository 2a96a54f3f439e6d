"""Refuses values that a number format has no code for."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pymodel.errors import InputError


def finite(values: ArrayLike, name: str, what: str) -> NDArray[np.float64]:
    """The values as float64.

    Raises:
        InputError: one is NaN or infinite; it names the tensor `name`, the first such index, and
            the number format `what`.
    """
    real = np.asarray(values, dtype=np.float64)
    bad = np.argwhere(~np.isfinite(real))
    if bad.size:
        place = tuple(int(i) for i in bad[0])
        raise InputError(
            f"tensor {name}: element {place} is {real[place]}, which {what} cannot represent"
        )
    return real

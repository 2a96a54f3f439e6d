"""Elements of any dtype as integers that can be compared one by one."""

import numpy as np
from numpy.typing import NDArray


def codes(array: NDArray[np.generic]) -> NDArray[np.int64]:
    """Integers as they are; floats as bit patterns, every NaN as the same one."""
    if array.dtype.kind != "f":
        return array.astype(np.int64)
    one_nan = np.where(np.isnan(array), array.dtype.type(np.nan), array)
    return one_nan.view(f"i{array.dtype.itemsize}").astype(np.int64)

"""Compares the model's outputs with an oracle's, element by element, whatever their dtype."""

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from tb.codes import codes
from tb.scoreboard import Comparison, compare


def agreement(expected: NDArray[np.generic], found: NDArray[np.generic]) -> Comparison:
    """Compare integers by value, floats by bit pattern; NaN equals NaN, -0 differs from +0.

    Raises:
        InputError: dtypes or shapes differ, or there are no elements.
    """
    if expected.dtype != found.dtype or expected.shape != found.shape:
        raise InputError(
            f"the oracle's output is {expected.dtype} of shape {expected.shape}, "
            f"the model's {found.dtype} of shape {found.shape}"
        )
    if not expected.size:
        raise InputError("the output has no elements to compare")
    return compare(codes(expected), codes(found))


def describe(comparison: Comparison, dtype: np.dtype[np.generic]) -> str:
    """How many differ and the first place; floats as bit patterns, and as numbers behind them."""
    line = comparison.describe(dtype.itemsize * 8)
    first = comparison.first
    if dtype.kind != "f" or first is None or first.got is None:
        return line
    bits = np.array([first.expected, first.got], dtype=f"i{dtype.itemsize}")
    expected, got = bits.view(dtype)
    return f"{line}, which are {expected} and {got}"

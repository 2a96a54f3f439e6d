"""Sums of floats that float64 cannot always hold, kept so that the next rounding is the only one.

A float64 sum is on the same side of each midpoint of two codes as the exact one, unless it is such
a midpoint itself. There, and among denormals, it is rounded to odd instead: with 53 bits on the way
to at most 24 a second rounding then gives what a single one would have. Source: Boldo and
Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd",
IEEE Transactions on Computers 57(4), 2008.
"""

import numpy as np
from numpy.typing import NDArray

from pymodel.formats.float_format import FloatFormat
from pymodel.formats.float_rounding import FRACTION_BITS, Reals


def exact_in_float64(*formats: FloatFormat, factors: tuple[FloatFormat, ...] = ()) -> bool:
    """Whether float64 holds each sum of one value of each format and one product of `factors`."""
    least = [fmt.least_exponent for fmt in formats]
    most = [fmt.most_exponent for fmt in formats]
    if factors:
        least.append(sum(fmt.least_exponent for fmt in factors))
        most.append(sum(fmt.most_exponent + 1 for fmt in factors) - 1)
    carries = len(least) - 1
    return max(most) + carries - min(least) <= FRACTION_BITS


def sum_block(a: Reals, b: Reals, fmt: FloatFormat) -> Reals:
    """a + b of one-dimensional blocks, as a float64 that rounds to `fmt` as the exact sum does."""
    with np.errstate(invalid="ignore"):
        total = a + b
    drop = FRACTION_BITS - fmt.mantissa_bits
    dropped = total.view(np.int64) & ((1 << drop) - 1)
    doubtful = dropped == 1 << (drop - 1)
    if fmt.denormals:
        doubtful |= np.abs(total) < np.ldexp(1.0, 1 - fmt.offset)
    if doubtful.any():
        places = np.flatnonzero(doubtful)
        total[places] = _odd(a[places], b[places], total[places])
    return total


def _odd(a: Reals, b: Reals, total: Reals) -> Reals:
    """a + b rounded to odd, from its float64 sum `total`.

    The error of the sum is itself a float64. Source: Knuth, The Art of Computer Programming,
    volume 2, 4.2.2, theorem B (TwoSum).
    """
    with np.errstate(invalid="ignore"):
        b_part = total - a
        error = (a - (total - b_part)) + (b - b_part)
    bits = total.view(np.int64)
    inexact = (np.abs(error) > 0) & ((bits & 1) == 0)
    outwards = ((bits ^ error.view(np.int64)) >> 63) | 1
    odd: NDArray[np.int64] = bits + outwards * inexact
    return odd.view(np.float64)

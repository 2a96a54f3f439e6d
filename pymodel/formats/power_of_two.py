"""Power-of-two weights: a weight is +-2^k, so that a product is a shift.

A code of B bits has the sign on top and k - least_exponent below it; there is no zero. Activations
and sums are those of dynamic fixed point; the weights' fractional length is -least_exponent.
Source: Gysel, "Ristretto: Hardware-Oriented Approximation of Convolutional Neural Networks", 2016,
and its `Integer2POT`: k is rounded half away from zero and clamped, 0 becomes +2^least_exponent.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pymodel.errors import InputError
from pymodel.fixed_point import Int64Array, widen
from pymodel.formats.finite import finite

LEAST_BITS, MOST_BITS = 2, 5


def quantise(values: ArrayLike, bits: int, least_exponent: int, name: str = "tensor") -> Int64Array:
    """Codes of real weights: the sign, and the nearest exponent on the logarithm's scale.

    Raises:
        InputError: `bits` outside 2 to 5, or a value that is NaN or infinite; it names the tensor.
    """
    if not LEAST_BITS <= bits <= MOST_BITS:
        raise InputError(f"tensor {name}: bits must be {LEAST_BITS} to {MOST_BITS}, found {bits}")
    real = finite(values, name, "power of two")
    magnitude = np.abs(real)
    exponent = _nearest_exponent(np.where(magnitude > 0, magnitude, 2.0**least_exponent))
    steps = np.clip(exponent - least_exponent, 0, 2 ** (bits - 1) - 1)
    codes: Int64Array = steps | (widen(real < 0) << (bits - 1))
    return codes


def _nearest_exponent(magnitude: NDArray[np.float64]) -> Int64Array:
    """log2 of positive values, rounded to the nearest integer.

    No float is a half power of two, so there are no ties, and comparing with the float next to the
    square root of 1/2 decides as the root itself would.
    """
    fraction, exponent = np.frexp(magnitude)
    return exponent.astype(np.int64) - widen(fraction < np.sqrt(0.5))


def multiplier(codes: ArrayLike, bits: int) -> Int64Array:
    """What a code multiplies by: +-2^(k - least_exponent), an integer.

    Raises:
        InputError: a code outside 0 to 2^bits - 1.
    """
    wide = widen(codes)
    if np.any((wide < 0) | (wide >> bits != 0)):
        raise InputError(
            f"power-of-two codes must be 0 to {2**bits - 1}, found {wide.min()} to {wide.max()}"
        )
    magnitude = np.int64(1) << (wide & ((1 << (bits - 1)) - 1))
    return np.where(wide >> (bits - 1), -magnitude, magnitude)


def dequantise(codes: ArrayLike, bits: int, least_exponent: int) -> NDArray[np.float64]:
    """Real values of codes, exact."""
    real: NDArray[np.float64] = np.ldexp(multiplier(codes, bits).astype(np.float64), least_exponent)
    return real

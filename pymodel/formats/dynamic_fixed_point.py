"""Dynamic fixed point: B-bit integers with one fractional length a tensor, value = code / 2^fl.

Products are exact and then lose the low bits of the datapath's cut; sums are those of
pymodel.formats.integers. There are no zero points. Source: Gysel, "Ristretto: Hardware-Oriented
Approximation of Convolutional Neural Networks", 2016, with two's complement as the range.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pymodel.errors import InputError
from pymodel.fixed_point import Int64Array, round_half_away, widen
from pymodel.formats.finite import finite
from pymodel.formats.integers import accumulate, resize, tree_node, truncate
from pymodel.formats.width import WHOLE, Cut

__all__ = [
    "accumulate",
    "dequantise",
    "fractional_length",
    "multiply",
    "quantise",
    "resize",
    "sign_magnitude",
    "tree_node",
    "truncate",
]
LEAST_BITS, MOST_BITS = 2, 16


def multiply(
    x: ArrayLike,
    w: ArrayLike,
    x_zero_point: ArrayLike,
    w_zero_point: ArrayLike,
    mask: ArrayLike,
    cut: Cut = WHOLE,
) -> Int64Array:
    """x * w, its low bits cut; 0 where `mask` is true. Zero points must be 0."""
    if np.any(x_zero_point) or np.any(w_zero_point):
        raise InputError("fixed point has no zero points; they must be 0")
    product: Int64Array = widen(x) * widen(w) * (widen(mask) == 0)
    return truncate(product, cut)


def fractional_length(values: ArrayLike, bits: int, name: str = "tensor") -> int:
    """The largest fl at which no value saturates: bits - 1 - ceil(log2 max |x|), or one less.

    All zeros have bits - 1.

    Raises:
        InputError: `bits` outside 2 to 16, or a value that is NaN or infinite; it names the tensor.
    """
    real = _finite(values, bits, name)
    largest = float(np.abs(real).max(initial=0.0))
    if largest == 0.0:
        return bits - 1
    fraction, exponent = np.frexp(largest)
    fl = bits - 1 - int(exponent - (fraction == 0.5))
    return fl - 1 if np.any(_rounded(real, fl) != quantise(real, fl, bits)) else fl


def quantise(values: ArrayLike, fl: int, bits: int, name: str = "tensor") -> Int64Array:
    """Codes of real values: saturated to `bits`, then rounded half away from zero, as Ristretto.

    Raises:
        InputError: `bits` outside 2 to 16, or a value that is NaN or infinite; it names the tensor.
    """
    steps = _rounded(_finite(values, bits, name), fl)
    least, largest = -(2.0 ** (bits - 1)), 2.0 ** (bits - 1) - 1
    codes: Int64Array = np.clip(steps, least, largest).astype(np.int64)
    return codes


def dequantise(codes: ArrayLike, fl: int) -> NDArray[np.float64]:
    """Real values of codes: code / 2^fl, exact."""
    real: NDArray[np.float64] = np.ldexp(widen(codes).astype(np.float64), -fl)
    return real


def sign_magnitude(codes: ArrayLike, bits: int, name: str = "tensor") -> Int64Array:
    """Bit patterns of `bits`: the sign on top, the magnitude below; +0 for 0.

    Raises:
        InputError: a code that has no such pattern: -2^(bits - 1), or one past `bits`.
    """
    wide = widen(codes)
    bad = np.argwhere(np.abs(wide) >= 1 << (bits - 1))
    if bad.size:
        place = tuple(int(i) for i in bad[0])
        raise InputError(
            f"tensor {name}: element {place} is {int(wide[place])}, which has no sign and "
            f"magnitude of {bits} bits; quantise symmetrically"
        )
    patterns: Int64Array = np.abs(wide) | (wide < 0).astype(np.int64) << (bits - 1)
    return patterns


def _finite(values: ArrayLike, bits: int, name: str) -> NDArray[np.float64]:
    if not LEAST_BITS <= bits <= MOST_BITS:
        raise InputError(f"tensor {name}: bits must be {LEAST_BITS} to {MOST_BITS}, found {bits}")
    return finite(values, name, "dynamic fixed point")


def _rounded(real: NDArray[np.float64], fl: int) -> NDArray[np.float64]:
    return round_half_away(np.ldexp(real, fl)).astype(np.float64, copy=False)

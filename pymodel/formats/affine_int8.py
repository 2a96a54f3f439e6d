"""Affine int8's arithmetic: exact products of 9-bit operands, sums of integers.

Every function takes Python ints or int64 arrays that broadcast, and returns int64; each is one RTL
module of the same name.
"""

from numpy.typing import ArrayLike

from pymodel.fixed_point import Int64Array, widen
from pymodel.formats.integers import accumulate, resize, tree_node, truncate

__all__ = ["accumulate", "multiply", "resize", "tree_node", "truncate"]


def multiply(
    x: ArrayLike,
    w: ArrayLike,
    x_zero_point: ArrayLike,
    w_zero_point: ArrayLike,
    mask: ArrayLike,
) -> Int64Array:
    """(x - x_zero_point) * (w - w_zero_point), exact in 18 bits; 0 where `mask` is true."""
    x_offset, w_offset = widen(x) - widen(x_zero_point), widen(w) - widen(w_zero_point)
    product: Int64Array = x_offset * w_offset * (widen(mask) == 0)
    return product

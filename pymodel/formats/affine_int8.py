"""Affine int8's arithmetic: exact products of 9-bit operands, sums that wrap at their width.

Every function takes Python ints or int64 arrays that broadcast, and returns int64. Together they
are the stages of pymodel.formats.table; each is one RTL module of the same name.
"""

from numpy.typing import ArrayLike

from pymodel.fixed_point import Int64Array, widen, wrap


def multiply(
    x: ArrayLike, w: ArrayLike, x_zero_point: ArrayLike, w_zero_point: ArrayLike, mask: ArrayLike
) -> Int64Array:
    """(x - x_zero_point) * (w - w_zero_point), exact in 18 bits; 0 where `mask` is true."""
    x_offset, w_offset = widen(x) - widen(x_zero_point), widen(w) - widen(w_zero_point)
    product: Int64Array = x_offset * w_offset * (widen(mask) == 0)
    return product


def resize(value: ArrayLike, bits: int) -> Int64Array:
    """A value as it enters a stage of `bits`: its low bits, two's complement."""
    return wrap(value, bits)


def accumulate(acc: ArrayLike, addend: ArrayLike, bits: int) -> Int64Array:
    """acc + addend, wrapped at `bits`; an addend from a wider stage is resized on the way in."""
    return wrap(widen(acc) + resize(addend, bits), bits)


def tree_node(a: ArrayLike, b: ArrayLike, bits: int) -> Int64Array:
    """a + b, wrapped at `bits`."""
    return wrap(widen(a) + widen(b), bits)

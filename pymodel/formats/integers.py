"""Sums of integers: the stages behind the multiplier in every fixed-point format.

Every function takes Python ints or int64 arrays that broadcast, and returns int64; each is one RTL
module of the same name.
"""

from numpy.typing import ArrayLike

from pymodel.fixed_point import Int64Array, saturate, shift_right, widen, wrap
from pymodel.formats.width import Cut, Width


def resize(value: ArrayLike, width: Width) -> Int64Array:
    """A value as it enters a stage of `width`: wrapped or saturated by the stage's rule."""
    if width.overflow == "wrap":
        return wrap(value, width.bits)
    return saturate(value, width.bits)


def accumulate(acc: ArrayLike, addend: ArrayLike, width: Width) -> Int64Array:
    """acc + addend by the stage's rule; an addend from a wider stage is resized on the way in."""
    return resize(widen(acc) + resize(addend, width), width)


def tree_node(a: ArrayLike, b: ArrayLike, width: Width) -> Int64Array:
    """a + b by the stage's rule; both have its width."""
    return resize(widen(a) + widen(b), width)


def truncate(value: ArrayLike, cut: Cut) -> Int64Array:
    """value / 2^bits, rounded by the cut's rule."""
    return shift_right(value, cut.bits, cut.rounding)

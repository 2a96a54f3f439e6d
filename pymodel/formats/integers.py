"""Sums of integers: the stages behind the multiplier in every fixed-point format.

Every function takes Python ints or int64 arrays that broadcast, and returns int64; each is one RTL
module of the same name. Beside each stands a function for the numeric events of the operation: bit
masks of pymodel.formats.events, one for each value.
"""

import numpy as np
from numpy.typing import ArrayLike

from pymodel.fixed_point import Int64Array, Rounding, saturate, shift_right, widen, wrap
from pymodel.formats.events import SATURATED, TIE, TRUNCATED, WRAPPED
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


def resize_events(value: ArrayLike, width: Width) -> Int64Array:
    """Saturated or wrapped, where the value does not fit."""
    past = widen(value) != wrap(value, width.bits)
    return widen(past) * (WRAPPED if width.overflow == "wrap" else SATURATED)


def accumulate_events(acc: ArrayLike, addend: ArrayLike, width: Width) -> Int64Array:
    """Those of the addend on its way in and those of the sum, as one operation's."""
    total = widen(acc) + resize(addend, width)
    return resize_events(addend, width) | resize_events(total, width)


def tree_node_events(a: ArrayLike, b: ArrayLike, width: Width) -> Int64Array:
    """Those of the sum."""
    return resize_events(widen(a) + widen(b), width)


def truncate_events(value: ArrayLike, cut: Cut) -> Int64Array:
    """Truncated, where a dropped bit is set; a tie, where the rule goes to the nearest."""
    return shift_events(value, cut.bits, cut.rounding)


def shift_events(value: ArrayLike, shift: ArrayLike, rounding: Rounding) -> Int64Array:
    """Events of dropping the low `shift` bits (0 to 62) by a rounding rule."""
    wide, count = widen(value), widen(shift)
    lost = wide - ((wide >> count) << count)
    half = (np.int64(1) << count) >> 1
    tie = (lost == half) & (count > 0) & (rounding in ("nearest_away", "nearest_even"))
    return widen(lost != 0) * TRUNCATED | widen(tie) * TIE

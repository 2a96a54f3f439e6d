"""Dynamic fixed point's requantisation: a psum to the output's fractional length, by a shift."""

from typing import get_args

import numpy as np
from numpy.typing import ArrayLike

from pymodel.fixed_point import Int64Array, Rounding, saturate, shift_right, widen
from pymodel.formats.integers import shift_events

SHIFT_RULES: tuple[Rounding, ...] = get_args(Rounding)
"""How the bits that a right shift drops are rounded."""
RESULT_BITS = 32
"""A shifted psum saturates at this width, so that a clamp sees on which side it lies."""


def shift_accumulator(acc: ArrayLike, shift: ArrayLike, rule: Rounding) -> Int64Array:
    """acc * 2^shift, bits that are dropped rounded by the rule; saturated at 32 bits.

    Args:
        acc: integers of up to 48 bits; shift broadcasts against it.
        shift: -31 to 30.
        rule: one of SHIFT_RULES.
    """
    wide, exponent = widen(acc), widen(shift)
    left, right = np.maximum(exponent, 0), np.maximum(-exponent, 0)
    # What is past the width before a left shift is so behind it, and shifted might pass 64 bits.
    near = np.where(left > 0, saturate(wide, RESULT_BITS + 1), wide)
    return saturate(shift_right(near << left, right, rule), RESULT_BITS)


def shift_accumulator_events(acc: ArrayLike, shift: ArrayLike, rule: Rounding) -> Int64Array:
    """Numeric events of the bits dropped: bit masks."""
    return shift_events(acc, np.maximum(-widen(shift), 0), rule)

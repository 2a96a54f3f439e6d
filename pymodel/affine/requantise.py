"""TFLite's rules of requantisation: an int32 accumulator scaled, before zero point and clamp."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pymodel.errors import InputError
from pymodel.fixed_point import (
    Int64Array,
    round_half_away,
    rounding_shift_right,
    srdhm,
    wrap,
)
from pymodel.formats.integers import shift_events

INTEGER_RULES = ("double_away", "double_up", "single")
"""Rules on a 32-bit multiplier and a shift: the ones that the RTL has in affine int8."""
RULES = (*INTEGER_RULES, "double_up_by_8", "float_even", "float_away")
"""The rules of affine int8."""
BLOCK_CHANNELS = 8
"""Channels of a block in double_up_by_8."""
LEAST_SHIFT, MOST_SHIFT = -31, 30


def quantise_multiplier(real: float) -> tuple[int, int]:
    """(q, shift) with real ~ q * 2^(shift - 31) and 2^30 <= q < 2^31; (0, 0) if it is too small.

    Source: TFLite `QuantizeMultiplier` (kernels/internal/quantization_util.cc).

    Raises:
        InputError: a multiplier that is negative, not finite, or 2^30 and more.
    """
    if not (math.isfinite(real) and real >= 0):
        raise InputError(f"a requantise multiplier must be finite and not negative, found {real}")
    fraction, shift = math.frexp(real)
    q = math.floor(fraction * 2**31 + 0.5)
    if q == 2**31:
        q, shift = 2**30, shift + 1
    if shift < LEAST_SHIFT:
        return 0, 0
    if shift > MOST_SHIFT:
        raise InputError(f"a requantise multiplier must be below 2^{MOST_SHIFT}, found {real}")
    return q, shift


def scale_accumulator(
    acc: ArrayLike, multiplier: ArrayLike, shift: ArrayLike, rule: str
) -> Int64Array:
    """acc * multiplier * 2^(shift - 31), rounded by an integer rule; the result wraps at 32 bits.

    double_away and double_up round twice, after the multiplication and after the right shift,
    and wrap acc << shift at 32 bits; single rounds once, in 64 bits, ties up.

    Args:
        acc: int32 values; multiplier and shift broadcast against it.
        multiplier: 0 to 2^31 - 1.
        shift: -31 to 30.
        rule: one of INTEGER_RULES.

    Source: TFLite `MultiplyByQuantizedMultiplier` (kernels/internal/common.cc).

    Raises:
        InputError: the rule is not an integer rule.
    """
    wide, q, exponent = (np.asarray(v, dtype=np.int64) for v in (acc, multiplier, shift))
    if rule == "single":
        return wrap(rounding_shift_right(wide * q, 31 - exponent, ties="up"), 32)
    if rule not in INTEGER_RULES:
        raise InputError(
            f"scale_accumulator: rule must be one of {', '.join(INTEGER_RULES)}, found {rule!r}"
        )
    high = srdhm(wrap(wide << np.maximum(exponent, 0), 32), q)
    ties = rounding_shift_right(
        high, np.maximum(-exponent, 0), ties="away" if rule == "double_away" else "up"
    )
    return wrap(ties, 32)


def scale_events(acc: ArrayLike, multiplier: ArrayLike, shift: ArrayLike, rule: str) -> Int64Array:
    """Numeric events of scale_accumulator: those of its last rounding, bit masks."""
    wide, q, exponent = (np.asarray(v, dtype=np.int64) for v in (acc, multiplier, shift))
    if rule == "single":
        return shift_events(wide * q, 31 - exponent, "nearest_away")
    high = srdhm(wrap(wide << np.maximum(exponent, 0), 32), q)
    return shift_events(high, np.maximum(-exponent, 0), "nearest_away")


def scale_by_rule(
    acc: Int64Array,
    multiplier: NDArray[np.int32],
    shift: NDArray[np.int32],
    scale: NDArray[np.float64],
    rule: str,
) -> Int64Array:
    """Accumulators (..., oc) scaled by any of RULES; the numbers are one for each channel.

    double_up_by_8, the rule of TFLite's optimised depthwise kernel on x86, is double_up for whole
    blocks of eight channels and double_away for the channels left over. The float rules take
    `scale`, float_even as float32; the others multiplier and shift.
    """
    if rule in INTEGER_RULES:
        return scale_accumulator(acc, multiplier, shift, rule)
    if rule == "double_up_by_8":
        up, away = (
            scale_accumulator(acc, multiplier, shift, one) for one in ("double_up", "double_away")
        )
        channels = acc.shape[-1]
        in_block = np.arange(channels) < channels // BLOCK_CHANNELS * BLOCK_CHANNELS
        return np.where(in_block, up, away)
    if rule == "float_even":
        return _whole(np.rint(acc.astype(np.float32) * scale.astype(np.float32)))
    return _whole(round_half_away(acc.astype(np.float64) * scale))


def _whole(rounded: NDArray[np.floating[Any]]) -> Int64Array:
    """Whole floats as int64; those past any clamp are limited first, so that the cast is exact."""
    near: NDArray[np.floating[Any]] = np.clip(rounded, -(2.0**31), 2.0**31)
    return near.astype(np.int64)

"""Requantise: an int32 accumulator to an output code, by TFLite's rules or a rounded shift."""

import math
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pymodel.errors import InputError
from pymodel.fixed_point import (
    Int64Array,
    Rounding,
    round_half_away,
    rounding_shift_right,
    saturate,
    shift_right,
    srdhm,
    widen,
    wrap,
)

INTEGER_RULES = ("double_away", "double_up", "single")
"""Rules on a 32-bit multiplier and a shift: the ones that the RTL has in affine int8."""
SHIFT_RULES: tuple[Rounding, ...] = get_args(Rounding)
"""Rules on a shift alone, in dynamic fixed point: how the dropped bits round."""
ARRAY_RULES: dict[str, tuple[str, ...]] = {
    "affine_int8": INTEGER_RULES,
    "dynamic_fixed_point": SHIFT_RULES,
}
"""The rules that the RTL has, by number format."""
RULES = (*INTEGER_RULES, "double_up_by_8", "float_even", "float_away")
"""The rules of affine int8."""
BLOCK_CHANNELS = 8
"""Channels of a block in double_up_by_8."""
LEAST_SHIFT, MOST_SHIFT = -31, 30


@dataclass(frozen=True, eq=False)
class Requantise:
    """How one layer's accumulators become int8 codes.

    The real multiplier of channel c is scale[c], about multiplier[c] * 2^(shift[c] - 31); a
    negative shift goes right. The float rules use scale, the others multiplier and shift.

    Attributes:
        rule: one of RULES, or of SHIFT_RULES in dynamic fixed point.
        multiplier: int32 (oc,), 0 to 2^31 - 1.
        shift: int32 (oc,), -31 to 30.
        scale: float64 (oc,); the rule float_even takes it as float32.
        zero_point: the output's, -128 to 127.
        clamp_min, clamp_max: the output's range, codes from -128 to 127.

    Raises:
        InputError: an unknown rule, a wrong dtype or shape, or a value out of range.
    """

    rule: str
    multiplier: NDArray[np.int32]
    shift: NDArray[np.int32]
    scale: NDArray[np.float64]
    zero_point: int
    clamp_min: int = -128
    clamp_max: int = 127

    def __post_init__(self) -> None:
        if self.rule not in (*RULES, *SHIFT_RULES):
            known = ", ".join((*RULES, *SHIFT_RULES))
            raise InputError(f"requantise: rule must be one of {known}, found {self.rule!r}")
        channels = self.multiplier.shape
        for name, array, dtype in (
            ("multiplier", self.multiplier, np.int32),
            ("shift", self.shift, np.int32),
            ("scale", self.scale, np.float64),
        ):
            if array.dtype != dtype or array.ndim != 1 or array.shape != channels:
                raise InputError(
                    f"requantise: {name} must be {np.dtype(dtype).name} of shape {channels}, one "
                    f"value per output channel, found {array.dtype} of shape {array.shape}"
                )
        if np.any(self.multiplier < 0):
            raise InputError(
                f"requantise: multipliers must not be negative, found {self.multiplier.min()}"
            )
        if np.any((self.shift < LEAST_SHIFT) | (self.shift > MOST_SHIFT)):
            raise InputError(
                f"requantise: shifts must lie from {LEAST_SHIFT} to {MOST_SHIFT}, "
                f"found {self.shift.min()} to {self.shift.max()}"
            )
        for name in ("zero_point", "clamp_min", "clamp_max"):
            if not -128 <= getattr(self, name) <= 127:
                raise InputError(
                    f"requantise: {name} must lie from -128 to 127, found {getattr(self, name)}"
                )
        if self.clamp_min > self.clamp_max:
            raise InputError(
                f"requantise: clamp_min {self.clamp_min} is above clamp_max {self.clamp_max}"
            )


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


def shift_accumulator(acc: ArrayLike, shift: ArrayLike, rule: Rounding) -> Int64Array:
    """acc * 2^shift, bits that are dropped rounded by the rule; saturated at 32 bits.

    Args:
        acc: int32 values; shift broadcasts against it.
        shift: -31 to 30.
        rule: one of SHIFT_RULES.
    """
    wide, exponent = widen(acc), widen(shift)
    left = np.maximum(exponent, 0)
    shifted = shift_right(wide << left, np.maximum(-exponent, 0), rule)
    return saturate(shifted, 32)


def requantise(acc: NDArray[np.int32], params: Requantise) -> NDArray[np.int8]:
    """int32 accumulators (..., oc), bias included, to int8 codes of the same shape.

    double_up_by_8, the rule of TFLite's optimised depthwise kernel on x86, is double_up for whole
    blocks of eight channels and double_away for the channels left over.

    The zero point is added in 64 bits, so nothing overflows before the clamp.
    """
    if params.rule in SHIFT_RULES:
        scaled = shift_accumulator(acc, params.shift, params.rule)
    elif params.rule in INTEGER_RULES:
        scaled = scale_accumulator(acc, params.multiplier, params.shift, params.rule)
    elif params.rule == "double_up_by_8":
        up, away = (
            scale_accumulator(acc, params.multiplier, params.shift, rule)
            for rule in ("double_up", "double_away")
        )
        channels = acc.shape[-1]
        in_block = np.arange(channels) < channels // BLOCK_CHANNELS * BLOCK_CHANNELS
        scaled = np.where(in_block, up, away)
    elif params.rule == "float_even":
        scaled = _whole(np.rint(acc.astype(np.float32) * params.scale.astype(np.float32)))
    else:
        scaled = _whole(round_half_away(acc.astype(np.float64) * params.scale))
    code: Int64Array = np.clip(scaled + params.zero_point, params.clamp_min, params.clamp_max)
    return code.astype(np.int8)


def _whole(rounded: NDArray[np.floating[Any]]) -> Int64Array:
    """Whole floats as int64; those past any clamp are limited first, so that the cast is exact."""
    near: NDArray[np.floating[Any]] = np.clip(rounded, -(2.0**31), 2.0**31)
    return near.astype(np.int64)

"""Requantise: psums, bias included, to the output's codes, by the datapath's own rules."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pymodel.affine.requantise import (
    INTEGER_RULES,
    LEAST_SHIFT,
    MOST_SHIFT,
    RULES,
    scale_by_rule,
    scale_events,
)
from pymodel.array.events import EventCounts
from pymodel.datapath import Datapath
from pymodel.errors import InputError
from pymodel.fixed_point import Int64Array, widen
from pymodel.formats import minifloat
from pymodel.formats.events import SATURATED
from pymodel.formats.float_codes import patterns
from pymodel.formats.requantise_fixed import (
    SHIFT_RULES,
    shift_accumulator,
    shift_accumulator_events,
)
from pymodel.formats.requantise_float import CONVERT_RULES, clamp, convert_events
from pymodel.presets import preset

ARRAY_RULES: dict[str, tuple[str, ...]] = {
    "affine_int8": INTEGER_RULES,
    "dynamic_fixed_point": SHIFT_RULES,
    "power_of_two": SHIFT_RULES,
    "minifloat": CONVERT_RULES,
}
"""The rules that the RTL has, by number format."""
INT8 = preset("int8")


@dataclass(frozen=True, eq=False)
class Requantise:
    """How one layer's psums become codes of its output.

    In affine int8 the real multiplier of channel c is scale[c], about
    multiplier[c] * 2^(shift[c] - 31); a negative shift goes right. The float rules use scale, the
    others multiplier and shift. In fixed point it is 2^shift[c], in minifloat there is none.

    Attributes:
        rule: one of RULES; of SHIFT_RULES in fixed point, of CONVERT_RULES in minifloat.
        multiplier: int32 (oc,), 0 to 2^31 - 1.
        shift: int32 (oc,), -31 to 30.
        scale: float64 (oc,); the rule float_even takes it as float32.
        zero_point: the output's, -128 to 127; 0 outside affine int8.
        clamp_min, clamp_max: the output's range, stored codes.

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
        known = (*RULES, *SHIFT_RULES, *CONVERT_RULES)
        if self.rule not in known:
            raise InputError(
                f"requantise: rule must be one of {', '.join(known)}, found {self.rule!r}"
            )
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
        affine = self.rule in RULES
        codes = range(-128, 128) if affine else range(-(2**31), 2**31)
        for name, allowed in (
            ("zero_point", codes if affine else range(1)),
            ("clamp_min", codes),
            ("clamp_max", codes),
        ):
            if getattr(self, name) not in allowed:
                raise InputError(
                    f"requantise: {name} must lie from {allowed.start} to {allowed.stop - 1}, "
                    f"found {getattr(self, name)}"
                )
        # Codes of floats are no integers to be compared: their order is the format's.
        if self.rule in CONVERT_RULES:
            return
        if self.clamp_min > self.clamp_max:
            raise InputError(
                f"requantise: clamp_min {self.clamp_min} is above clamp_max {self.clamp_max}"
            )


def requantise(
    acc: NDArray[np.integer],
    params: Requantise,
    datapath: Datapath = INT8,
    counts: EventCounts | None = None,
) -> NDArray[np.signedinteger]:
    """Psums (..., oc), bias included, to stored codes of the same shape.

    The zero point is added in 64 bits, so nothing overflows before the clamp. Numeric events are
    added to `counts`, for the rules that the array has.

    Raises:
        InputError: a rule of another number format, or a clamp that is no code of this one.
    """
    rules = RULES if datapath.format == "affine_int8" else ARRAY_RULES[datapath.format]
    if params.rule not in rules:
        raise InputError(
            f"requantise: rule in {datapath.format} must be one of {', '.join(rules)}, "
            f"found {params.rule!r}"
        )
    limits = np.iinfo(datapath.dtype)
    if not (limits.min <= params.clamp_min and params.clamp_max <= limits.max):
        raise InputError(
            f"requantise: clamp must lie from {limits.min} to {limits.max} in {datapath.name}, "
            f"found {params.clamp_min} to {params.clamp_max}"
        )
    if datapath.format == "minifloat":
        return _convert(acc, params, datapath, counts)
    wide = widen(acc)
    if params.rule in SHIFT_RULES:
        scaled = shift_accumulator(wide, params.shift, params.rule)
    else:
        scaled = scale_by_rule(wide, params.multiplier, params.shift, params.scale, params.rule)
    total = scaled + params.zero_point
    code: Int64Array = np.clip(total, params.clamp_min, params.clamp_max)
    if counts is not None:
        counts.add("output", _events(wide, params) | widen(code != total) * SATURATED)
    return code.astype(datapath.dtype)


def _events(acc: Int64Array, params: Requantise) -> Int64Array:
    if params.rule in SHIFT_RULES:
        return shift_accumulator_events(acc, params.shift, params.rule)
    return scale_events(acc, params.multiplier, params.shift, params.rule)


def _convert(
    acc: NDArray[np.integer], params: Requantise, datapath: Datapath, counts: EventCounts | None
) -> NDArray[np.signedinteger]:
    element, accumulator = datapath.floats
    psums = patterns(acc, accumulator)
    converted = minifloat.convert(psums, accumulator, element)
    least, largest = (int(patterns(c, element)) for c in (params.clamp_min, params.clamp_max))
    codes = clamp(converted, least, largest, element)
    if counts is not None:
        counts.add("output", convert_events(psums, converted, codes, accumulator, element))
    return stored_codes(codes, datapath)


def stored_codes(codes: NDArray[np.integer], datapath: Datapath) -> NDArray[np.signedinteger]:
    """Codes, bit patterns among them, as the signed integers in which they are stored."""
    bits = datapath.storage_bits
    patterns_of: NDArray[np.unsignedinteger] = codes.astype(np.dtype(f"uint{bits}"))
    return patterns_of.view(datapath.dtype)

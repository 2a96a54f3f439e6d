"""Minifloat's requantisation: a psum rounded once to the element's format, then clamped."""

import numpy as np

from pymodel.fixed_point import Int64Array, widen
from pymodel.formats import minifloat
from pymodel.formats.events import SATURATED
from pymodel.formats.float_events import rounding_events
from pymodel.formats.float_format import FloatFormat
from pymodel.formats.float_rounding import Codes

CONVERT_RULES = ("convert",)
"""The one rule: that of the element's format."""


def total_order(codes: Codes, fmt: FloatFormat) -> Int64Array:
    """Integers in the order of the codes' values, -0 just below +0."""
    wide = widen(codes)
    magnitude = wide & (fmt.sign_code - 1)
    return np.where(wide & fmt.sign_code, ~magnitude, magnitude)


def clamp(codes: Codes, least: int, largest: int, fmt: FloatFormat) -> Codes:
    """Codes limited to those of `least` and `largest`, in their total order; NaN stays."""
    order, low, high = (
        total_order(np.asarray(code, dtype=np.uint32), fmt) for code in (codes, least, largest)
    )
    number = order <= _last(fmt)
    number &= order >= ~_last(fmt)
    limited = np.where(order < low, np.uint32(least), codes)
    limited = np.where(order > high, np.uint32(largest), limited)
    result: Codes = np.where(number, limited, codes).astype(np.uint32)
    return result


def _last(fmt: FloatFormat) -> int:
    """The code of plus infinity, or of the largest number where there is none."""
    return fmt.largest if fmt.infinity is None else fmt.infinity


def convert_events(
    psum: Codes, converted: Codes, clamped: Codes, psum_fmt: FloatFormat, fmt: FloatFormat
) -> Int64Array:
    """Numeric events of a conversion and its clamp: bit masks."""
    rounding = rounding_events(minifloat.decode(psum, psum_fmt), fmt)
    return rounding | widen(converted != clamped) * SATURATED

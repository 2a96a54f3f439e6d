"""Numeric events of float operations: bit masks of pymodel.formats.events, one for each value."""

from pymodel.fixed_point import Int64Array, widen
from pymodel.formats.events import FLUSHED, SATURATED, TIE
from pymodel.formats.float_format import FloatFormat
from pymodel.formats.float_rounding import Reals
from pymodel.formats.minifloat import encode_events


def rounding_events(exact: Reals, fmt: FloatFormat) -> Int64Array:
    """Events of rounding exact values (those of an `exact_` function of minifloat) to a format."""
    found = encode_events(exact, fmt)
    return (
        widen(found.saturated) * SATURATED | widen(found.tie) * TIE | widen(found.flushed) * FLUSHED
    )

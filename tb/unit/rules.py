"""From the codes of rtl/dla_defs.vh to pymodel's rules, and back."""

from typing import Any, get_args

from pymodel.fixed_point import Rounding
from pymodel.formats.width import Overflow, Width
from tb.registers import load_definitions

ROUNDINGS: tuple[Rounding, ...] = get_args(Rounding)
OVERFLOWS: tuple[Overflow, ...] = get_args(Overflow)


def rounding_code(rounding: Rounding) -> int:
    """Return the code of a rounding."""
    return load_definitions()[f"ROUNDING_{rounding.upper()}"]


def overflow_code(overflow: Overflow) -> int:
    """Return the code of an overflow rule."""
    return load_definitions()[f"OVERFLOW_{overflow.upper()}"]


def width_of(bits: int, parameter: Any) -> Width:
    """Return the width of a stage from the DUT's handle of its overflow parameter."""
    (rule,) = (rule for rule in OVERFLOWS if overflow_code(rule) == int(parameter.value))
    return Width(bits, rule)

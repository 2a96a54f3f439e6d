"""What a stage of the array does to its values: how wide it is, and which low bits it drops."""

from dataclasses import dataclass
from typing import Literal

from pymodel.fixed_point import Rounding

Overflow = Literal["wrap", "saturate"]


@dataclass(frozen=True)
class Width:
    """Two's complement of `bits`; a value past it wraps, or becomes the nearest end."""

    bits: int
    overflow: Overflow = "wrap"


@dataclass(frozen=True)
class Cut:
    """`bits` low bits are dropped, the rest rounded by the rule."""

    bits: int = 0
    rounding: Rounding = "floor"


WHOLE = Cut()
"""Nothing is dropped."""

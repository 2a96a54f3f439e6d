"""Floating-point formats in training: each value rounded once, no state."""

from dataclasses import dataclass, replace

import numpy as np

from pymodel.formats.float_format import FloatFormat
from pymodel.formats.minifloat import decode, quantise
from pymodel.training.examples import Reals


@dataclass(frozen=True)
class FloatingPoint:
    """Values of `fmt`; what is beyond its largest finite one becomes that one."""

    fmt: FloatFormat

    def __post_init__(self) -> None:
        object.__setattr__(self, "fmt", replace(self.fmt, overflow="saturate"))

    def reducer(self, first: Reals, name: str, random: np.random.RandomState) -> "FloatingPoint":
        """As `NumberFormat.reducer`: the format itself."""
        return self

    def reduce(self, values: Reals, name: str, observe: bool) -> Reals:
        """As `Reducer.reduce`."""
        return decode(quantise(values, self.fmt, name), self.fmt)

    def check(self) -> None:
        """Nothing moves."""

"""Fixed point whose scaling factor 2^-fl moves with the rate of overflows.

Codes are those of the array's dynamic fixed point: B bits, two's complement. Source of the rule:
Courbariaux, Bengio, David, "Training deep neural networks with low precision multiplications",
2015 (arXiv 1412.7024).
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from pymodel.codecs import tensor_range
from pymodel.errors import InputError
from pymodel.formats.dynamic_fixed_point import (
    LEAST_BITS,
    MOST_BITS,
    dequantise,
    fractional_length,
    quantise,
)
from pymodel.training.examples import Reals
from pymodel.training.stochastic import round_stochastic

Rounding = Literal["nearest_away", "stochastic"]
MOST_OVERFLOW_RATE = 1e-4
"""A fraction of the values, the paper's."""


@dataclass(frozen=True)
class FixedPoint:
    """B-bit codes of value * 2^fl, saturated.

    integer_bits: None lets fl move, from the largest at which the tensor's first values do not
        saturate; a number holds it at bits - 1 - integer_bits, the range at -2^integer_bits to
        just below 2^integer_bits.
    most_overflow_rate: a fraction of the values between two checks.

    Raises:
        InputError: bits outside 2 to 16, a rate outside 0 to 1, an unknown rounding.
    """

    bits: int
    integer_bits: int | None = None
    rounding: Rounding = "nearest_away"
    most_overflow_rate: float = MOST_OVERFLOW_RATE

    def __post_init__(self) -> None:
        if not LEAST_BITS <= self.bits <= MOST_BITS:
            raise InputError(
                f"fixed point: bits must be {LEAST_BITS} to {MOST_BITS}, found {self.bits}"
            )
        if not 0 <= self.most_overflow_rate < 1:
            raise InputError(
                "fixed point: the largest overflow rate must be from 0 to below 1, "
                f"found {self.most_overflow_rate}"
            )
        if self.rounding not in get_args(Rounding):
            raise InputError(
                f"fixed point: rounding must be nearest_away or stochastic, found {self.rounding!r}"
            )

    def reducer(self, first: Reals, name: str, random: np.random.RandomState) -> "MovingPoint":
        """As `NumberFormat.reducer`."""
        if self.integer_bits is not None:
            return MovingPoint(self, self.bits - 1 - self.integer_bits, random)
        return MovingPoint(self, fractional_length(first, self.bits, name), random)


@dataclass
class MovingPoint:
    """A tensor in fixed point. values, overflows, overflows_of_twice: since the last check."""

    fmt: FixedPoint
    fl: int
    random: np.random.RandomState
    values: int = 0
    overflows: int = 0
    overflows_of_twice: int = 0

    def reduce(self, values: Reals, name: str, observe: bool) -> Reals:
        """As `Reducer.reduce`. NaN and infinities are refused."""
        if observe and self.fmt.integer_bits is None:
            self._observe(values)
        if self.fmt.rounding == "nearest_away":
            return dequantise(quantise(values, self.fl, self.fmt.bits, name), self.fl)
        tensor_range(values, name, "fixed point")
        return dequantise(self._stochastic_codes(values), self.fl)

    def check(self) -> None:
        """Moves fl by `next_fractional_length`, and counts anew."""
        self.fl = next_fractional_length(
            self.fl,
            self.values,
            self.overflows,
            self.overflows_of_twice,
            self.fmt.most_overflow_rate,
        )
        self.values = self.overflows = self.overflows_of_twice = 0

    def _observe(self, values: Reals) -> None:
        """A tensor of zeros alone says nothing of the range that it needs."""
        if not values.any():
            return
        self.values += values.size
        self.overflows += overflows(values, self.fl, self.fmt.bits)
        self.overflows_of_twice += overflows(values, self.fl + 1, self.fmt.bits)

    def _stochastic_codes(self, values: Reals) -> NDArray[np.int64]:
        half = 2.0 ** (self.fmt.bits - 1)
        codes = round_stochastic(np.ldexp(values, self.fl), self.random)
        return np.clip(codes, -half, half - 1).astype(np.int64)


def overflows(values: Reals, fl: int, bits: int) -> int:
    """How many values have no code of `bits` at `fl`, rounded to the nearest, half away."""
    step, half = 2.0**-fl, 2.0 ** (bits - 1)
    above, below = values >= (half - 0.5) * step, values <= (-half - 0.5) * step
    return int(np.count_nonzero(above) + np.count_nonzero(below))


def next_fractional_length(
    fl: int, values: int, overflowed: int, overflowed_twice: int, most_rate: float
) -> int:
    """fl after a check: the scaling factor 2^-fl doubles, halves, or stays.

    It doubles where the overflow rate exceeds `most_rate`, and halves where that of twice the
    values would not. Without values it stays.

    Args:
        values, overflowed, overflowed_twice: how many there were since the last check, how many of
            them overflowed, and how many of their doubles would have.
    """
    if values == 0:
        return fl
    if overflowed > most_rate * values:
        return fl - 1
    return fl + 1 if overflowed_twice <= most_rate * values else fl

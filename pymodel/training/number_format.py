"""What a number format of training offers: a reducer for each tensor, which may have a state."""

from typing import Protocol

import numpy as np

from pymodel.training.examples import Reals


class Reducer(Protocol):
    """Of one tensor."""

    def reduce(self, values: Reals, name: str, observe: bool) -> Reals:
        """The values of the format that stand for `values`; `observe` counts them for `check`.

        Raises InputError, which names the tensor `name`, for what the format cannot represent.
        """

    def check(self) -> None:
        """Moves the scaling factor, where there is one that moves."""


class NumberFormat(Protocol):
    """Of any number of tensors."""

    def reducer(self, first: Reals, name: str, random: np.random.RandomState) -> Reducer:
        """Of a tensor whose first values these are; `random` is for stochastic rounding."""

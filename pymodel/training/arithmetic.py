"""How the numbers of a training step are held: the place where every way of training differs."""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from pymodel.training.examples import Reals

Role = Literal["input", "weights", "bias", "outputs"]
Passes = NDArray[np.bool_] | None
"""Where a gradient passes; None stands for everywhere."""


@dataclass(frozen=True)
class Tensor:
    """Of the layer of that number. input: the first layer's x. outputs: behind the activation."""

    layer: int
    role: Role

    def __str__(self) -> str:
        return f"layer {self.layer} {self.role}"


class Arithmetic(Protocol):
    """Each method returns the values as they are held from there on."""

    def forward(self, values: Reals, tensor: Tensor, training: bool) -> tuple[Reals, Passes]:
        """Values on the way forwards, and where their gradient passes; evaluation changes no
        state."""

    def backward(self, values: Reals, tensor: Tensor) -> Reals:
        """The gradient of a tensor."""

    def store(self, values: Reals, tensor: Tensor, what: Literal["value", "velocity"]) -> Reals:
        """A parameter, or its velocity, that stays until the next step."""

    def batch_done(self, examples: int) -> None:
        """Called after each step, with the size of its batch."""


class Float64:
    """Nothing is rounded further than float64 does."""

    def forward(self, values: Reals, tensor: Tensor, training: bool) -> tuple[Reals, Passes]:
        """The values themselves."""
        return values, None

    def backward(self, values: Reals, tensor: Tensor) -> Reals:
        """The values themselves."""
        return values

    def store(self, values: Reals, tensor: Tensor, what: Literal["value", "velocity"]) -> Reals:
        """The values themselves."""
        return values

    def batch_done(self, examples: int) -> None:
        """Nothing to keep."""

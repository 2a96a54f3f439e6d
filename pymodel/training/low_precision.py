"""Training whose multiplications have narrow operands; sums are as wide as they need to be.

Two formats: one for propagations (inputs, weights and outputs on the way forwards, gradients on the
way back, and those of the parameters, which the learning rate multiplies), one for the parameters
as they are stored between the steps. Each tensor has its own scaling factor, gradients apart from
their tensors. Biases are added, not multiplied, so they keep the width that they are stored in.

Source: Courbariaux, Bengio, David, "Training deep neural networks with low precision
multiplications", 2015 (arXiv 1412.7024). Unlike there, a scaling factor starts from the tensor's
first values, not from a training in higher precision before.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from pymodel.errors import InputError
from pymodel.training.arithmetic import Passes, Tensor
from pymodel.training.examples import Reals
from pymodel.training.number_format import NumberFormat, Reducer

Use = Literal["forward", "gradient", "value", "velocity"]


@dataclass
class LowPrecision:
    """propagation, storage: the two formats. check_every: examples between two checks of the
    scaling factors. seed: of stochastic rounding."""

    propagation: NumberFormat
    storage: NumberFormat
    check_every: int = 500
    seed: int = 1
    reducers: dict[tuple[Tensor, Use], Reducer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.check_every < 1:
            raise InputError(f"check_every must be at least 1 example, found {self.check_every}")
        self._random = np.random.RandomState(self.seed)
        self._seen = 0

    def forward(self, values: Reals, tensor: Tensor, training: bool) -> tuple[Reals, Passes]:
        """As `Arithmetic.forward`; gradients pass everywhere."""
        if tensor.role == "bias":
            return values, None
        return self._reduced(values, tensor, "forward", training), None

    def backward(self, values: Reals, tensor: Tensor) -> Reals:
        """As `Arithmetic.backward`."""
        return self._reduced(values, tensor, "gradient", True)

    def store(self, values: Reals, tensor: Tensor, what: Literal["value", "velocity"]) -> Reals:
        """As `Arithmetic.store`."""
        return self._reduced(values, tensor, what, True)

    def batch_done(self, examples: int) -> None:
        """Checks all scaling factors when `check_every` examples have passed."""
        self._seen += examples
        if self._seen >= self.check_every:
            self._seen = 0
            for reducer in self.reducers.values():
                reducer.check()

    def _reduced(self, values: Reals, tensor: Tensor, use: Use, observe: bool) -> Reals:
        name = f"{tensor} {use}"
        key = tensor, use
        if key not in self.reducers:
            fmt = self.storage if use in ("value", "velocity") else self.propagation
            self.reducers[key] = fmt.reducer(values, name, self._random)
        return self.reducers[key].reduce(values, name, observe)

"""Stochastic gradient descent with momentum, seeded."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pymodel.errors import InputError
from pymodel.training.arithmetic import Arithmetic, Tensor
from pymodel.training.examples import Examples, Reals
from pymodel.training.layers import Layer, Parameters
from pymodel.training.network import loss_and_gradients


@dataclass(frozen=True)
class Recipe:
    """velocity = momentum * velocity - learning_rate * gradient; parameter += velocity.

    The seed decides the first weights and the order of the examples, by NumPy's RandomState, whose
    streams are the same in every version. The results are the same bits on one machine; another's
    BLAS may add in another order.

    halve_every: epochs after which the learning rate halves, again and again; 0 keeps it.
    """

    epochs: int = 20
    batch: int = 32
    learning_rate: float = 0.125
    momentum: float = 0.0
    halve_every: int = 0
    seed: int = 1

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch < 1 or self.halve_every < 0:
            raise InputError(
                "epochs and batch must be at least 1, halve_every at least 0, "
                f"found {self.epochs}, {self.batch} and {self.halve_every}"
            )
        if not 0 < self.learning_rate < np.inf or not 0 <= self.momentum < 1:
            raise InputError(
                "the learning rate must be above 0 and the momentum from 0 to below 1, "
                f"found {self.learning_rate} and {self.momentum}"
            )

    def rate(self, epoch: int) -> float:
        """The learning rate of an epoch, counted from 0."""
        halvings = epoch // self.halve_every if self.halve_every else 0
        return float(np.ldexp(self.learning_rate, -halvings))


def first_parameters(layers: Sequence[Layer], random: np.random.RandomState) -> list[Parameters]:
    """Normal weights of variance 2 / inputs of a sum; biases 0.

    Source: He et al., "Delving Deep into Rectifiers", 2015.
    """
    found = []
    for layer in layers:
        *inputs, outputs = layer.weights_shape
        deviation = np.sqrt(2.0 / np.prod(inputs))
        weights = random.normal(0.0, deviation, layer.weights_shape)
        found.append(Parameters(weights, np.zeros(outputs, dtype=np.float64)))
    return found


def train(
    layers: Sequence[Layer],
    data: Examples,
    recipe: Recipe,
    arithmetic: Arithmetic,
    start: Sequence[Parameters] | None = None,
) -> list[Parameters]:
    """The parameters after all epochs, from `start` (fine-tuning) or drawn ones.

    Raises:
        InputError: the data does not fit the layers, or the loss stops being finite.
    """
    random = np.random.RandomState(recipe.seed)
    drawn = first_parameters(layers, random)
    held = _stored(drawn if start is None else start, arithmetic)
    velocity = [Parameters(np.zeros_like(p.weights), np.zeros_like(p.bias)) for p in held]
    count = len(data.labels)
    for epoch in range(recipe.epochs):
        rate = recipe.rate(epoch)
        order = random.permutation(count)
        for first in range(0, count, recipe.batch):
            rows = order[first : first + recipe.batch]
            batch = Examples(data.images[rows], data.labels[rows], data.classes)
            _, gradients = loss_and_gradients(layers, held, batch, arithmetic)
            for place, gradient in enumerate(gradients):
                velocity[place], held[place] = _step(
                    place,
                    held[place],
                    velocity[place],
                    gradient,
                    (rate, recipe.momentum),
                    arithmetic,
                )
            arithmetic.batch_done(len(rows))
    return held


def _stored(parameters: Sequence[Parameters], arithmetic: Arithmetic) -> list[Parameters]:
    return [
        Parameters(
            arithmetic.store(found.weights, Tensor(place, "weights"), "value"),
            arithmetic.store(found.bias, Tensor(place, "bias"), "value"),
        )
        for place, found in enumerate(parameters)
    ]


def _step(
    place: int,
    held: Parameters,
    velocity: Parameters,
    gradient: Parameters,
    rates: tuple[float, float],
    arithmetic: Arithmetic,
) -> tuple[Parameters, Parameters]:
    """The new velocity and the new parameters of a layer, by (learning rate, momentum)."""
    learning_rate, momentum = rates

    def moved(value: Reals, speed: Reals, slope: Reals, tensor: Tensor) -> tuple[Reals, Reals]:
        change = momentum * speed - learning_rate * slope
        if momentum:
            change = arithmetic.store(change, tensor, "velocity")
        return change, arithmetic.store(value + change, tensor, "value")

    weights = moved(held.weights, velocity.weights, gradient.weights, Tensor(place, "weights"))
    bias = moved(held.bias, velocity.bias, gradient.bias, Tensor(place, "bias"))
    return Parameters(weights[0], bias[0]), Parameters(weights[1], bias[1])

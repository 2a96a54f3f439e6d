"""Quantisation-aware training: forwards through fake quantisation, backwards straight through."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from pymodel.codecs import Range, tensor_range
from pymodel.errors import InputError
from pymodel.training.arithmetic import Passes, Tensor
from pymodel.training.examples import Examples, Reals
from pymodel.training.fake_quantise import fake_quantise, nudged, require_bits, symmetric
from pymodel.training.layers import Layer, Parameters
from pymodel.training.moving_point import Rounding
from pymodel.training.network import loss_and_gradients
from pymodel.training.stochastic import round_stochastic


@dataclass
class QuantisationAware:
    """Weights symmetric without saturation, activations in a range that follows the batches.

    Gradients, biases and the parameters between the steps stay float64.

    weight_bits, activation_bits: of codes. Activations are the input and each layer's outputs.
    quant_delay: batches of training before anything is quantised; ranges are followed from the
        first batch on.
    decay: of the moving averages of each batch's least and largest value, which start from the
        first batch's.
    weight_rounding: stochastic rounds weights so while training (Ristretto's fine-tuning, seeded
        by `seed`); evaluation rounds to the nearest.
    ranges: of the activations met so far.

    Raises:
        InputError: bits outside 2 to 16, a delay below 0, a decay outside 0 to 1.
    """

    weight_bits: int = 8
    activation_bits: int = 8
    quant_delay: int = 0
    decay: float = 0.99
    weight_rounding: Rounding = "nearest_away"
    seed: int = 1
    ranges: dict[Tensor, Range] = field(default_factory=dict)
    batches: int = 0

    def __post_init__(self) -> None:
        require_bits(self.weight_bits, "weights")
        require_bits(self.activation_bits, "activations")
        if self.quant_delay < 0 or not 0 <= self.decay < 1:
            raise InputError(
                "quant_delay must be at least 0 batches and decay from 0 to below 1, "
                f"found {self.quant_delay} and {self.decay}"
            )
        if self.weight_rounding not in get_args(Rounding):
            raise InputError(
                "weight_rounding must be nearest_away or stochastic, "
                f"found {self.weight_rounding!r}"
            )
        self._random = np.random.RandomState(self.seed)

    def forward(self, values: Reals, tensor: Tensor, training: bool) -> tuple[Reals, Passes]:
        """As `Arithmetic.forward`. Evaluation is quantised whatever the delay.

        Raises:
            InputError: evaluation of an activation that no training has met.
        """
        if tensor.role == "bias":
            return values, None
        if tensor.role == "weights":
            return self._weights(values, training)
        if training:
            self._follow(values, tensor)
            if self.batches < self.quant_delay:
                return values, None
        if tensor not in self.ranges:
            raise InputError(f"{tensor} has no range yet; train or calibrate first")
        return fake_quantise(values, nudged(self.ranges[tensor], self.activation_bits))

    def backward(self, values: Reals, tensor: Tensor) -> Reals:
        """As `Arithmetic.backward`: the values themselves."""
        return values

    def store(self, values: Reals, tensor: Tensor, what: Literal["value", "velocity"]) -> Reals:
        """As `Arithmetic.store`: the values themselves."""
        return values

    def batch_done(self, examples: int) -> None:
        """Counts the delay."""
        self.batches += 1

    def _weights(self, values: Reals, training: bool) -> tuple[Reals, Passes]:
        if training and self.batches < self.quant_delay:
            return values, None
        codes = symmetric(values, self.weight_bits)
        if training and self.weight_rounding == "stochastic":
            return fake_quantise(values, codes, lambda x: round_stochastic(x, self._random))
        return fake_quantise(values, codes)

    def _follow(self, values: Reals, tensor: Tensor) -> None:
        found = tensor_range(values, str(tensor), "fake quantisation")
        if tensor in self.ranges:
            before, keep = self.ranges[tensor], self.decay
            found = Range(
                keep * before.least + (1 - keep) * found.least,
                keep * before.largest + (1 - keep) * found.largest,
            )
        self.ranges[tensor] = found


def quantised_after_training(
    layers: Sequence[Layer],
    parameters: Sequence[Parameters],
    data: Examples,
    weight_bits: int,
    activation_bits: int,
) -> QuantisationAware:
    """The arithmetic of a network that is only quantised after training.

    Its activations' ranges are the least and largest values over all of `data`, in float64.
    """
    observed = QuantisationAware(weight_bits, activation_bits, quant_delay=1)
    loss_and_gradients(layers, parameters, data, observed)
    return observed

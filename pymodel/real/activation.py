"""RELU, RELU6, LEAKY_RELU, LOGISTIC, TANH and SOFTMAX."""

from collections.abc import Callable

import numpy as np

from pymodel.errors import InputError
from pymodel.network import Layer, Network
from pymodel.ops.attributes import ACTIVATIONS, real
from pymodel.real.operands import Arrays, Reals, real_inputs, require_real_output


def _leaky_relu(layer: Layer, x: Reals) -> Reals:
    y: Reals = np.where(x >= 0, x, x * real(layer, "alpha"))
    return y


def _logistic(layer: Layer, x: Reals) -> Reals:  # noqa: ARG001 - one signature for all
    power = np.exp(-np.abs(x))
    y: Reals = np.where(x >= 0, 1.0, power) / (1 + power)
    return y


def _softmax(layer: Layer, x: Reals) -> Reals:
    """Along the last axis, of beta * x."""
    if not (x.ndim and x.size):
        raise InputError(f"layer {layer.name}: {layer.op} needs rows, found shape {x.shape}")
    power = np.exp((x - x.max(axis=-1, keepdims=True)) * real(layer, "beta"))
    return np.asarray(power / power.sum(axis=-1, keepdims=True), dtype=np.float64)


FUNCTIONS: dict[str, Callable[[Layer, Reals], Reals]] = {
    "LEAKY_RELU": _leaky_relu,
    "LOGISTIC": _logistic,
    "RELU": lambda _, x: np.maximum(x, 0),
    "RELU6": lambda _, x: np.clip(x, *ACTIVATIONS["RELU6"]),
    "SOFTMAX": _softmax,
    "TANH": lambda _, x: np.tanh(x),
}


def activation(network: Network, layer: Layer, inputs: Arrays) -> tuple[Reals]:
    """The layer's op of FUNCTIONS.

    Raises:
        InputError: another number of inputs, an output of another shape, or an attribute that is
            missing or wrong.
    """
    (x,) = real_inputs(network, layer, inputs, 1)
    require_real_output(network, layer, x.shape)
    return (FUNCTIONS[layer.op](layer, x),)

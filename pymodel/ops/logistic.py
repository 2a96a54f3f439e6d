"""LOGISTIC: 1 / (1 + exp(-x)), from a table."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.network import Layer, Network
from pymodel.ops.lookup import RULES as RULES
from pymodel.ops.lookup import Float32Array, looked_up


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """The logistic function of the input as codes of the output.

    Raises:
        InputError: an input or output that is not int8 of one shape with one scale, or an unknown
            rule.
    """
    return (looked_up(network, layer, inputs, rule, _logistic),)


def _logistic(real: Float32Array) -> Float32Array:
    """exp rounded to float32 once, then float32's sum and quotient; exp may become infinite."""
    with np.errstate(over="ignore"):
        power = np.exp(-real.astype(np.float64)).astype(np.float32)
    quotient: Float32Array = np.float32(1) / (np.float32(1) + power)
    return quotient

"""TANH: the hyperbolic tangent, from a table."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.network import Layer, Network
from pymodel.ops.lookup import RULES as RULES
from pymodel.ops.lookup import Float32Array, looked_up


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """tanh of the input as codes of the output, whatever its scale.

    Raises:
        InputError: an input or output that is not int8 of one shape with one scale, or an unknown
            rule.
    """
    return (looked_up(network, layer, inputs, rule, _tanh),)


def _tanh(real: Float32Array) -> Float32Array:
    """Rounded to float32 once."""
    return np.tanh(real.astype(np.float64)).astype(np.float32)

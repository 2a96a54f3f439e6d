"""RELU6: min(max(x, 0), 6), requantised."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.network import Layer, Network
from pymodel.ops.clamping import RULES as RULES
from pymodel.ops.clamping import clamped


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """The input's codes in the output's scale, from its zero point to the code of 6.

    Raises:
        InputError: an input or output that is not int8 of one shape with one scale, scales that no
            multiplier can express, or an unknown rule.
    """
    return (clamped(network, layer, inputs, rule, "RELU6"),)

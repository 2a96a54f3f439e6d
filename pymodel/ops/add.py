"""ADD: the sum of two int8 tensors."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.network import Layer, Network
from pymodel.ops.addition import RULES as RULES
from pymodel.ops.addition import weighted_sum
from pymodel.ops.binary import binary


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """The sum of the two inputs, broadcast against each other, as int8 codes of the output.

    Raises:
        InputError: operands that are not int8 with one scale each, shapes that do not broadcast or
            are not the output's, an unknown activation or rule, or scales too far apart.
    """
    found = binary(network, layer, inputs)
    return (weighted_sum(layer, found, 1, rule),)

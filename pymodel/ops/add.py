"""ADD: the sum of two int8 tensors."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.network import Layer, Network
from pymodel.ops.addition import RULES as RULES
from pymodel.ops.addition import addition, weighted_sum
from pymodel.post_processing import Elementwise


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """The sum of the two inputs, broadcast against each other, as int8 codes of the output.

    Raises:
        InputError: operands that are not int8 with one scale each, shapes that do not broadcast or
            are not the output's, an unknown activation or rule, or scales too far apart.
    """
    return (weighted_sum(network, layer, inputs, "add", rule),)


def elementwise(network: Network, layer: Layer) -> Elementwise:
    """The op under double_away, as the array's post-processing takes it.

    Raises:
        InputError: as `evaluate` does.
    """
    return addition(network, layer, "add")

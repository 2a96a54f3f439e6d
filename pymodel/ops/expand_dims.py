"""EXPAND_DIMS: one more dimension, of extent 1."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.network import Layer, Network
from pymodel.ops.moving import normal_axis, require_count, require_output, scalar

RULES: tuple[str, ...] = ("exact",)


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """Input x, any dtype, with a dimension put in where the second input, one int, says.

    A negative axis counts from the end of the output (TFLite `expand_dims.cc`).

    Raises:
        InputError: an axis out of range, or an output of another shape or dtype.
    """
    require_count(layer, inputs, 2)
    x = inputs[0]
    axis = normal_axis(layer, scalar(layer, "axis", inputs[1]), x.ndim + 1)
    shape = (*x.shape[:axis], 1, *x.shape[axis:])
    require_output(network, layer, shape, x.dtype)
    return (x.reshape(shape),)

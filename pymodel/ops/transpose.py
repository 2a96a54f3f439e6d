"""TRANSPOSE: the dimensions in another order."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.network import Layer, Network
from pymodel.ops.moving import integers, require_count, require_output

RULES: tuple[str, ...] = ("exact",)


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """Input x, any dtype, whose dimension perm[i] becomes dimension i; perm is int (rank,).

    Source: TFLite `transpose.cc`.

    Raises:
        InputError: perm is no permutation of 0 to rank - 1, or the output has another shape or
            dtype.
    """
    require_count(layer, inputs, 2)
    x = inputs[0]
    order = integers(layer, "permutation", inputs[1], (x.ndim,))
    if sorted(order) != list(range(x.ndim)):
        raise InputError(
            f"layer {layer.name}: the permutation of {layer.op} must name each dimension from 0 "
            f"to {x.ndim - 1} once, found {order}"
        )
    require_output(network, layer, [x.shape[axis] for axis in order], x.dtype)
    return (np.ascontiguousarray(x.transpose(order)),)

"""SQUEEZE: without dimensions of extent 1."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.network import Layer, Network
from pymodel.ops.moving import require_count, require_output

RULES: tuple[str, ...] = ("exact",)


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """The input, any dtype, in the shape of the output tensor.

    Which dimensions go, the output's shape says; the elements and their order stay in any case
    (TFLite `squeeze.cc`).

    Raises:
        InputError: an output whose extents other than 1 differ, or of another dtype.
    """
    require_count(layer, inputs, 1)
    x = inputs[0]
    y = network.tensors[layer.outputs[0]]
    if len(y.shape) > x.ndim or _beyond_1(y.shape) != _beyond_1(x.shape):
        raise InputError(
            f"layer {layer.name}: tensor {y.name} of {layer.op} must have shape {x.shape} without "
            f"dimensions of extent 1, found {y.shape}"
        )
    require_output(network, layer, y.shape, x.dtype)
    return (x.reshape(y.shape),)


def _beyond_1(shape: tuple[int, ...]) -> list[int]:
    return [extent for extent in shape if extent != 1]

"""Operands of the real ops, checked: float64 inputs, one float64 output, the fused activation."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.network import ABSENT, Layer, Network
from pymodel.ops.attributes import ACTIVATIONS, choice
from pymodel.ops.moving import require_count, require_output

Reals = NDArray[np.float64]
Arrays = Sequence[NDArray[np.generic]]


def real_inputs(
    network: Network, layer: Layer, inputs: Arrays, count: int, of: int | None = None
) -> list[Reals]:
    """The first `count` of the layer's inputs, of which it must have `of`, or `count`.

    Raises:
        InputError: another number of inputs, or one that is not float64 or not of its tensor's
            shape; it names the layer and the tensor.
    """
    require_count(layer, inputs, count if of is None else of)
    present = [index for index in layer.inputs if index != ABSENT]
    found: list[Reals] = []
    for index, x in zip(present[:count], inputs, strict=False):
        tensor = network.tensors[index]
        if x.dtype != np.float64 or x.shape != tensor.shape:
            raise InputError(
                f"layer {layer.name}: input {tensor.name} of {layer.op} must be float64 of shape "
                f"{tensor.shape}, found {x.dtype} of shape {x.shape}"
            )
        found.append(x.astype(np.float64, copy=False))
    return found


def require_real_output(network: Network, layer: Layer, shape: Sequence[int]) -> None:
    """InputError unless the layer's only output is float64 of `shape`."""
    require_output(network, layer, shape, np.dtype(np.float64))


def activated(layer: Layer, y: Reals) -> Reals:
    """y within the range of the layer's fused activation; InputError for an unknown one."""
    least, largest = ACTIVATIONS[choice(layer, "fused_activation", tuple(ACTIVATIONS))]
    y = y if least is None else np.maximum(y, least)
    return y if largest is None else np.minimum(y, largest)

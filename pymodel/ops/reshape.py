"""RESHAPE: the same codes in another shape."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.network import Layer, Network

RULES: tuple[str, ...] = ("exact",)


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """The input's elements, any dtype, in C order, in the shape of the output tensor.

    Raises:
        InputError: no input, or the output has another number of elements or another dtype.
    """
    if not inputs or len(layer.outputs) != 1:
        raise InputError(
            f"layer {layer.name}: {layer.op} must have an input and one output, "
            f"found {len(inputs)} and {len(layer.outputs)}"
        )
    x, y = inputs[0], network.tensors[layer.outputs[0]]
    if x.size != np.prod(y.shape, dtype=np.int64) or x.dtype.name != y.dtype:
        raise InputError(
            f"layer {layer.name}: tensor {y.name} of {layer.op} must hold {x.size} elements of "
            f"{x.dtype}, found {y.dtype} of shape {y.shape}"
        )
    return (x.reshape(y.shape),)

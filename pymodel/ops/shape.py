"""SHAPE: the extents of a tensor, as numbers for the ops behind."""

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
    """The input's shape, (rank,), in the output tensor's dtype: int32 or int64.

    Source: TFLite `shape.cc`.

    Raises:
        InputError: an output of another shape or dtype.
    """
    require_count(layer, inputs, 1)
    y = network.tensors[layer.outputs[0]]
    if y.dtype not in ("int32", "int64"):
        raise InputError(
            f"layer {layer.name}: tensor {y.name} of {layer.op} must be int32 or int64, "
            f"found {y.dtype}"
        )
    dtype = np.dtype(y.dtype)
    require_output(network, layer, (inputs[0].ndim,), dtype)
    return (np.array(inputs[0].shape, dtype=dtype),)

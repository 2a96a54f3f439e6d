"""PACK: tensors of one shape stacked along a new axis."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.network import ABSENT, Layer, Network
from pymodel.ops.attributes import integer
from pymodel.ops.moving import normal_axis, require_output, require_same_quantisation

RULES: tuple[str, ...] = ("exact",)


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """The inputs, all of one dtype and shape, stacked along attribute axis of the output.

    Source: TFLite `pack.cc`, which moves codes: all tensors must be quantised alike.

    Raises:
        InputError: no inputs, another number than attribute values_count, inputs that differ in
            dtype, shape or quantisation, an axis out of range, or an output of another shape or
            dtype.
    """
    if not inputs or integer(layer, "values_count") != len(inputs):
        raise InputError(
            f"layer {layer.name}: {layer.op} must have values_count inputs and at least 1, "
            f"found {len(inputs)}"
        )
    first = inputs[0]
    axis = normal_axis(layer, integer(layer, "axis"), first.ndim + 1)
    for x in inputs:
        if x.dtype != first.dtype or x.shape != first.shape:
            raise InputError(
                f"layer {layer.name}: inputs of {layer.op} must all be {first.dtype} of shape "
                f"{first.shape}, found {x.dtype} of shape {x.shape}"
            )
    shape = (*first.shape[:axis], len(inputs), *first.shape[axis:])
    y = require_output(network, layer, shape, first.dtype)
    for index in layer.inputs:
        if index != ABSENT:
            require_same_quantisation(layer, network.tensors[index], y)
    return (np.stack(inputs, axis),)

"""SPLIT: equal parts along one axis."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.network import Layer, Network
from pymodel.ops.moving import normal_axis, require_count, require_tensor, scalar

RULES: tuple[str, ...] = ("exact",)


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """Equal parts of the second input, any dtype, along the first, one int: as many as outputs.

    Source: TFLite `split.cc`.

    Raises:
        InputError: an axis out of range or that does not divide evenly, another number of outputs
            than attribute num_splits, or an output of another shape or dtype.
    """
    require_count(layer, inputs, 2)
    x, parts = inputs[1], len(layer.outputs)
    axis = normal_axis(layer, scalar(layer, "axis", inputs[0]), x.ndim)
    if layer.attributes.get("num_splits") != parts:
        raise InputError(
            f"layer {layer.name}: attribute num_splits of {layer.op} must be the number of "
            f"outputs, {parts}, found {layer.attributes.get('num_splits')!r}"
        )
    if x.shape[axis] % parts:
        raise InputError(
            f"layer {layer.name}: dimension {axis} of {layer.op}, {x.shape[axis]} long, must "
            f"divide into {parts} equal parts"
        )
    size = x.shape[axis] // parts
    for index in layer.outputs:
        shape = (*x.shape[:axis], size, *x.shape[axis + 1 :])
        require_tensor(layer, network.tensors[index], shape, x.dtype)
    return tuple(np.ascontiguousarray(part) for part in np.split(x, parts, axis))

"""CONCATENATION: tensors joined along one axis."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.network import ABSENT, Layer, Network
from pymodel.ops.attributes import choice, integer
from pymodel.ops.moving import normal_axis, require_output, require_same_quantisation

RULES: tuple[str, ...] = ("exact",)


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """The inputs, all of one dtype, joined along attribute axis.

    Source: TFLite `concatenation.cc`. It does not requantise int8 and int16: they must all have
    the output's scale and zero point, which is checked before codes are moved.

    Raises:
        InputError: no inputs, inputs of different dtypes or of shapes that do not join, an axis out
            of range, a fused activation, integers of another quantisation than the output's, or
            an output of another shape or dtype.
    """
    choice(layer, "fused_activation", ("NONE",))
    if not inputs:
        raise InputError(f"layer {layer.name}: {layer.op} must have an input, found none")
    first = inputs[0]
    axis = normal_axis(layer, integer(layer, "axis"), first.ndim)
    across = [(*x.shape[:axis], *x.shape[axis + 1 :]) for x in inputs]
    for x, rest in zip(inputs, across, strict=True):
        if x.dtype != first.dtype or x.ndim != first.ndim or rest != across[0]:
            raise InputError(
                f"layer {layer.name}: inputs of {layer.op} must be {first.dtype} and differ from "
                f"shape {first.shape} along axis {axis} alone, found {x.dtype} of shape {x.shape}"
            )
    total = sum(x.shape[axis] for x in inputs)
    shape = (*first.shape[:axis], total, *first.shape[axis + 1 :])
    y = require_output(network, layer, shape, first.dtype)
    for index in layer.inputs:
        if index != ABSENT:
            require_same_quantisation(layer, network.tensors[index], y)
    return (np.concatenate(inputs, axis),)

"""PADV2: a border of a value that the network gives."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.network import Layer, Network
from pymodel.ops.moving import (
    pairs,
    require_count,
    require_output,
    require_same_quantisation,
)

RULES: tuple[str, ...] = ("exact",)


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """Input x, any dtype, with a border of the third input's one value.

    The second input, int (rank, 2), counts elements before and after in each dimension.
    Source: TFLite `pad.cc`, which takes the value as a code and so wants it quantised as the
    output is.

    Raises:
        InputError: paddings of another shape or negative, a value of another dtype, size or
            quantisation, or an output of another shape or dtype.
    """
    require_count(layer, inputs, 3)
    x, paddings, value = inputs
    borders = pairs(layer, "paddings", paddings, x.ndim)
    shape = [extent + sum(border) for extent, border in zip(x.shape, borders, strict=True)]
    y = require_output(network, layer, shape, x.dtype)
    given = network.tensors[layer.inputs[2]]
    if value.size != 1 or value.dtype != x.dtype:
        raise InputError(
            f"layer {layer.name}: tensor {given.name} of {layer.op} must be one {x.dtype}, "
            f"found {value.dtype} of shape {value.shape}"
        )
    require_same_quantisation(layer, given, y)
    return (np.pad(x, borders, constant_values=value.reshape(-1)[0]),)

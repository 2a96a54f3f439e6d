"""PAD: a border of the output's zero point, which stands for the real number 0."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.network import Layer, Network

RULES: tuple[str, ...] = ("exact",)


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """The first input with the border that the second, int (rank, 2) of before and after, asks for.

    Source: TFLite `pad.cc`: a quantised tensor is padded with its zero point, others with 0.

    Raises:
        InputError: paddings of another shape, negative, or such that the output's shape differs.
    """
    x, given, y = inputs[0], inputs[1], network.tensors[layer.outputs[0]]
    paddings = given.astype(np.int64)
    if given.dtype.kind != "i" or given.shape != (x.ndim, 2) or np.any(paddings < 0):
        raise InputError(
            f"layer {layer.name}: the paddings of {layer.op} must be integers of shape "
            f"({x.ndim}, 2), none negative, found {given.dtype} {given.tolist()}"
        )
    shape = tuple((paddings.sum(axis=1) + x.shape).tolist())
    if shape != y.shape or x.dtype.name != y.dtype:
        raise InputError(
            f"layer {layer.name}: tensor {y.name} of {layer.op} must be {x.dtype} of shape "
            f"{shape}, found {y.dtype} of shape {y.shape}"
        )
    value = y.zero_point[0] if y.zero_point.size else 0
    return (np.pad(x, paddings, constant_values=x.dtype.type(value)),)

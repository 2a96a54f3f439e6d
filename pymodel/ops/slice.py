"""SLICE: a box of a tensor, by its corner and size."""

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
    """The part of input x, any dtype, that starts at begin and has extents size, both int (rank,).

    A size of -1 takes the rest of the dimension (TFLite `slice.cc`).

    Raises:
        InputError: a box that reaches out of x, or an output of another shape or dtype.
    """
    require_count(layer, inputs, 3)
    x = inputs[0]
    begin, size = (
        integers(layer, what, array, (x.ndim,))
        for what, array in zip(("begin", "size"), inputs[1:], strict=True)
    )
    extents = [
        whole - start if extent == -1 else extent
        for whole, start, extent in zip(x.shape, begin, size, strict=True)
    ]
    for start, extent, whole in zip(begin, extents, x.shape, strict=True):
        if start < 0 or extent < 0 or start + extent > whole:
            raise InputError(
                f"layer {layer.name}: begin {begin} and size {size} of {layer.op} must lie inside "
                f"the input's shape {x.shape}"
            )
    require_output(network, layer, extents, x.dtype)
    box = tuple(slice(start, start + extent) for start, extent in zip(begin, extents, strict=True))
    return (np.array(x[box], order="C"),)

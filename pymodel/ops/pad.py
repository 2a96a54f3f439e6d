"""PAD: a border of the output's zero point, which stands for the real number 0."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.network import Layer, Network
from pymodel.ops.moving import pairs, require_count, require_output

RULES: tuple[str, ...] = ("exact",)


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """The first input with the border that the second, int (rank, 2) of before and after, asks for.

    Source: TFLite `pad.cc`: a quantised tensor is padded with its zero point, others with 0.

    Raises:
        InputError: paddings of another shape, negative, or such that the output's shape differs.
    """
    require_count(layer, inputs, 2)
    x = inputs[0]
    borders = pairs(layer, "paddings", inputs[1], x.ndim)
    shape = [extent + sum(border) for extent, border in zip(x.shape, borders, strict=True)]
    y = require_output(network, layer, shape, x.dtype)
    value = y.zero_point[0] if y.zero_point.size else 0
    return (np.pad(x, borders, constant_values=x.dtype.type(value)),)

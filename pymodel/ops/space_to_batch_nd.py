"""SPACE_TO_BATCH_ND: the phases of a blocked image side by side in the batch."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.network import Layer, Network
from pymodel.ops.blocks import block_shape
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
    """Input x, any dtype, NWC or NHWC, in phases: image p * N + n of the output is phase p of n.

    Inputs: x; the block, int (1,) or (2,), an extent for each spatial dimension; paddings, int
    (1, 2) or (2, 2), before and after. Phase p takes every block-th row and column of the padded
    image, from row p // block_w and column p % block_w. The border is the output's zero point, 0
    where it has none (TFLite `space_to_batch_nd.cc`).

    Raises:
        InputError: an x of another rank, a block below 1, negative paddings, a padded image that
            is no multiple of the block, or an output of another shape, dtype or quantisation.
    """
    require_count(layer, inputs, 3)
    x, blocks, paddings = inputs
    block = block_shape(layer, x, blocks)
    borders = pairs(layer, "paddings", paddings, len(block))
    image = [size + sum(border) for size, border in zip(x.shape[1:-1], borders, strict=True)]
    if any(size % extent for size, extent in zip(image, block, strict=True)):
        raise InputError(
            f"layer {layer.name}: the padded image of {layer.op} must be a multiple of the block "
            f"{block}, found {image}"
        )
    small = [size // extent for size, extent in zip(image, block, strict=True)]
    shape = (x.shape[0] * int(np.prod(block, dtype=np.int64)), *small, x.shape[-1])
    y = require_output(network, layer, shape, x.dtype)
    require_same_quantisation(layer, network.tensors[layer.inputs[0]], y)
    border = y.zero_point[0] if y.zero_point.size else 0
    padded = np.pad(x, [(0, 0), *borders, (0, 0)], constant_values=x.dtype.type(border))
    split = [part for pair in zip(small, block, strict=True) for part in pair]
    phases = padded.reshape(x.shape[0], *split, x.shape[-1])
    within = range(2, 2 * len(block) + 1, 2)
    order = (*within, 0, *range(1, 2 * len(block), 2), phases.ndim - 1)
    return (phases.transpose(order).reshape(shape),)

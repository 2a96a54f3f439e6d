"""BATCH_TO_SPACE_ND: phases in the batch woven back into images; undoes SPACE_TO_BATCH_ND."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.network import Layer, Network
from pymodel.ops.blocks import block_shape
from pymodel.ops.moving import pairs, require_count, require_output

RULES: tuple[str, ...] = ("exact",)


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """Input x, any dtype, NWC or NHWC, whose image p * N + n is phase p of image n of the output.

    Inputs: x; the block, int (1,) or (2,), an extent for each spatial dimension; crops, int (1, 2)
    or (2, 2), the rows and columns that are left out before and after. Phase p holds every
    block-th row and column, from row p // block_w and column p % block_w
    (TFLite `batch_to_space_nd.cc`).

    Raises:
        InputError: an x of another rank, a block below 1, a batch that is no multiple of the
            block's elements, negative crops or ones that leave nothing, or an output of another
            shape or dtype.
    """
    require_count(layer, inputs, 3)
    x, blocks, crops = inputs
    block = block_shape(layer, x, blocks)
    phases = int(np.prod(block, dtype=np.int64))
    if x.shape[0] % phases:
        raise InputError(
            f"layer {layer.name}: the batch of {layer.op} must be a multiple of the block's "
            f"{phases} elements, found {x.shape[0]}"
        )
    ends = pairs(layer, "crops", crops, len(block))
    image = [size * extent for size, extent in zip(x.shape[1:-1], block, strict=True)]
    kept = [size - sum(end) for size, end in zip(image, ends, strict=True)]
    if any(size < 1 for size in kept):
        raise InputError(
            f"layer {layer.name}: the crops of {layer.op} must leave a part of the image {image}, "
            f"found {ends}"
        )
    batch = x.shape[0] // phases
    require_output(network, layer, (batch, *kept, x.shape[-1]), x.dtype)
    split = x.reshape(*block, batch, *x.shape[1:])
    spatial = range(len(block))
    weave = [axis for i in spatial for axis in (len(block) + 1 + i, i)]
    whole = split.transpose(len(block), *weave, split.ndim - 1).reshape(batch, *image, x.shape[-1])
    inside = tuple(slice(end[0], end[0] + size) for end, size in zip(ends, kept, strict=True))
    return (np.ascontiguousarray(whole[(slice(None), *inside)]),)

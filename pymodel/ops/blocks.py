"""The block of SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND."""

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.network import Layer
from pymodel.ops.moving import integers


def block_shape(layer: Layer, x: NDArray[np.generic], block: NDArray[np.generic]) -> list[int]:
    """The block's extents, one for each spatial dimension of x, which is NWC or NHWC.

    Raises:
        InputError: x has another rank, or the block another shape or an extent below 1.
    """
    if x.ndim not in (3, 4):
        raise InputError(
            f"layer {layer.name}: input of {layer.op} must have 3 or 4 dimensions, "
            f"found shape {x.shape}"
        )
    extents = integers(layer, "block", block, (x.ndim - 2,))
    if any(extent < 1 for extent in extents):
        raise InputError(
            f"layer {layer.name}: the block of {layer.op} must be at least 1 in each dimension, "
            f"found {extents}"
        )
    return extents

"""MAX_POOL_2D: the largest code of each window."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.network import Layer, Network
from pymodel.ops.pool import pool

RULES: tuple[str, ...] = ("exact",)


def evaluate(
    network: Network,
    layer: Layer,
    inputs: Sequence[NDArray[np.generic]],
    rule: str,
) -> tuple[NDArray[np.generic], ...]:
    """The largest code of each window, within the fused activation's range.

    Raises:
        InputError: as `pool` does.
    """
    found = pool(network, layer, inputs)
    return (np.clip(found.reduced(np.maximum), *found.clamp).astype(np.int8),)

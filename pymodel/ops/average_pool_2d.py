"""AVERAGE_POOL_2D: the mean code of each window."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.fixed_point import divide_half_away
from pymodel.network import Layer, Network
from pymodel.ops.pool import pool

RULES: tuple[str, ...] = ("exact",)


def evaluate(
    network: Network,
    layer: Layer,
    inputs: Sequence[NDArray[np.generic]],
    rule: str,
) -> tuple[NDArray[np.generic], ...]:
    """The mean of each window's codes, zero point included, ties away from 0; padding is left out.

    Source: TFLite `AveragePool` (reference/integer_ops/pooling.h).

    Raises:
        InputError: as `pool` does.
    """
    found = pool(network, layer, inputs)
    mean = divide_half_away(found.reduced(np.add), found.windows.counts())
    return (np.clip(mean, *found.clamp).astype(np.int8),)

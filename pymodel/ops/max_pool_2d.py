"""MAX_POOL_2D: the largest code of each window.

| rule       | kernels  | a fused activation's bounds as codes |
|------------|----------|--------------------------------------|
| clamp_away | TFLite's | ties away from zero                  |
| clamp_even | XNNPACK  | ties to the even code                |
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.network import Layer, Network
from pymodel.ops.pool import pool
from pymodel.ops.quantised import require_rule

RULES: tuple[str, ...] = ("clamp_away", "clamp_even")


def evaluate(
    network: Network,
    layer: Layer,
    inputs: Sequence[NDArray[np.generic]],
    rule: str,
) -> tuple[NDArray[np.generic], ...]:
    """The largest code of each window, within the fused activation's range.

    Raises:
        InputError: as `pool` does, or an unknown rule.
    """
    require_rule(layer, rule, RULES)
    found = pool(network, layer, inputs)
    clamp = found.clamp_even if rule == "clamp_even" else found.clamp
    return (np.clip(found.reduced(np.maximum), *clamp).astype(np.int8),)

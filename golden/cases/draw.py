"""Draws a case's numbers from its seed, by a stream that no NumPy release may change."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.cases.manifest import CaseSpec
from pymodel.presets import preset

SCALE_STEPS = 1 << 16
"""Scales are drawn on a grid, so that they come from integers and one exact formula."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """The numbers of a case.

    Attributes:
        x, weights: stored codes, NHWC and OHWI, of the datapath's dtype.
        bias: int32 (oc,); None where the case has none.
        w_scale: float32 (oc,), or (1,) for one scale in all.
    """

    x: NDArray[np.signedinteger[Any]]
    weights: NDArray[np.signedinteger[Any]]
    bias: NDArray[np.int32] | None
    w_scale: NDArray[np.float32]


def draw(spec: CaseSpec) -> Drawn:
    """The numbers that the case's seed gives.

    `RandomState` keeps its stream for ever (NEP 19), and only its integers are used: no byte
    depends on a platform's mathematics. The order of the draws is part of the format.
    """
    rng = np.random.RandomState(spec.seed)
    g, dtype = spec.geometry, preset(spec.datapath).dtype
    x = spec.input.draw(rng, g.input_shape).astype(dtype)
    weights = spec.weights.draw(rng, g.weights_shape).astype(dtype)
    bias = None
    if spec.bias is not None:
        bias = spec.bias.draw(rng, (g.out_channels,)).astype(np.int32)
    low, high = spec.w_scale
    steps = rng.randint(0, SCALE_STEPS + 1, g.out_channels if spec.per_channel else 1, np.int64)
    w_scale = (low + (high - low) * (steps / SCALE_STEPS)).astype(np.float32)
    return Drawn(x, weights, bias, w_scale)

"""Functions of one int8 tensor that TFLite computes as a table of 256 codes."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.fixed_point import round_half_away
from pymodel.network import Layer, Network
from pymodel.ops.quantised import (
    INT8_MAX,
    INT8_MIN,
    Scale,
    int8_input,
    int8_output,
    require_rule,
    saturate,
)

RULES: tuple[str, ...] = ("table",)
Float32Array = NDArray[np.float32]


def looked_up(
    network: Network,
    layer: Layer,
    inputs: Sequence[NDArray[np.generic]],
    rule: str,
    function: Callable[[Float32Array], Float32Array],
) -> NDArray[np.int8]:
    """The layer's output: each code's entry in the table of `function`.

    Raises:
        InputError: an input or output that is not int8 of one shape with one scale, or an unknown
            rule.
    """
    require_rule(layer, rule, RULES)
    x, x_scale = int8_input(network, layer, inputs)
    y = int8_output(network, layer, x.shape)
    return table(x_scale, y, function)[x + x_scale.zero_point - INT8_MIN]


def table(x: Scale, y: Scale, function: Callable[[Float32Array], Float32Array]) -> NDArray[np.int8]:
    """int8 (256,): output code of each input code, -128 first. All in float32, ties away from 0.

    Source: TFLite `PopulateLookupTable` (kernels/activations.cc).
    """
    codes = np.arange(INT8_MIN, INT8_MAX + 1, dtype=np.int64)
    real = x.scale * (codes - x.zero_point).astype(np.float32)
    steps = round_half_away(function(real) * (np.float32(1) / y.scale))
    near = np.clip(steps, -(2.0**20), 2.0**20)  # far beyond int8, within int64
    return saturate(near.astype(np.int64), y)

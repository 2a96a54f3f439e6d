"""LEAKY_RELU: x where it is not negative, alpha * x elsewhere, requantised.

| rule         | kernels                        | requantise                                  |
|--------------|--------------------------------|---------------------------------------------|
| double_away  | TFLite's                       | 31-bit multiplier, two roundings, ties away |
| multiplier_8 | XNNPACK                        | multipliers in 256ths, ties up              |

XNNPACK leaves ratios of the scales that are too small or too large to TFLite's kernels, and so does
multiplier_8.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.network import Layer, Network
from pymodel.ops.attributes import real
from pymodel.ops.multiplier_8 import fits_multiplier_8, multiply_8
from pymodel.ops.quantised import int8_input, int8_output, require_rule, rescale, saturate

RULES: tuple[str, ...] = ("double_away", "multiplier_8")


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """The input's codes in the output's scale, with a multiplier of their own below zero.

    Both real multipliers are formed in float32. Source: TFLite `LeakyReluPrepare`
    (kernels/activations.cc) and `QuantizeLeakyRelu` (reference/leaky_relu.h).

    Raises:
        InputError: an input or output that is not int8 of one shape with one scale, an attribute
            alpha that is negative or missing, scales that no multiplier can express, or an
            unknown rule.
    """
    require_rule(layer, rule, RULES)
    x, x_scale = int8_input(network, layer, inputs)
    y = int8_output(network, layer, x.shape)
    alpha = np.float32(real(layer, "alpha"))
    to_y = x_scale.scale / y.scale
    if rule == "multiplier_8" and fits_multiplier_8(to_y) and fits_multiplier_8(to_y * alpha):
        above, below = multiply_8(x, to_y), multiply_8(x, to_y * alpha)
    else:
        above = rescale(layer, x, float(to_y), "double_away")
        below = rescale(layer, x, float(x_scale.scale * alpha / y.scale), "double_away")
    return (saturate(np.where(x >= 0, above, below), y),)

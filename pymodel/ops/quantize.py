"""QUANTIZE: float32 to int8 codes, or int8 codes to another scale.

| rule         | kernels            | float32                  | int8                          |
|--------------|--------------------|--------------------------|-------------------------------|
| double_away  | TFLite's reference | x / scale, ties away     | 31-bit multiplier, ties away  |
| double_up    | its optimised      | x * (1 / scale), to even | 31-bit multiplier, ties up    |
| multiplier_8 | XNNPACK            | as double_up             | multiplier in 256ths, ties up |

XNNPACK leaves ratios of the scales that are too small or too large to TFLite's optimised kernel,
and so does multiplier_8.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.affine.quantise import Rounding, quantise
from pymodel.errors import InputError
from pymodel.network import Layer, Network
from pymodel.ops.moving import require_count, require_output
from pymodel.ops.multiplier_8 import fits_multiplier_8, multiply_8
from pymodel.ops.quantised import int8_input, int8_output, require_rule, rescale, saturate
from pymodel.ops.scale_range import require_scale_range

RULES: tuple[str, ...] = ("double_away", "double_up", "multiplier_8")


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """The input, float32 or int8, as int8 codes of the output.

    Floats are quantised per channel where the output is; codes are requantised with the double
    quotient of the scales. Source: TFLite kernels/quantize.cc, `Requantize`
    (reference/requantize.h).

    Raises:
        InputError: an input that is neither, floats that are not finite, an output that is not
            int8 of the input's shape, scales that no multiplier can express, or an unknown rule.
    """
    require_rule(layer, rule, RULES)
    require_count(layer, inputs, 1)
    if inputs[0].dtype == np.float32:
        y = require_output(network, layer, inputs[0].shape, np.dtype(np.int8))
        if not y.scale.size:
            raise InputError(f"layer {layer.name}: tensor {y.name} of {layer.op} has no scale")
        require_scale_range(layer, y)
        rounding: Rounding = "divide_away" if rule == "double_away" else "reciprocal_even"
        return (quantise(inputs[0], y.scale, y.zero_point, y.axis, y.name, rounding),)
    x, x_scale = int8_input(network, layer, inputs)
    to = int8_output(network, layer, x.shape)
    if rule == "multiplier_8" and fits_multiplier_8(x_scale.scale / to.scale):
        return (saturate(multiply_8(x, x_scale.scale / to.scale), to),)
    ratio = float(x_scale.scale) / float(to.scale)
    integer_rule = "double_away" if rule == "double_away" else "double_up"
    return (saturate(rescale(layer, x, ratio, integer_rule), to),)

"""MUL: the product of two int8 tensors.

| rule        | kernels                      | requantise                                  |
|-------------|------------------------------|---------------------------------------------|
| double_away | TFLite's reference, CMSIS-NN | 31-bit multiplier, two roundings, ties away |
| float_even  | XNNPACK                      | float32 product, ties to even               |

XNNPACK leaves scales that are too far apart to TFLite's kernels, and so does float_even.

TFLite's optimised kernel has no rule here: it follows double_away while the product, in steps of
the output's scale, lies within int16. On x86 its vectors of 16 elements saturate it to int16 and
then add the zero point, which wraps: a product far below the range can become the largest code.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.network import Layer, Network
from pymodel.ops.binary import binary
from pymodel.ops.quantised import require_rule, rescale, saturate

RULES: tuple[str, ...] = ("double_away", "float_even")
LEAST_RATIO, RATIO_LIMIT = 2.0**-16, 2.0**8
"""Of the product of the inputs' scales to the output's, where XNNPACK takes the op."""


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """The product of the two inputs, broadcast against each other, as int8 codes of the output.

    The real multiplier is formed in float32. Source: TFLite `Prepare` (kernels/mul.cc) and
    `MulElementwise` (reference/integer_ops/mul.h).

    Raises:
        InputError: operands that are not int8 with one scale each, shapes that do not broadcast or
            are not the output's, or an unknown activation or rule.
    """
    require_rule(layer, rule, RULES)
    found = binary(network, layer, inputs)
    real = found.a_scale.scale * found.b_scale.scale / found.y.scale
    product = found.a * found.b
    if rule == "float_even" and LEAST_RATIO <= real < RATIO_LIMIT:
        return (saturate(rescale(layer, product, float(real), rule), found.y, found.clamp_even),)
    return (saturate(rescale(layer, product, float(real), "double_away"), found.y, found.clamp),)

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
from pymodel.ops.binary import BinaryScales, binary, binary_scales
from pymodel.ops.quantised import multiplier, require_rule, rescale, saturate
from pymodel.post_processing import Elementwise, Scaling, combine

RULES: tuple[str, ...] = ("double_away", "float_even")
LEAST_RATIO, RATIO_LIMIT = 2.0**-16, 2.0**8
"""Of the product of the inputs' scales to the output's, where XNNPACK takes the op."""


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """The product of the two inputs, broadcast against each other, as int8 codes of the output.

    Raises:
        InputError: operands that are not int8 with one scale each, shapes that do not broadcast or
            are not the output's, or an unknown activation or rule.
    """
    require_rule(layer, rule, RULES)
    found = binary(network, layer, inputs)
    scales, real = found.scales, _real(found.scales)
    if rule == "float_even" and LEAST_RATIO <= real < RATIO_LIMIT:
        a, b = found.offsets
        return (saturate(rescale(layer, a * b, real, rule), scales.y, scales.clamp_even),)
    return (combine(found.a, found.b, _double_away(layer, scales)),)


def elementwise(network: Network, layer: Layer) -> Elementwise:
    """The op under double_away, as the array's post-processing takes it.

    Raises:
        InputError: as `evaluate` does.
    """
    return _double_away(layer, binary_scales(network, layer))


def _double_away(layer: Layer, scales: BinaryScales) -> Elementwise:
    """Source: TFLite `Prepare` (kernels/mul.cc), `MulElementwise` (reference/integer_ops/mul.h)."""
    q, shift = multiplier(layer, _real(scales))
    return Elementwise(
        op="multiply",
        a=Scaling(zero_point=scales.a.zero_point),
        b=Scaling(zero_point=scales.b.zero_point),
        y=Scaling(zero_point=scales.y.zero_point, multiplier=q, shift=shift),
        clamp_min=scales.clamp[0],
        clamp_max=scales.clamp[1],
    )


def _real(scales: BinaryScales) -> float:
    """Output steps in a product of one step each; formed in float32, as the kernels do."""
    return float(scales.a.scale * scales.b.scale / scales.y.scale)

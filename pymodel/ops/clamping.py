"""What RELU and RELU6 share: a requantise whose clamp is the activation."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.network import Layer, Network
from pymodel.ops.attributes import code_range
from pymodel.ops.quantised import int8_input, int8_output, require_rule, rescale, saturate

RULES: tuple[str, ...] = ("double_away",)


def clamped(
    network: Network,
    layer: Layer,
    inputs: Sequence[NDArray[np.generic]],
    rule: str,
    activation: str,
) -> NDArray[np.int8]:
    """The layer's output: the input in the output's scale, within the activation's range.

    The real multiplier is a float32 quotient. Source: TFLite `ReluPrepare`, `QuantizedReluX`
    (kernels/activations.cc) and `ReluX` (reference/reference_ops.h).

    Raises:
        InputError: an input or output that is not int8 of one shape with one scale, scales that no
            multiplier can express, or an unknown rule.
    """
    require_rule(layer, rule, RULES)
    x, x_scale = int8_input(network, layer, inputs)
    y = int8_output(network, layer, x.shape)
    scaled = rescale(layer, x, float(x_scale.scale / y.scale), rule)
    return saturate(scaled, y, code_range(activation, y.scale, y.zero_point))

"""DEQUANTIZE: int8 codes to float32.

| rule         | kernels                     | arithmetic                                       |
|--------------|-----------------------------|--------------------------------------------------|
| exact        | TFLite's reference, XNNPACK | scale * (code - zero point), rounded once        |
| two_products | TFLite's optimised          | scale * code - scale * zero point, each rounded  |
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.affine.quantise import dequantise
from pymodel.errors import InputError
from pymodel.network import Layer, Network
from pymodel.ops.moving import require_count, require_output
from pymodel.ops.quantised import require_rule
from pymodel.ops.scale_range import require_scale_range

RULES: tuple[str, ...] = ("exact", "two_products")


def evaluate(
    network: Network,
    layer: Layer,
    inputs: Sequence[NDArray[np.generic]],
    rule: str,
) -> tuple[NDArray[np.generic], ...]:
    """The real values of the codes in float32; per channel, where the input is, by rule exact.

    Raises:
        InputError: an input that is not quantised int8, an output that is not float32 of its
            shape, or an unknown rule.
    """
    require_rule(layer, rule, RULES)
    require_count(layer, inputs, 1)
    x = network.tensors[layer.inputs[0]]
    if inputs[0].dtype != np.int8 or x.dtype != "int8" or not x.scale.size:
        raise InputError(
            f"layer {layer.name}: tensor {x.name} of {layer.op} must be quantised int8, "
            f"found {inputs[0].dtype} with {x.scale.size} scales"
        )
    require_scale_range(layer, x)
    require_output(network, layer, inputs[0].shape, np.dtype(np.float32))
    if rule == "two_products" and x.scale.size == 1:
        return (inputs[0].astype(np.float32) * x.scale - x.zero_point.astype(np.float32) * x.scale,)
    return (dequantise(inputs[0], x.scale, x.zero_point, x.axis),)

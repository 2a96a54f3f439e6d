"""From a layer's scales to its requantise parameters, product for product as the kernels do."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pymodel.affine.requantise import quantise_multiplier
from pymodel.network import Layer
from pymodel.ops.attributes import Ties, activation_range
from pymodel.ops.operands import Operands
from pymodel.requantise import Requantise

Product = Literal["double", "float"]
"""In which precision sx * sw is formed before the division by sy, which is double's."""


def real_multipliers(found: Operands, rule: str, product: Product) -> NDArray[np.float64]:
    """sx * sw / sy for each output channel, float64 (oc,), as the rule's kernel computes it.

    The integer rules form the product as `product` says: TFLite's
    `PopulateConvolutionQuantizationParams` in double, `GetQuantizedConvolutionMultipler` in
    float32 (kernels/kernel_util.cc). float_away is all double (the reference FULLY_CONNECTED),
    float_even all float32 (XNNPACK).
    """
    sx, sw, sy = found.x.scale[:1], found.w_scales, found.y.scale[:1]
    if rule == "float_even":
        return (sx * sw / sy).astype(np.float64)
    if product == "float" and rule != "float_away":
        scales = (sx * sw).astype(np.float64)
    else:
        scales = sx.astype(np.float64) * sw.astype(np.float64)
    return scales / sy.astype(np.float64)


def requantise_parameters(layer: Layer, found: Operands, rule: str, product: Product) -> Requantise:
    """The layer's requantise under `rule`, its fused activation as the clamp.

    Raises:
        InputError: an unknown rule or activation, or scales that no multiplier can express.
    """
    real = real_multipliers(found, rule, product)
    pairs = [quantise_multiplier(float(value)) for value in real]
    zero_point = int(found.y.zero_point[0])
    ties: Ties = "even" if rule == "float_even" else "away"
    clamp_min, clamp_max = activation_range(layer, found.y.scale[0], zero_point, ties)
    return Requantise(
        rule=rule,
        multiplier=np.array([q for q, _ in pairs], dtype=np.int32),
        shift=np.array([shift for _, shift in pairs], dtype=np.int32),
        scale=real,
        zero_point=zero_point,
        clamp_min=clamp_min,
        clamp_max=clamp_max,
    )

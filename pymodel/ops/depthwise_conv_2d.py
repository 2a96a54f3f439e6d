"""DEPTHWISE_CONV_2D: weights 1HWC; output channel ic * multiplier + m sees input channel ic."""

import numpy as np
from numpy.typing import NDArray

from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.geometry import ConvGeometry
from pymodel.network import Layer, Network, Tensor
from pymodel.ops.assemble import assemble
from pymodel.ops.attributes import conv_geometry, positive
from pymodel.ops.operands import operands

WEIGHTS_NDIM, CHANNEL_AXIS = 4, 3


def placed(
    layer: Layer, x: Tensor, weights: NDArray[np.generic]
) -> tuple[ConvGeometry, NDArray[np.generic]]:
    """The geometry on input `x`, NHWC, groups == in_channels, and the weights OHWI.

    Raises:
        InputError: an attribute or shape is missing, wrong or contradicts another.
    """
    one, kernel_h, kernel_w, out_channels = weights.shape
    in_channels = x.shape[-1] if x.shape else 0
    multiplier = positive(layer, "depth_multiplier")
    if one != 1 or out_channels != in_channels * multiplier:
        raise InputError(
            f"layer {layer.name}: weights must have shape (1, h, w, {in_channels * multiplier}): "
            f"{in_channels} channels times depth_multiplier {multiplier}, found {weights.shape}"
        )
    kernel = (kernel_h, kernel_w)
    geometry = conv_geometry(layer, x.shape, out_channels, kernel, groups=in_channels)
    return geometry, weights.transpose(3, 1, 2, 0)


def convolution(network: Network, layer: Layer, rule: str) -> Convolution:
    """The layer's numbers for the array, requantised by `rule`.

    Raises:
        InputError: an operand or attribute is missing, wrong or contradicts another.
    """
    found = operands(network, layer, WEIGHTS_NDIM, CHANNEL_AXIS)
    geometry, weights = placed(layer, found.x, found.weights)
    return assemble(layer, found, geometry, weights.astype(np.int8), rule, product="double")

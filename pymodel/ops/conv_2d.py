"""CONV_2D: weights OHWI; groups follow from the shapes."""

import numpy as np
from numpy.typing import NDArray

from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.geometry import ConvGeometry
from pymodel.network import Layer, Network, Tensor
from pymodel.ops.assemble import assemble
from pymodel.ops.attributes import conv_geometry
from pymodel.ops.operands import operands

WEIGHTS_NDIM, CHANNEL_AXIS = 4, 0


def placed(
    layer: Layer, x: Tensor, weights: NDArray[np.generic]
) -> tuple[ConvGeometry, NDArray[np.generic]]:
    """The geometry on input `x`, NHWC, and the weights OHWI, whatever their dtype.

    Raises:
        InputError: an attribute or shape is missing, wrong or contradicts another.
    """
    out_channels, kernel_h, kernel_w, group_in_channels = weights.shape
    in_channels = x.shape[-1] if x.shape else 0
    if group_in_channels < 1 or in_channels % group_in_channels:
        raise InputError(
            f"layer {layer.name}: the {in_channels} channels of {x.name} must be a multiple "
            f"of the weights' {group_in_channels}"
        )
    groups = in_channels // group_in_channels
    geometry = conv_geometry(layer, x.shape, out_channels, (kernel_h, kernel_w), groups)
    return geometry, weights


def convolution(network: Network, layer: Layer, rule: str) -> Convolution:
    """The layer's numbers for the array, requantised by `rule`.

    Raises:
        InputError: an operand or attribute is missing, wrong or contradicts another.
    """
    found = operands(network, layer, WEIGHTS_NDIM, CHANNEL_AXIS)
    geometry, weights = placed(layer, found.x, found.weights)
    return assemble(layer, found, geometry, weights.astype(np.int8), rule, product="double")

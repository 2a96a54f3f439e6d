"""FULLY_CONNECTED: weights (oc, ic); a 1x1 convolution on an image of height 1, width batch."""

import math

import numpy as np
from numpy.typing import NDArray

from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.geometry import ConvGeometry
from pymodel.network import Layer, Network, Tensor
from pymodel.ops.assemble import assemble
from pymodel.ops.operands import operands

WEIGHTS_NDIM, CHANNEL_AXIS = 2, 0


def placed(
    layer: Layer, x: Tensor, weights: NDArray[np.generic]
) -> tuple[ConvGeometry, NDArray[np.generic]]:
    """The geometry on input `x` and the weights OHWI, whatever their dtype.

    The input's elements in C order are the convolution's input, (1, 1, batch, ic), and its output
    (1, 1, batch, oc) holds the output tensor's elements in C order, whatever their shapes.

    Raises:
        InputError: the input's elements are no multiple of the weights' input channels.
    """
    out_channels, in_channels = weights.shape
    elements = math.prod(x.shape)
    if in_channels < 1 or elements < 1 or elements % in_channels:
        raise InputError(
            f"layer {layer.name}: the {elements} elements of {x.name} must be the weights' "
            f"{in_channels} input channels once or several times"
        )
    geometry = ConvGeometry(
        batch=1,
        in_h=1,
        in_w=elements // in_channels,
        in_channels=in_channels,
        out_channels=out_channels,
        kernel_h=1,
        kernel_w=1,
    )
    return geometry, weights.reshape(geometry.weights_shape)


def convolution(network: Network, layer: Layer, rule: str) -> Convolution:
    """The layer's numbers for the array, requantised by `rule`.

    Raises:
        InputError: an operand or attribute is missing, wrong or contradicts another.
    """
    found = operands(network, layer, WEIGHTS_NDIM, CHANNEL_AXIS)
    geometry, weights = placed(layer, found.x, found.weights)
    return assemble(layer, found, geometry, weights.astype(np.int8), rule, product="float")

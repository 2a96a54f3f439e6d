"""DEPTHWISE_CONV_2D: weights 1HWC; output channel ic * multiplier + m sees input channel ic."""

from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.network import Layer, Network
from pymodel.ops.assemble import assemble
from pymodel.ops.attributes import conv_geometry, positive
from pymodel.ops.operands import operands


def convolution(network: Network, layer: Layer, rule: str) -> Convolution:
    """The layer's numbers for the array, requantised by `rule`: groups == in_channels.

    Raises:
        InputError: an operand or attribute is missing, wrong or contradicts another.
    """
    found = operands(network, layer, weights_ndim=4, channel_axis=3)
    one, kernel_h, kernel_w, out_channels = found.weights.shape
    in_channels = found.x.shape[-1] if found.x.shape else 0
    multiplier = positive(layer, "depth_multiplier")
    if one != 1 or out_channels != in_channels * multiplier:
        raise InputError(
            f"layer {layer.name}: weights must have shape (1, h, w, {in_channels * multiplier}): "
            f"{in_channels} channels times depth_multiplier {multiplier}, "
            f"found {found.weights.shape}"
        )
    geometry = conv_geometry(
        layer, found.x.shape, out_channels, (kernel_h, kernel_w), groups=in_channels
    )
    weights = found.weights.transpose(3, 1, 2, 0)
    return assemble(layer, found, geometry, weights, rule, product="double")

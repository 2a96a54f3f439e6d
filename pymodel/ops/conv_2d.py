"""CONV_2D: weights OHWI; groups follow from the shapes."""

from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.network import Layer, Network
from pymodel.ops.assemble import assemble
from pymodel.ops.attributes import conv_geometry
from pymodel.ops.operands import operands


def convolution(network: Network, layer: Layer, rule: str) -> Convolution:
    """The layer's numbers for the array, requantised by `rule`.

    Raises:
        InputError: an operand or attribute is missing, wrong or contradicts another.
    """
    found = operands(network, layer, weights_ndim=4, channel_axis=0)
    out_channels, kernel_h, kernel_w, group_in_channels = found.weights.shape
    in_channels = found.x.shape[-1] if found.x.shape else 0
    if group_in_channels < 1 or in_channels % group_in_channels:
        raise InputError(
            f"layer {layer.name}: the {in_channels} channels of {found.x.name} must be a multiple "
            f"of the weights' {group_in_channels}"
        )
    geometry = conv_geometry(
        layer,
        found.x.shape,
        out_channels,
        (kernel_h, kernel_w),
        groups=in_channels // group_in_channels,
    )
    return assemble(layer, found, geometry, found.weights, rule, product="double")

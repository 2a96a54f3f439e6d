"""Puts a lowered layer together and checks it against its output tensor."""

import numpy as np
from numpy.typing import NDArray

from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.geometry import ConvGeometry
from pymodel.network import Layer
from pymodel.ops.operands import Operands, require_elements
from pymodel.ops.rescale import Product, requantise_parameters


def assemble(
    layer: Layer,
    found: Operands,
    geometry: ConvGeometry,
    weights: NDArray[np.int8],
    rule: str,
    product: Product,
) -> Convolution:
    """The convolution of `geometry` with `weights` (OHWI) and the other numbers of the operands.

    Raises:
        InputError: the output tensor does not fit the geometry, the rule or the fused activation
            is unknown, or the scales need a multiplier out of range; it names the layer.
    """
    require_elements(layer, found.y, geometry.output_shape)
    try:
        requantise = requantise_parameters(layer, found, rule, product)
    except InputError as error:
        raise InputError(f"layer {layer.name}: {error}") from error
    return Convolution(
        name=layer.name,
        geometry=geometry,
        weights=np.ascontiguousarray(weights),
        bias=found.bias,
        x_zero_point=int(found.x.zero_point[0]),
        w_zero_point=found.w_zero_point,
        requantise=requantise,
    )

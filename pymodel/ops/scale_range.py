"""How small and how large an activation's scale may be."""

import numpy as np

from pymodel.errors import InputError
from pymodel.network import Layer, Tensor

LEAST_SCALE, LARGEST_SCALE = 2.0**-40, 2.0**40
"""Products and quotients of three such scales stay within float32, in which kernels form them."""


def require_scale_range(layer: Layer, tensor: Tensor) -> None:
    """InputError unless the tensor's scales lie from LEAST_SCALE to LARGEST_SCALE."""
    if not np.all((tensor.scale >= LEAST_SCALE) & (tensor.scale <= LARGEST_SCALE)):
        raise InputError(
            f"layer {layer.name}: tensor {tensor.name} of {layer.op} must have a scale from "
            f"{LEAST_SCALE:.1g} to {LARGEST_SCALE:.1g}, found {tensor.scale.min():.3g}"
        )

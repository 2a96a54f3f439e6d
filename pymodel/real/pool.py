"""MAX_POOL_2D, AVERAGE_POOL_2D and MEAN."""

import numpy as np

from pymodel.network import Layer, Network
from pymodel.ops.attributes import boolean
from pymodel.ops.moving import integers, normal_axis
from pymodel.ops.pool import pool_windows
from pymodel.real.operands import Arrays, Reals, activated, real_inputs, require_real_output


def max_pool_2d(network: Network, layer: Layer, inputs: Arrays) -> tuple[Reals]:
    """The largest value of each window, x being NHWC; padding is left out."""
    (x,) = real_inputs(network, layer, inputs, 1)
    windows = pool_windows(layer, x)
    require_real_output(network, layer, windows.output_shape(x))
    return (activated(layer, windows.reduced(x, np.maximum)),)


def average_pool_2d(network: Network, layer: Layer, inputs: Arrays) -> tuple[Reals]:
    """The mean of each window, x being NHWC; padding is left out."""
    (x,) = real_inputs(network, layer, inputs, 1)
    windows = pool_windows(layer, x)
    require_real_output(network, layer, windows.output_shape(x))
    return (activated(layer, windows.reduced(x, np.add) / windows.counts()),)


def mean(network: Network, layer: Layer, inputs: Arrays) -> tuple[Reals]:
    """The mean along the axes that the second input lists; they may be negative and may repeat."""
    (x,) = real_inputs(network, layer, inputs, 1, of=2)
    listed = integers(layer, "axes", inputs[1].reshape(-1), (inputs[1].size,))
    axes = tuple(sorted({normal_axis(layer, axis, x.ndim) for axis in listed}))
    keep = boolean(layer, "keep_dims")
    shape = [1 if place in axes else extent for place, extent in enumerate(x.shape)]
    if not keep:
        shape = [extent for place, extent in enumerate(x.shape) if place not in axes]
    require_real_output(network, layer, shape)
    return (np.asarray(x.mean(axis=axes, keepdims=keep), dtype=np.float64),)

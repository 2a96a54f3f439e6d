"""ADD, SUB and MUL of two tensors that broadcast against each other."""

import numpy as np

from pymodel.errors import InputError
from pymodel.network import Layer, Network
from pymodel.real.operands import Arrays, Reals, activated, real_inputs, require_real_output

UFUNCS: dict[str, np.ufunc] = {"ADD": np.add, "SUB": np.subtract, "MUL": np.multiply}


def binary(network: Network, layer: Layer, inputs: Arrays) -> tuple[Reals]:
    """The layer's op of UFUNCS, element by element, within its fused activation's range.

    Raises:
        InputError: shapes that do not broadcast, or an output of another shape.
    """
    a, b = real_inputs(network, layer, inputs, 2)
    try:
        shape = np.broadcast_shapes(a.shape, b.shape)
    except ValueError as error:
        raise InputError(
            f"layer {layer.name}: the inputs of {layer.op} must broadcast against each other, "
            f"found shapes {a.shape} and {b.shape}"
        ) from error
    require_real_output(network, layer, shape)
    return (activated(layer, UFUNCS[layer.op](a, b)),)

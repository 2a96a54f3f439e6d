"""What ADD, SUB and MUL share: two int8 tensors, broadcast against each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.fixed_point import Int64Array
from pymodel.network import Layer, Network
from pymodel.ops.attributes import activation_range
from pymodel.ops.quantised import Scale, int8_input, int8_output


@dataclass(frozen=True, eq=False)
class Binary:
    """The operands of a binary op.

    Attributes:
        a, b: code - zero point, of shapes that broadcast to the output's.
        a_scale, b_scale, y: of the inputs and the output.
        clamp, clamp_even: the fused activation's range of output codes as TFLite and as XNNPACK
            round it.
    """

    a: Int64Array
    b: Int64Array
    a_scale: Scale
    b_scale: Scale
    y: Scale
    clamp: tuple[int, int]
    clamp_even: tuple[int, int]


def binary(network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]]) -> Binary:
    """The layer's two inputs and its output.

    Raises:
        InputError: operands that are not int8 with one scale, shapes that do not broadcast, an
            output of another shape, or an unknown fused activation.
    """
    a, a_scale = int8_input(network, layer, inputs, 0, 2)
    b, b_scale = int8_input(network, layer, inputs, 1, 2)
    try:
        shape = np.broadcast_shapes(a.shape, b.shape)
    except ValueError as error:
        raise InputError(
            f"layer {layer.name}: the inputs of {layer.op} must broadcast against each other, "
            f"found shapes {a.shape} and {b.shape}"
        ) from error
    y = int8_output(network, layer, shape)
    clamp = activation_range(layer, y.scale, y.zero_point)
    clamp_even = activation_range(layer, y.scale, y.zero_point, "even")
    return Binary(a, b, a_scale, b_scale, y, clamp, clamp_even)

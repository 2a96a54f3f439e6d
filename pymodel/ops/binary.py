"""What ADD, SUB and MUL share: two int8 tensors, broadcast against each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.fixed_point import Int64Array
from pymodel.network import Layer, Network
from pymodel.ops.attributes import activation_range
from pymodel.ops.quantised import Scale, input_scale, int8_codes, int8_output


@dataclass(frozen=True)
class BinaryScales:
    """The quantisation of a binary op.

    Attributes:
        a, b, y: of the inputs and the output.
        clamp, clamp_even: the fused activation's range of output codes as TFLite and as XNNPACK
            round it.
    """

    a: Scale
    b: Scale
    y: Scale
    clamp: tuple[int, int]
    clamp_even: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Binary:
    """The operands of a binary op: a, b are stored codes, of shapes that broadcast to y's."""

    a: Int64Array
    b: Int64Array
    scales: BinaryScales

    @property
    def offsets(self) -> tuple[Int64Array, Int64Array]:
        """Code - zero point, of a and of b."""
        return self.a - self.scales.a.zero_point, self.b - self.scales.b.zero_point


def binary_scales(network: Network, layer: Layer) -> BinaryScales:
    """The quantisation of the layer's two inputs and its output, and its fused activation.

    Raises:
        InputError: operands that are not int8 with one scale, shapes that do not broadcast, an
            output of another shape, or an unknown fused activation.
    """
    a, b = (input_scale(network, layer, place, 2) for place in (0, 1))
    shapes = [network.tensors[index].shape for index in layer.inputs]
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError as error:
        raise InputError(
            f"layer {layer.name}: the inputs of {layer.op} must broadcast against each other, "
            f"found shapes {shapes[0]} and {shapes[1]}"
        ) from error
    y = int8_output(network, layer, shape)
    clamp = activation_range(layer, y.scale, y.zero_point)
    clamp_even = activation_range(layer, y.scale, y.zero_point, "even")
    return BinaryScales(a, b, y, clamp, clamp_even)


def binary(network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]]) -> Binary:
    """The layer's two inputs with their quantisation and the output's.

    Raises:
        InputError: as `binary_scales` does, and for an input that is not its tensor's.
    """
    a, b = (int8_codes(network, layer, inputs, place, 2)[0] for place in (0, 1))
    return Binary(a, b, binary_scales(network, layer))

"""A convolution-like layer's operands, checked: input, weights, bias and output."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.network import ABSENT, Layer, Network, Tensor
from pymodel.ops.scale_range import require_scale_range


@dataclass(frozen=True, eq=False)
class Operands:
    """What a layer computes with.

    Attributes:
        x, y: its input and output, int8 with one scale each.
        weights: stored codes, int8, in the file's layout.
        w_scales: float32 (oc,), a per-tensor scale repeated.
        w_zero_point: of all channels.
        bias: int32 (oc,), zeros where it is left out.
    """

    x: Tensor
    y: Tensor
    weights: NDArray[np.int8]
    w_scales: NDArray[np.float32]
    w_zero_point: int
    bias: NDArray[np.int32]


def operands(network: Network, layer: Layer, weights_ndim: int, channel_axis: int) -> Operands:
    """The layer's operands; output channels lie along `channel_axis` of the weights.

    Raises:
        InputError: an operand is missing, no constant where it has to be one, or of another
            dtype, shape or quantisation than an int8 layer's; it names the layer and the tensor.
    """
    x, weights = (_quantised(network, layer, _input(layer, place)) for place in (0, 1))
    if len(layer.outputs) != 1:
        raise InputError(
            f"layer {layer.name}: {layer.op} must have one output, found {len(layer.outputs)}"
        )
    y = _quantised(network, layer, layer.outputs[0])
    for found in (x, y):
        if found.scale.size != 1:
            raise _wrong(layer, found, "must have one scale", f"{found.scale.size}")
        require_scale_range(layer, found)
    if weights.data is None or weights.data.ndim != weights_ndim:
        raise _wrong(
            layer,
            weights,
            f"must be a constant of {weights_ndim} dimensions",
            f"shape {weights.shape}, {'no ' if weights.data is None else ''}data",
        )
    channels = weights.shape[channel_axis]
    scales, zero_point = _weight_scales(layer, weights, channels, channel_axis)
    return Operands(
        x,
        y,
        weights.data.astype(np.int8, copy=False),
        scales,
        zero_point,
        _bias(network, layer, channels),
    )


def require_elements(layer: Layer, found: Tensor, shape: tuple[int, ...]) -> None:
    """InputError if a tensor has another number of elements than `shape`."""
    if np.prod(found.shape, dtype=np.int64) != np.prod(shape, dtype=np.int64):
        raise _wrong(layer, found, f"must have the elements of {shape}", f"{found.shape}")


def _input(layer: Layer, place: int) -> int:
    """The tensor index of an input; ABSENT where it is optional and left out."""
    return layer.inputs[place] if place < len(layer.inputs) else ABSENT


def _quantised(network: Network, layer: Layer, index: int) -> Tensor:
    if index == ABSENT:
        raise InputError(
            f"layer {layer.name}: {layer.op} needs an input and weights, "
            f"but one of them is left out"
        )
    found = network.tensors[index]
    if found.dtype != "int8" or not found.scale.size:
        raise _wrong(
            layer, found, "must be quantised int8", f"{found.dtype} with {found.scale.size} scales"
        )
    if not np.all(np.isfinite(found.scale) & (found.scale > 0)):
        raise _wrong(layer, found, "must have scales above 0", f"{found.scale.min()}")
    return found


def _weight_scales(
    layer: Layer, weights: Tensor, channels: int, axis: int
) -> tuple[NDArray[np.float32], int]:
    if weights.scale.size == 1:
        return np.full(channels, weights.scale[0], dtype=np.float32), int(weights.zero_point[0])
    if weights.axis != axis or weights.scale.size != channels or np.any(weights.zero_point):
        raise _wrong(
            layer,
            weights,
            f"must have {channels} scales along axis {axis}, all with zero point 0",
            f"{weights.scale.size} along axis {weights.axis}",
        )
    return weights.scale, 0


def _bias(network: Network, layer: Layer, channels: int) -> NDArray[np.int32]:
    index = _input(layer, 2)
    if index == ABSENT:
        return np.zeros(channels, dtype=np.int32)
    found = network.tensors[index]
    if found.data is None or found.dtype != "int32" or found.shape != (channels,):
        raise _wrong(
            layer,
            found,
            f"must be a constant bias, int32 of shape ({channels},)",
            f"{found.dtype} of shape {found.shape}",
        )
    return found.data.astype(np.int32, copy=False)


def _wrong(layer: Layer, found: Tensor, expected: str, seen: str) -> InputError:
    return InputError(
        f"layer {layer.name}: tensor {found.name} of {layer.op} {expected}, found {seen}"
    )

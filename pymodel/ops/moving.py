"""Checks shared by the ops that move codes: how many operands, integer constants, axes, output."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.network import Layer, Network, Tensor


def require_count(layer: Layer, inputs: Sequence[object], count: int) -> None:
    """InputError unless the layer has `count` inputs."""
    if len(inputs) != count:
        raise InputError(
            f"layer {layer.name}: {layer.op} must have {count} inputs, found {len(inputs)}"
        )


def require_output(
    network: Network, layer: Layer, shape: Sequence[int], dtype: np.dtype[np.generic]
) -> Tensor:
    """The layer's only output tensor, which must be of `shape` and `dtype`; else InputError.

    An op asks this before it makes an array of that shape: the tensor's size is what the network
    declares, the operands may ask for any.
    """
    if len(layer.outputs) != 1:
        raise InputError(
            f"layer {layer.name}: {layer.op} must have one output, found {len(layer.outputs)}"
        )
    y = network.tensors[layer.outputs[0]]
    require_tensor(layer, y, shape, dtype)
    return y


def require_tensor(
    layer: Layer, y: Tensor, shape: Sequence[int], dtype: np.dtype[np.generic]
) -> None:
    """InputError unless the output tensor `y` is of `shape` and `dtype`."""
    if y.shape != tuple(shape) or y.dtype != dtype.name:
        raise InputError(
            f"layer {layer.name}: tensor {y.name} of {layer.op} must be {dtype} of shape "
            f"{tuple(shape)}, found {y.dtype} of shape {y.shape}"
        )


def require_same_quantisation(layer: Layer, x: Tensor, y: Tensor) -> None:
    """InputError unless `x` has the scale and zero point of the output `y`."""
    if (x.scale.tolist(), x.zero_point.tolist()) != (y.scale.tolist(), y.zero_point.tolist()):
        raise InputError(
            f"layer {layer.name}: tensor {x.name} of {layer.op} must be quantised as {y.name} is, "
            f"scale {y.scale.tolist()} and zero point {y.zero_point.tolist()}, found "
            f"{x.scale.tolist()} and {x.zero_point.tolist()}"
        )


def integers(
    layer: Layer, what: str, array: NDArray[np.generic], shape: tuple[int, ...]
) -> list[int]:
    """The elements of an integer operand of `shape`, in C order, as Python's numbers.

    Raises:
        InputError: it has another shape or kind; the message calls it `what`.
    """
    if array.dtype.kind not in "iu" or array.shape != shape:
        raise InputError(
            f"layer {layer.name}: the {what} of {layer.op} must be integers of shape {shape}, "
            f"found {array.dtype} of shape {array.shape}"
        )
    return [int(value) for value in array.reshape(-1)]


def scalar(layer: Layer, what: str, array: NDArray[np.generic]) -> int:
    """The value of an integer operand of one element, of whatever rank. InputError otherwise."""
    if array.size != 1:
        raise InputError(
            f"layer {layer.name}: the {what} of {layer.op} must be one integer, "
            f"found {array.dtype} of shape {array.shape}"
        )
    return integers(layer, what, array.reshape(1), (1,))[0]


def pairs(layer: Layer, what: str, array: NDArray[np.generic], count: int) -> list[tuple[int, int]]:
    """`count` pairs (before, after) of an operand of shape (count, 2). InputError if negative."""
    flat = integers(layer, what, array, (count, 2))
    if any(value < 0 for value in flat):
        raise InputError(
            f"layer {layer.name}: the {what} of {layer.op} must not be negative, found {flat}"
        )
    return list(zip(flat[::2], flat[1::2], strict=True))


def normal_axis(layer: Layer, axis: int, rank: int) -> int:
    """`axis` from 0 to rank - 1, counted from the end where it is negative. InputError outside."""
    if not -rank <= axis < rank:
        raise InputError(
            f"layer {layer.name}: the axis of {layer.op} must lie from {-rank} to {rank - 1}, "
            f"found {axis}"
        )
    return axis % rank

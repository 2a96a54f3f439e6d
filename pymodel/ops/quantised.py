"""Quantised operands of the host's arithmetic ops, checked, and how codes become a result."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pymodel.affine.requantise import quantise_multiplier, scale_accumulator
from pymodel.errors import InputError
from pymodel.fixed_point import Int64Array
from pymodel.network import ABSENT, Layer, Network, Tensor
from pymodel.ops.moving import require_count, require_output
from pymodel.ops.scale_range import require_scale_range

INT8_MIN, INT8_MAX = -128, 127


@dataclass(frozen=True)
class Scale:
    """Of a tensor: real value = scale * (code - zero_point)."""

    scale: np.float32
    zero_point: int


def int8_input(
    network: Network,
    layer: Layer,
    inputs: Sequence[NDArray[np.generic]],
    place: int = 0,
    count: int = 1,
) -> tuple[Int64Array, Scale]:
    """Input `place` of the layer's `count` as (code - zero point, in int64; its scale).

    Raises:
        InputError: as `int8_codes` does.
    """
    codes, scale = int8_codes(network, layer, inputs, place, count)
    return codes - scale.zero_point, scale


def int8_codes(
    network: Network,
    layer: Layer,
    inputs: Sequence[NDArray[np.generic]],
    place: int,
    count: int,
) -> tuple[Int64Array, Scale]:
    """Input `place` of the layer's `count` as (stored codes, in int64; its scale).

    Raises:
        InputError: another number of inputs, or this one is not int8 with one scale, or not of its
            tensor's shape; it names the layer and the tensor.
    """
    require_count(layer, inputs, count)
    scale = input_scale(network, layer, place, count)
    tensor, codes = network.tensors[layer.inputs[place]], inputs[place]
    if codes.dtype != np.int8 or codes.shape != tensor.shape:
        raise InputError(
            f"layer {layer.name}: input {tensor.name} of {layer.op} must be int8 of shape "
            f"{tensor.shape}, found {codes.dtype} of shape {codes.shape}"
        )
    return codes.astype(np.int64), scale


def input_scale(network: Network, layer: Layer, place: int, count: int) -> Scale:
    """The scale of input `place` of the layer's `count`.

    Raises:
        InputError: another number of inputs, or this one is not int8 with one scale.
    """
    if ABSENT in layer.inputs:
        raise InputError(f"layer {layer.name}: an input of {layer.op} is left out")
    require_count(layer, layer.inputs, count)
    return int8_scale(layer, network.tensors[layer.inputs[place]])


def int8_output(network: Network, layer: Layer, shape: Sequence[int]) -> Scale:
    """The scale of the layer's only output.

    Raises:
        InputError: it is not int8 of `shape` with one scale; it names the layer and the tensor.
    """
    return int8_scale(layer, require_output(network, layer, shape, np.dtype(np.int8)))


def int8_scale(layer: Layer, tensor: Tensor) -> Scale:
    """The one scale of an int8 tensor. InputError if it is another dtype or has not one scale."""
    if tensor.dtype != "int8" or tensor.scale.size != 1:
        raise InputError(
            f"layer {layer.name}: tensor {tensor.name} of {layer.op} must be int8 with one scale, "
            f"found {tensor.dtype} with {tensor.scale.size}"
        )
    scale, zero_point = tensor.scale[0], int(tensor.zero_point[0])
    if not (np.isfinite(scale) and scale > 0 and INT8_MIN <= zero_point <= INT8_MAX):
        raise InputError(
            f"layer {layer.name}: tensor {tensor.name} of {layer.op} must have a scale above 0 and "
            f"a zero point from {INT8_MIN} to {INT8_MAX}, found {scale} and {zero_point}"
        )
    require_scale_range(layer, tensor)
    return Scale(scale, zero_point)


def multiplier(layer: Layer, real: float) -> tuple[int, int]:
    """`quantise_multiplier` of a ratio of the layer's scales, whose InputError names the layer."""
    try:
        return quantise_multiplier(float(real))
    except InputError as error:
        raise InputError(f"layer {layer.name}: {error}") from error


def saturate(
    scaled: Int64Array, y: Scale, clamp: tuple[int, int] = (INT8_MIN, INT8_MAX)
) -> NDArray[np.int8]:
    """Codes of values in steps of the output's scale: plus its zero point, within `clamp`."""
    code: Int64Array = np.clip(scaled + y.zero_point, *clamp)
    return code.astype(np.int8)


def require_rule(layer: Layer, rule: str, rules: tuple[str, ...]) -> None:
    """InputError unless `rule` is one of the op's."""
    if rule not in rules:
        raise InputError(
            f"layer {layer.name}: the rule of {layer.op} must be one of {', '.join(rules)}, "
            f"found {rule!r}"
        )


def rescale(layer: Layer, values: Int64Array, real: float, rule: str) -> Int64Array:
    """values * real, rounded by `rule`: float_even or one of requantise's integer rules.

    Raises:
        InputError: the rule is none of these, or `real` is out of an integer rule's range.
    """
    if rule == "float_even":
        product = values.astype(np.float32) * np.float32(real)
        whole: Int64Array = np.rint(product).astype(np.int64)
        return whole
    return scale_accumulator(values, *multiplier(layer, real), rule)

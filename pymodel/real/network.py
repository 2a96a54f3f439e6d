"""Which ops there are in float64, and a whole float network on given inputs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.network import Layer, Network, Tensor
from pymodel.network.execute import execute
from pymodel.ops.registry import HOST_OPS
from pymodel.real.activation import FUNCTIONS, activation
from pymodel.real.binary import UFUNCS, binary
from pymodel.real.convolution import convolution
from pymodel.real.operands import Arrays
from pymodel.real.pool import average_pool_2d, max_pool_2d, mean

Tensors = Mapping[int, NDArray[np.generic]]
RealOp = Callable[[Network, Layer, Arrays], tuple[NDArray[np.generic], ...]]
MOVERS = (
    "BATCH_TO_SPACE_ND", "CONCATENATION", "EXPAND_DIMS", "PACK", "PAD", "PADV2", "RESHAPE", "SHAPE",
    "SLICE", "SPACE_TO_BATCH_ND", "SPLIT", "SQUEEZE", "STRIDED_SLICE", "TRANSPOSE",
)  # fmt: skip
"""Ops that only move elements: the host's act on any dtype."""
FLOATS = ("float16", "float32", "float64")


def _move(network: Network, layer: Layer, inputs: Arrays) -> tuple[NDArray[np.generic], ...]:
    return HOST_OPS[layer.op].evaluate(network, layer, inputs, "exact")


REAL_OPS: dict[str, RealOp] = {
    **dict.fromkeys(("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"), convolution),
    **dict.fromkeys(UFUNCS, binary),
    **dict.fromkeys(FUNCTIONS, activation),
    **dict.fromkeys(MOVERS, _move),
    "AVERAGE_POOL_2D": average_pool_2d,
    "MAX_POOL_2D": max_pool_2d,
    "MEAN": mean,
}
"""Each op's function on a network in float64, by TFLite's name: outputs of the layer from its
inputs, without absent ones, constants included. It raises InputError, naming the layer, for an
operand or attribute that is wrong."""


def in_float64(network: Network) -> Network:
    """The float network with its float tensors, constants included, in float64; others stay.

    Raises:
        InputError: a tensor is quantised; it names the tensor.
    """
    return replace(network, tensors=tuple(_widened(tensor) for tensor in network.tensors))


def require_known(layer: Layer) -> None:
    """InputError unless the layer's op is in REAL_OPS."""
    if layer.op not in REAL_OPS:
        raise InputError(
            f"layer {layer.name}: a float network cannot hold op {layer.op}; "
            f"known are {', '.join(sorted(REAL_OPS))}"
        )


def evaluate(network: Network, layer: Layer, inputs: Arrays) -> tuple[NDArray[np.generic], ...]:
    """One layer's outputs; `network` as `in_float64` gives it, `inputs` as REAL_OPS takes them.

    Raises:
        InputError: the op is not in REAL_OPS, or the layer is inconsistent.
    """
    require_known(layer)
    with np.errstate(invalid="ignore", over="ignore"):  # NaN and infinity are values like others
        return REAL_OPS[layer.op](network, layer, inputs)


def run(network: Network, inputs: Sequence[NDArray[np.generic]]) -> dict[int, NDArray[np.generic]]:
    """Every tensor of a float network, by index, constants included; floats are float64.

    Args:
        network: a float network, with its tensors as they are stored or in float64.
        inputs: one array per network input, of its shape.

    Raises:
        InputError: a quantised tensor, an unknown op, an inconsistent layer, or inputs of another
            number or shape.
    """
    wide = in_float64(network)
    return execute(wide, _fed(wide, inputs), partial(evaluate, wide))


def _fed(wide: Network, inputs: Sequence[NDArray[np.generic]]) -> list[NDArray[np.generic]]:
    """The inputs in the network's dtypes."""
    if len(inputs) != len(wide.inputs):
        raise InputError(
            f"network {wide.name}: {len(wide.inputs)} inputs are needed, found {len(inputs)}"
        )
    fed = []
    for index, array in zip(wide.inputs, inputs, strict=True):
        tensor = wide.tensors[index]
        if array.shape != tensor.shape:
            raise InputError(
                f"input {tensor.name}: shape must be {tensor.shape}, found {array.shape}"
            )
        fed.append(array.astype(tensor.dtype, copy=False))
    return fed


def _widened(tensor: Tensor) -> Tensor:
    if tensor.scale.size:
        raise InputError(
            f"tensor {tensor.name}: is quantised ({tensor.dtype} with {tensor.scale.size} scales); "
            "a float network is needed"
        )
    if tensor.dtype not in FLOATS:
        return tensor
    data = None if tensor.data is None else tensor.data.astype(np.float64)
    return replace(tensor, dtype="float64", data=data)

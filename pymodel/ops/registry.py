"""Which ops pymodel models: those that become a convolution for the array, and the host's."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.geometry import ConvGeometry
from pymodel.network import Layer, Network, Tensor
from pymodel.ops import (
    add,
    average_pool_2d,
    batch_to_space_nd,
    concatenation,
    conv_2d,
    depthwise_conv_2d,
    dequantize,
    expand_dims,
    fully_connected,
    leaky_relu,
    logistic,
    max_pool_2d,
    mean,
    mul,
    pack,
    pad,
    padv2,
    quantize,
    relu,
    relu6,
    reshape,
    shape,
    softmax,
    space_to_batch_nd,
    split,
    squeeze,
    strided_slice,
    sub,
    tanh,
    transpose,
)
from pymodel.ops import slice as slice_op

Lowering = Callable[[Network, Layer, str], Convolution]


class ArrayOp(Protocol):
    """What the module of an op that the array runs offers."""

    @property
    def WEIGHTS_NDIM(self) -> int:  # noqa: N802 - a constant of the module
        """Dimensions of its weights."""

    @property
    def CHANNEL_AXIS(self) -> int:  # noqa: N802 - a constant of the module
        """Along which its weights have one slice an output channel."""

    def placed(
        self, layer: Layer, x: Tensor, weights: NDArray[np.generic]
    ) -> tuple[ConvGeometry, NDArray[np.generic]]:
        """The geometry on input `x`, and the weights OHWI, whatever their dtype.

        Raises InputError for an attribute or shape that is missing, wrong or contradicts another.
        """


class HostOp(Protocol):
    """What a host op's module offers."""

    @property
    def RULES(self) -> tuple[str, ...]:  # noqa: N802 - a constant of the module
        """Its variants of arithmetic, the one of LiteRT's reference kernel first; ("exact",) where
        there is only one."""

    def evaluate(
        self, network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
    ) -> tuple[NDArray[np.generic], ...]:
        """The arrays of layer.outputs from those of layer.inputs, in order, without absent ones,
        constants included.

        Raises InputError, naming layer and tensor, for a dtype, shape or attribute that is wrong.
        """


ARRAY_OPS: dict[str, Lowering] = {
    "CONV_2D": conv_2d.convolution,
    "DEPTHWISE_CONV_2D": depthwise_conv_2d.convolution,
    "FULLY_CONNECTED": fully_connected.convolution,
}
"""The lowering of each op that the array runs, by TFLite's name."""

ARRAY_OP_MODULES: dict[str, ArrayOp] = {
    "CONV_2D": conv_2d,
    "DEPTHWISE_CONV_2D": depthwise_conv_2d,
    "FULLY_CONNECTED": fully_connected,
}
"""Where each of them finds its geometry, whatever its number format."""

HOST_OPS: dict[str, HostOp] = {
    "ADD": add,
    "AVERAGE_POOL_2D": average_pool_2d,
    "BATCH_TO_SPACE_ND": batch_to_space_nd,
    "CONCATENATION": concatenation,
    "DEQUANTIZE": dequantize,
    "EXPAND_DIMS": expand_dims,
    "LEAKY_RELU": leaky_relu,
    "LOGISTIC": logistic,
    "MAX_POOL_2D": max_pool_2d,
    "MEAN": mean,
    "MUL": mul,
    "PACK": pack,
    "PAD": pad,
    "PADV2": padv2,
    "QUANTIZE": quantize,
    "RELU": relu,
    "RELU6": relu6,
    "RESHAPE": reshape,
    "SHAPE": shape,
    "SLICE": slice_op,
    "SOFTMAX": softmax,
    "SPACE_TO_BATCH_ND": space_to_batch_nd,
    "SPLIT": split,
    "SQUEEZE": squeeze,
    "STRIDED_SLICE": strided_slice,
    "SUB": sub,
    "TANH": tanh,
    "TRANSPOSE": transpose,
}
"""The modules of the ops that the host runs beside the array, by TFLite's name."""

RTL_RULE: dict[str, str] = {
    "CONV_2D": "double_away",
    "DEPTHWISE_CONV_2D": "double_away",
    "FULLY_CONNECTED": "double_up",
}
"""The requantise rule that the RTL runs for each op: that of a TFLite kernel, so that an oracle
exists (the reference kernel for convolutions, the optimised one for FULLY_CONNECTED)."""


def convolution(network: Network, layer: Layer, rule: str | None = None) -> Convolution:
    """The layer lowered under `rule`, or under the op's RTL_RULE.

    Raises:
        InputError: the array does not run the op, or the layer is inconsistent.
    """
    if layer.op not in ARRAY_OPS:
        raise InputError(
            f"layer {layer.name}: op {layer.op} has no place on the array; "
            f"those that become a convolution are {', '.join(ARRAY_OPS)}"
        )
    return ARRAY_OPS[layer.op](network, layer, rule or RTL_RULE[layer.op])


def evaluate(
    network: Network,
    layer: Layer,
    inputs: Sequence[NDArray[np.generic]],
    rule: str | None = None,
) -> tuple[NDArray[np.generic], ...]:
    """A host op's outputs under `rule`, or under its first; arguments as in `HostOp.evaluate`.

    Raises:
        InputError: the host does not run the op, it has no such rule, or the layer is inconsistent.
    """
    if layer.op not in HOST_OPS:
        raise InputError(
            f"layer {layer.name}: the host has no op {layer.op}; it has {', '.join(HOST_OPS)}"
        )
    op = HOST_OPS[layer.op]
    if rule is not None and rule not in op.RULES:
        raise InputError(
            f"layer {layer.name}: the rule of {layer.op} must be one of {', '.join(op.RULES)}, "
            f"found {rule!r}"
        )
    return op.evaluate(network, layer, inputs, rule or op.RULES[0])

"""Which ops pymodel models: those that become a convolution for the array, and the host's."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.network import Layer, Network
from pymodel.ops import conv_2d, depthwise_conv_2d, fully_connected, pad, reshape

Lowering = Callable[[Network, Layer, str], Convolution]
Evaluation = Callable[
    [Network, Layer, Sequence[NDArray[np.generic]]], tuple[NDArray[np.generic], ...]
]

ARRAY_OPS: dict[str, Lowering] = {
    "CONV_2D": conv_2d.convolution,
    "DEPTHWISE_CONV_2D": depthwise_conv_2d.convolution,
    "FULLY_CONNECTED": fully_connected.convolution,
}
"""The lowering of each op that the array runs, by TFLite's name."""

HOST_OPS: dict[str, Evaluation] = {
    "PAD": pad.evaluate,
    "RESHAPE": reshape.evaluate,
}
"""The ops that only move codes: input arrays to output arrays, on the host beside the array."""

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

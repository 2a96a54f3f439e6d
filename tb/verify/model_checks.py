"""Checks the model against LiteRT, layer by layer, on LiteRT's own tensors.

Each layer's golden activations are the tensors of the reference kernels' run, so that layers are
independent of each other; what the RTL must produce is the model's output on them, under the
rounding rule that the RTL runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from golden import litert
from pymodel import convolution
from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.network import ABSENT, Layer, Network
from pymodel.ops.registry import ARRAY_OPS, HOST_OPS, RTL_RULE, evaluate
from tb.scoreboard import Comparison, compare

Tensors = Mapping[int, NDArray[np.generic]]
Oracle = Mapping[litert.Kernel, Tensors]

KERNELS: dict[str, tuple[litert.Kernel, ...]] = {
    "CONV_2D": ("reference",),
    "DEPTHWISE_CONV_2D": ("reference",),
    "FULLY_CONNECTED": ("reference", "optimised"),
}
"""The kernels that an op is compared with, each under the rule that it follows: at least one of
them follows the RTL's."""


@dataclass(frozen=True, eq=False)
class ModelCheck:
    """A modelled layer: how the model stands to the oracle, and what the RTL is to do.

    rule: the RTL's; None for an op that the array doesn't run, as conv, x and expected are.
    x, expected: input and the model's output under `rule`, int8 NHWC. oracle: the kernels asked.
    outputs: of one run. oracle_mismatches: outputs that differ, all kernels together.
    """

    layer: Layer
    outputs: int
    oracle: str
    oracle_mismatches: int
    details: tuple[str, ...] = ()
    rule: str | None = None
    conv: Convolution | None = None
    x: NDArray[np.int8] | None = None
    expected: NDArray[np.int8] | None = None


def run_oracle(
    model: Path, network: Network, inputs: Sequence[NDArray[np.generic]]
) -> dict[litert.Kernel, Tensors]:
    """Tensors of every kernel that the network's ops are compared with, the reference always.

    Raises InputError when LiteRT refuses the model, or would crash on it.
    """
    for layer in network.layers:
        if layer.op.endswith("CONV_2D") and (len(layer.inputs) < 3 or layer.inputs[2] == ABSENT):
            raise InputError(
                f"{model}: layer {layer.index} ({layer.op}) has no bias, which LiteRT's kernels "
                "cannot run without; convert the model again with a bias of zeros"
            )
    kernels: list[litert.Kernel] = ["reference"]
    for layer in network.layers:
        kernels += [kernel for kernel in KERNELS.get(layer.op, ()) if kernel not in kernels]
    return {kernel: litert.run(model, inputs, kernel) for kernel in kernels}


def check_layer(network: Network, layer: Layer, oracle: Oracle) -> ModelCheck | None:
    """Run one layer in pymodel and compare it with the oracle; None if its op has no model."""
    if layer.op in ARRAY_OPS:
        return _check_array_op(network, layer, oracle)
    codes = all(network.tensors[index].dtype.startswith("int") for index in layer.outputs)
    if layer.op in HOST_OPS and codes:
        return _check_host_op(network, layer, oracle["reference"])
    return None


def _check_array_op(network: Network, layer: Layer, oracle: Oracle) -> ModelCheck:
    lower = ARRAY_OPS[layer.op]
    mismatches, kernels, details = 0, [], []
    for kernel in KERNELS[layer.op]:
        rule = litert.rule(layer.op, kernel)
        conv = lower(network, layer, rule)
        x, y = _layer_io(network, layer, conv, oracle[kernel])
        comparison = compare(y, convolution.run(conv, x))
        kernels.append(f"{litert.version(kernel)} ({rule})")
        mismatches += comparison.mismatches
        details += _difference(comparison, kernels[-1])
    conv = lower(network, layer, RTL_RULE[layer.op])
    x, _ = _layer_io(network, layer, conv, oracle["reference"])
    expected = convolution.run(conv, x)
    return ModelCheck(
        layer=layer,
        outputs=expected.size,
        oracle=", ".join(kernels),
        oracle_mismatches=mismatches,
        details=tuple(details),
        rule=RTL_RULE[layer.op],
        conv=conv,
        x=x,
        expected=expected,
    )


def _check_host_op(network: Network, layer: Layer, tensors: Tensors) -> ModelCheck:
    inputs = [_tensor(tensors, index, network) for index in layer.inputs if index != ABSENT]
    outputs = evaluate(network, layer, inputs)
    kernel = litert.version("reference")
    total, mismatches, details = 0, 0, []
    for index, output in zip(layer.outputs, outputs, strict=True):
        expected = _tensor(tensors, index, network)
        comparison = compare(expected.astype(np.int64), output.astype(np.int64))
        total += comparison.outputs
        mismatches += comparison.mismatches
        details += _difference(comparison, kernel)
    return ModelCheck(layer, total, kernel, mismatches, tuple(details))


def _difference(comparison: Comparison, kernel: str) -> list[str]:
    if not comparison.mismatches:
        return []
    return [f"model against {kernel}: {comparison.describe()}"]


def _layer_io(
    network: Network, layer: Layer, conv: Convolution, tensors: Tensors
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """The layer's input and output in one oracle run, as int8 NHWC."""
    x = _tensor(tensors, layer.inputs[0], network).reshape(conv.geometry.input_shape)
    y = _tensor(tensors, layer.outputs[0], network).reshape(conv.geometry.output_shape)
    return x.astype(np.int8, copy=False), y.astype(np.int8, copy=False)


def _tensor(tensors: Tensors, index: int, network: Network) -> NDArray[np.generic]:
    if index not in tensors:
        raise InputError(
            f"network {network.name}: LiteRT kept no data of tensor "
            f"{network.tensors[index].name}; the model cannot be checked against it"
        )
    return tensors[index]

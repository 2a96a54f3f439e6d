"""LiteRT's runs of a network: which kernels a set of numerics stands for, and their tensors."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from golden import litert
from golden.litert_process import run_guarded
from pymodel.errors import InputError
from pymodel.network import ABSENT, Network
from pymodel.ops import numerics as rules
from pymodel.ops.registry import ARRAY_OPS, HOST_OPS

Tensors = Mapping[int, NDArray[np.generic]]
Oracle = Mapping[litert.Kernel, Tensors]

NUMERICS_KERNEL = {numerics: kernel for kernel, numerics in litert.KERNEL_NUMERICS.items()}
RTL_KERNELS: dict[str, tuple[litert.Kernel, ...]] = {
    "CONV_2D": ("reference",),
    "DEPTHWISE_CONV_2D": ("reference",),
    "FULLY_CONNECTED": ("reference", "optimised"),
}
"""Under the RTL's own numerics: the reference, and beside it the kernel whose rule the RTL runs."""


def array_kernels(numerics: str, op: str) -> tuple[litert.Kernel, ...]:
    """The kernels that an op of the array is compared with, each under the rule that it follows.

    Those that `numerics` stands for; under CMSIS-NN's, which LiteRT has not, the first of LiteRT's
    that follows the same rule, or none.
    """
    if numerics == "rtl":
        return RTL_KERNELS[op]
    if numerics in NUMERICS_KERNEL:
        return (NUMERICS_KERNEL[numerics],)
    wanted = rules.rule(numerics, op)
    same = [kernel for kernel in litert.KERNEL_NUMERICS if litert.rule(op, kernel) == wanted]
    return tuple(same[:1])


def host_kernel(numerics: str, op: str, follows: str | None = None) -> litert.Kernel:
    """The kernel that a host op is compared with: the set's where its rule is known.

    `follows`: the set of rules that this kernel follows for it, where it is not `numerics`.
    """
    known = op in rules.HOST_RULES.get(follows or numerics, {})
    return NUMERICS_KERNEL.get(numerics, "reference") if known else "reference"


def left_layers(model: Path, network: Network) -> frozenset[int]:
    """Layers that XNNPACK leaves to the optimised kernels, and so to the rules of litert-opt.

    A layer of the array is known by its weights: where dilation was folded, its output is that of
    another op of the file.
    """
    left = litert.left_by_xnnpack(model)
    written = {index for node in left for index in node.outputs}
    weights = {node.inputs[1] for node in left if node.op in ARRAY_OPS}
    return frozenset(
        layer.index
        for layer in network.layers
        if (
            layer.inputs[1] in weights
            if layer.op in ARRAY_OPS
            else not written.isdisjoint(layer.outputs)
        )
    )


def run_oracle(
    model: Path,
    network: Network,
    inputs: Sequence[NDArray[np.generic]],
    numerics: str = "rtl",
    also: Sequence[litert.Kernel] = (),
) -> dict[litert.Kernel, Tensors]:
    """Tensors of every kernel that the network's ops are compared with, the reference always.

    `also`: kernels to run besides.

    Raises:
        InputError: LiteRT refuses the model, or would crash on it.
    """
    for layer in network.layers:
        if layer.op.endswith("CONV_2D") and (len(layer.inputs) < 3 or layer.inputs[2] == ABSENT):
            raise InputError(
                f"{model}: layer {layer.index} ({layer.op}) has no bias, which LiteRT's kernels "
                "cannot run without; convert the model again with a bias of zeros"
            )
    kernels: dict[litert.Kernel, None] = {"reference": None}
    kernels |= dict.fromkeys(also)
    for layer in network.layers:
        if layer.op in ARRAY_OPS:
            kernels |= dict.fromkeys(array_kernels(numerics, layer.op))
        elif layer.op in HOST_OPS:
            kernels[host_kernel(numerics, layer.op)] = None
    return {kernel: run_guarded(model, inputs, kernel) for kernel in kernels}


def tensor(network: Network, index: int, tensors: Tensors) -> NDArray[np.generic]:
    """Tensor `index` of one run; a constant is the network's own.

    Raises:
        InputError: LiteRT kept no data of it, or data of another dtype or shape than the file says.
    """
    expected = network.tensors[index]
    if expected.data is not None:
        return expected.data
    if index not in tensors:
        raise InputError(f"LiteRT kept no data of tensor {expected.name}")
    found = tensors[index]
    if found.dtype.name != expected.dtype or found.shape != expected.shape:
        raise InputError(
            f"LiteRT's tensor {expected.name} is {found.dtype} of shape {found.shape}, "
            f"the file says {expected.dtype} of shape {expected.shape}"
        )
    return found

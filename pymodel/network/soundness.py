"""What a network from outside must be before anything computes it: its dataflow and its size."""

import math
from collections.abc import Iterable

import numpy as np

from pymodel.errors import InputError
from pymodel.network.graph import ABSENT, Network

MOST_ACTIVATION_BYTES = 1 << 28
"""MobileNet v2 at 224 x 224 takes 10 MB."""


def require_sound(network: Network, variables: Iterable[int] = ()) -> None:
    """Each tensor has one value, which it got before it is read, and all of them fit the memory.

    Args:
        variables: tensors that have a value without anything giving it to them.

    Raises:
        InputError: it is not so, or there is nothing to compute.
    """
    _require_single_makers(network)
    _require_dataflow(network, set(variables))
    _require_memory(network)


def require_dtypes(network: Network) -> None:
    """InputError unless NumPy knows the dtype of every tensor, and every layer gives something."""
    for tensor in network.tensors:
        try:
            np.dtype(tensor.dtype)
        except TypeError:
            raise InputError(
                f"tensor {tensor.name}: dtype must be one that NumPy has, found {tensor.dtype!r}"
            ) from None
    for layer in network.layers:
        if not (layer.inputs and layer.outputs):
            raise InputError(
                f"layer {layer.name}: {layer.op} must have an input and an output, "
                f"found {len(layer.inputs)} and {len(layer.outputs)}"
            )


def _require_single_makers(network: Network) -> None:
    """Each tensor has one value: a constant, an input, or what one layer makes."""
    made = {tensor.index: "constant" for tensor in network.tensors if tensor.data is not None}
    makers = [("network's inputs", network.inputs)]
    makers += [(f"layer {layer.index} {layer.op}", layer.outputs) for layer in network.layers]
    for maker, outputs in makers:
        for index in outputs:
            if index in made:
                raise InputError(
                    f"{maker} gives tensor {index} {network.tensors[index].name!r} a value, which "
                    f"it has already ({made[index]})"
                )
            made[index] = maker


def _require_memory(network: Network) -> None:
    """All activations together stay below MOST_ACTIVATION_BYTES: they are all kept in a run."""
    total = 0
    for tensor in network.tensors:
        if tensor.data is None:
            total += math.prod(tensor.shape) * np.dtype(tensor.dtype).itemsize
    if total > MOST_ACTIVATION_BYTES:
        raise InputError(
            f"its activations take {total:,} bytes together; at most "
            f"{MOST_ACTIVATION_BYTES:,} are taken"
        )


def _require_dataflow(network: Network, variables: set[int]) -> None:
    """Each tensor is read only after it got a value, and there is something to compute."""
    tensors, layers = network.tensors, network.layers
    if not (layers and network.inputs and network.outputs):
        raise InputError(
            f"holds {len(layers)} operators, {len(network.inputs)} inputs and "
            f"{len(network.outputs)} outputs; at least one of each is needed"
        )
    known = {tensor.index for tensor in tensors if tensor.data is not None or 0 in tensor.shape}
    known |= {ABSENT, *network.inputs, *variables}
    for layer in layers:
        for index in layer.inputs:
            if index not in known:
                raise InputError(
                    f"layer {layer.index} {layer.op} reads tensor {index} "
                    f"{tensors[index].name!r} before anything gave it a value"
                )
        known |= set(layer.outputs)
    for index in network.outputs:
        if index not in known:
            raise InputError(f"output tensor {index} {tensors[index].name!r} is never computed")

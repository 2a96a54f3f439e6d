"""Runs a network's layers in their order, whatever computes one layer."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.network.graph import ABSENT, Layer, Network

Arrays = Sequence[NDArray[np.generic]]


def execute(
    network: Network, inputs: Arrays, evaluate: Callable[[Layer, Arrays], Arrays]
) -> dict[int, NDArray[np.generic]]:
    """Every tensor by index, constants included.

    Args:
        inputs: one array per network input.
        evaluate: a layer's outputs from its inputs, without absent ones, constants included.

    Raises:
        InputError: a layer reads a tensor that nothing has computed.
    """
    tensors = {t.index: t.data for t in network.tensors if t.data is not None}
    tensors |= dict(zip(network.inputs, inputs, strict=True))
    for layer in network.layers:
        present = [index for index in layer.inputs if index != ABSENT]
        for index in present:
            if index not in tensors:
                name = network.tensors[index].name
                raise InputError(f"layer {layer.name}: tensor {name} of {layer.op} has no value")
        outputs = evaluate(layer, [tensors[index] for index in present])
        tensors |= dict(zip(layer.outputs, outputs, strict=True))
    return tensors

"""The model's outputs for a network, its last layer under every rule of the layer's op."""

from collections.abc import Sequence
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from pymodel.affine.requantise import RULES
from pymodel.convolution import accumulate
from pymodel.errors import InputError
from pymodel.network import ABSENT, Layer, Network
from pymodel.ops.registry import ARRAY_OPS, HOST_OPS
from pymodel.requantise import requantise

Tensors = dict[int, NDArray[np.generic]]
Outputs = tuple[NDArray[np.generic], ...]


def rules(op: str) -> tuple[str, ...]:
    """The names of the op's variants of arithmetic."""
    return RULES if op in ARRAY_OPS else HOST_OPS[op].RULES


def final_outputs(network: Network, inputs: Sequence[NDArray[np.generic]]) -> dict[str, Outputs]:
    """The last layer's outputs by rule; layers before it are the host's, under their first rule.

    A rule that does not take the layer's numbers is left out, unless it is the op's first.

    Raises:
        InputError: a layer that the model refuses; it names the layer.
    """
    tensors: Tensors = {t.index: t.data for t in network.tensors if t.data is not None}
    tensors |= dict(zip(network.inputs, inputs, strict=True))
    *before, last = network.layers
    for layer in before:
        module = HOST_OPS[layer.op]
        arrays = module.evaluate(network, layer, _read(tensors, layer), module.RULES[0])
        tensors |= dict(zip(layer.outputs, arrays, strict=True))
    if last.op in ARRAY_OPS:
        return _array_outputs(network, last, tensors[last.inputs[0]])
    module, operands = HOST_OPS[last.op], _read(tensors, last)
    first, *others = module.RULES
    found = {first: module.evaluate(network, last, operands, first)}
    for rule in others:
        with suppress(InputError):
            found[rule] = module.evaluate(network, last, operands, rule)
    return found


def _read(tensors: Tensors, layer: Layer) -> list[NDArray[np.generic]]:
    return [tensors[index] for index in layer.inputs if index != ABSENT]


def _array_outputs(network: Network, layer: Layer, x: NDArray[np.generic]) -> dict[str, Outputs]:
    """Accumulated once, as the rules differ only in the requantisation."""
    by_rule = {rule: ARRAY_OPS[layer.op](network, layer, rule) for rule in RULES}
    conv = by_rule[RULES[0]]
    acc = accumulate(conv, x.astype(np.int8, copy=False).reshape(conv.geometry.input_shape))
    shape = network.tensors[layer.outputs[0]].shape
    return {
        rule: (requantise(acc, found.requantise).reshape(shape),) for rule, found in by_rule.items()
    }

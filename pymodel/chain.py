"""Runs a network op by op, each on what the ones before it gave."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.layer import run
from pymodel.network import ABSENT, Layer, Network
from pymodel.ops.registry import ARRAY_OPS, evaluate

Tensors = dict[int, NDArray[np.generic]]


@dataclass(frozen=True, eq=False)
class ArrayStep:
    """A layer that the array runs, with its input x: int8 NHWC of conv's input shape."""

    layer: Layer
    conv: Convolution
    x: NDArray[np.int8]


def walk(
    network: Network,
    inputs: Sequence[NDArray[np.generic]],
    rules: Mapping[int, str],
    given: Mapping[int, NDArray[np.generic]],
) -> Generator[ArrayStep, NDArray[np.int8], Tensors]:
    """Go through the network; whoever drives the walk runs the array's layers.

    Args:
        inputs: one array per network input, of its dtype and shape.
        rules: the rule of each layer that is computed, by the layer's index.
        given: tensors by index, among them the outputs of every layer without a rule.

    Yields:
        Each layer of the array, in order; it is sent that layer's output, int8 NHWC.

    Returns:
        Every tensor that has a value in the end, constants included, by index.

    Raises:
        InputError: a layer is inconsistent, or its tensors have no value.
    """
    tensors: Tensors = {t.index: t.data for t in network.tensors if t.data is not None}
    tensors |= dict(zip(network.inputs, inputs, strict=True))
    for layer in network.layers:
        if layer.index not in rules:
            tensors |= {index: _value(network, layer, given, index) for index in layer.outputs}
            continue
        present = [index for index in layer.inputs if index != ABSENT]
        values = [_value(network, layer, tensors, index) for index in present]
        if layer.op in ARRAY_OPS:
            conv = ARRAY_OPS[layer.op](network, layer, rules[layer.index])
            x = values[0].reshape(conv.geometry.input_shape).astype(np.int8, copy=False)
            output = yield ArrayStep(layer, conv, x)
            tensors[layer.outputs[0]] = output.reshape(network.tensors[layer.outputs[0]].shape)
        else:
            outputs = evaluate(network, layer, values, rules[layer.index])
            tensors |= dict(zip(layer.outputs, outputs, strict=True))
    return tensors


def run_network(
    network: Network,
    inputs: Sequence[NDArray[np.generic]],
    rules: Mapping[int, str],
    given: Mapping[int, NDArray[np.generic]] | None = None,
) -> Tensors:
    """Every tensor of the network, by index, all computed by the model; arguments as in `walk`."""
    steps = walk(network, inputs, rules, given or {})
    try:
        step = next(steps)
        while True:
            step = steps.send(run(step.conv, step.x))
    except StopIteration as end:
        tensors: Tensors = end.value
        return tensors


def _value(
    network: Network, layer: Layer, tensors: Mapping[int, NDArray[np.generic]], index: int
) -> NDArray[np.generic]:
    if index not in tensors:
        raise InputError(
            f"layer {layer.name}: tensor {network.tensors[index].name} of {layer.op} has no value"
        )
    return tensors[index]

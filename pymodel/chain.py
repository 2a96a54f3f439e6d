"""Runs a network op by op, each on what the ones before it gave."""

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pymodel import quantised
from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.layer import run
from pymodel.network import ABSENT, Layer, Network
from pymodel.ops.post import alone, carrier
from pymodel.ops.registry import ARRAY_OPS, evaluate
from pymodel.post_processing import PostProcessing
from pymodel.quantised import QuantisedNetwork

Arrays = Sequence[NDArray[np.generic]]
Outputs = tuple[NDArray[np.generic], ...]
Tensors = dict[int, NDArray[np.generic]]
Given = Mapping[int, NDArray[np.generic]]
Codes = NDArray[np.signedinteger]


class Arithmetic(Protocol):
    """A network of codes, and how the model computes its layers.

    The methods raise InputError for a layer that is inconsistent.
    """

    @property
    def network(self) -> Network: ...

    def convolution(self, layer: Layer) -> Convolution:
        """What the array runs for a layer of ARRAY_OPS."""

    def evaluate(self, layer: Layer, inputs: Arrays) -> Outputs:
        """The outputs of a layer that the array leaves to the host, from its inputs, without absent
        ones, constants included."""


@dataclass(frozen=True, eq=False)
class ByRules:
    """An int8 network, each layer under a rule of its own, by the layer's index."""

    network: Network
    rules: Mapping[int, str]

    def convolution(self, layer: Layer) -> Convolution:
        return ARRAY_OPS[layer.op](self.network, layer, self._rule(layer))

    def evaluate(self, layer: Layer, inputs: Arrays) -> Outputs:
        return evaluate(self.network, layer, inputs, self._rule(layer))

    def _rule(self, layer: Layer) -> str:
        if layer.index not in self.rules:
            raise InputError(f"layer {layer.name}: {layer.op} has neither a rule nor given outputs")
        return self.rules[layer.index]


@dataclass(frozen=True, eq=False)
class OnDatapath:
    """A float network that was brought to a datapath."""

    brought: QuantisedNetwork

    @property
    def network(self) -> Network:
        return self.brought.codes

    def convolution(self, layer: Layer) -> Convolution:
        return self.brought.convolutions[layer.index]

    def evaluate(self, layer: Layer, inputs: Arrays) -> Outputs:
        return quantised.evaluate(self.brought, layer, inputs)


@dataclass(frozen=True, eq=False)
class ArrayStep:
    """A layer that the array runs, with its input x: stored codes NHWC of conv's input shape.

    post: what is done behind the convolution. operand: second operand of its element-wise op, of
    conv's output shape; None where there is none.
    """

    layer: Layer
    conv: Convolution
    x: Codes
    post: PostProcessing | None = None
    operand: Codes | None = None


def walk(
    arithmetic: Arithmetic, on_array: Collection[int], inputs: Arrays, given: Given
) -> Generator[ArrayStep, Codes, Tensors]:
    """Go through the network; whoever drives the walk runs the array's layers.

    Args:
        on_array: those layers, by index, of ARRAY_OPS or in affine int8 of POST_OPS, each a job of
            its own; the others are computed by the model.
        inputs: one array per network input, of its dtype and shape.
        given: tensors by index; a layer whose outputs are all among them is not computed.

    Yields:
        Each layer of the array, in order; it is sent that layer's output, NHWC.

    Returns:
        Every tensor that has a value in the end, constants included, by index.

    Raises:
        InputError: a layer is inconsistent, or its tensors have no value.
    """
    network = arithmetic.network
    tensors: Tensors = {t.index: t.data for t in network.tensors if t.data is not None}
    tensors |= dict(zip(network.inputs, inputs, strict=True))
    for layer in network.layers:
        if all(index in given for index in layer.outputs):
            tensors |= {index: given[index] for index in layer.outputs}
            continue
        arrays = _present(network, layer, tensors)
        if layer.index in on_array:
            output = yield _step(arithmetic, layer, arrays)
            tensors[layer.outputs[0]] = output.reshape(network.tensors[layer.outputs[0]].shape)
        else:
            tensors |= dict(zip(layer.outputs, arithmetic.evaluate(layer, arrays), strict=True))
    return tensors


def follow(
    steps: Generator[ArrayStep, Codes, Tensors], run_step: Callable[[ArrayStep], Codes]
) -> Tensors:
    """The end of a walk whose layers of the array `run_step` runs."""
    try:
        step = next(steps)
        while True:
            step = steps.send(run_step(step))
    except StopIteration as end:
        tensors: Tensors = end.value
        return tensors


def run_network(
    network: Network, inputs: Arrays, rules: Mapping[int, str], given: Given | None = None
) -> Tensors:
    """Every tensor of an int8 network, by index, all computed by the model.

    rules: of each layer that is not given, by the layer's index; for the rest see `walk`.
    """
    on_array = [one.index for one in network.layers if one.op in ARRAY_OPS]
    steps = walk(ByRules(network, rules), on_array, inputs, given or {})
    return follow(steps, lambda step: run(step.conv, step.x))


def convolution_of(arithmetic: Arithmetic, layer: Layer) -> Convolution:
    """What the array convolves for a layer: an op of the post-processing has an identity in front.

    Raises:
        InputError: the layer is inconsistent.
    """
    if layer.op in ARRAY_OPS:
        return arithmetic.convolution(layer)
    return carrier(arithmetic.network, layer)


def _step(arithmetic: Arithmetic, layer: Layer, arrays: Arrays) -> ArrayStep:
    """What the array is to do for a layer, whose inputs are `arrays`."""
    if layer.op not in ARRAY_OPS:
        job = alone(arithmetic.network, layer, arrays)
        return ArrayStep(layer, job.conv, job.x, job.post, job.operand)
    conv = arithmetic.convolution(layer)
    x = arrays[0].reshape(conv.geometry.input_shape)
    return ArrayStep(layer, conv, x.astype(conv.weights.dtype, copy=False))


def _present(network: Network, layer: Layer, tensors: Tensors) -> Arrays:
    """The arrays of the layer's inputs, without absent ones."""
    present = [index for index in layer.inputs if index != ABSENT]
    for index in present:
        if index not in tensors:
            name = network.tensors[index].name
            raise InputError(f"layer {layer.name}: tensor {name} of {layer.op} has no value")
    return [tensors[index] for index in present]

"""Runs a quantised network in the model: codes in, codes out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel import layer as array_layer
from pymodel import real
from pymodel.array.events import EventCounts
from pymodel.errors import InputError
from pymodel.network import ABSENT, Layer
from pymodel.network.execute import execute
from pymodel.ops.attributes import ACTIVATIONS, choice
from pymodel.ops.moving import require_count, require_output
from pymodel.ops.pool import pool_windows
from pymodel.ops.post import POST_OPS, post_processing
from pymodel.ops.registry import HOST_OPS
from pymodel.post_processing import PostProcessing
from pymodel.quantised.network import KEEPING, QuantisedNetwork

Arrays = Sequence[NDArray[np.generic]]
Outputs = tuple[NDArray[np.generic], ...]


def encode_inputs(quantised: QuantisedNetwork, inputs: Arrays) -> list[NDArray[np.generic]]:
    """Codes of the network's float inputs; others as they are.

    Raises:
        InputError: another number of inputs, another shape, or a value that the format cannot
            represent; it names the tensor, and the value's index.
    """
    network = quantised.real
    if len(inputs) != len(network.inputs):
        raise InputError(
            f"network {network.name}: {len(network.inputs)} inputs are needed, found {len(inputs)}"
        )
    fed: list[NDArray[np.generic]] = []
    for index, array in zip(network.inputs, inputs, strict=True):
        tensor, codec = network.tensors[index], quantised.codecs.get(index)
        if array.shape != tensor.shape:
            raise InputError(
                f"input {tensor.name}: shape must be {tensor.shape}, found {array.shape}"
            )
        fed.append(array if codec is None else codec.encode(array, tensor.name))
    return fed


def run(quantised: QuantisedNetwork, inputs: Arrays) -> dict[int, NDArray[np.generic]]:
    """Every tensor by index, from the network's float inputs: codes where it has a codec.

    Raises:
        InputError: as `encode_inputs` and `evaluate` do.
    """
    network = quantised.codes
    return execute(
        network,
        encode_inputs(quantised, inputs),
        lambda layer, arrays: evaluate(quantised, layer, arrays),
    )


def evaluate(
    quantised: QuantisedNetwork, layer: Layer, inputs: Arrays, counts: EventCounts | None = None
) -> Outputs:
    """One layer's outputs from its inputs' codes, without absent ones, constants included.

    What the array's post-processing takes is computed as TFLite's reference kernel does. RELU is
    otherwise a clamp; what moves elements, and MAX_POOL_2D, act on codes; every other op that the
    array does not run decodes, computes in float64, and encodes.

    Args:
        counts: the numeric events of the array's layers are added to it.

    Raises:
        InputError: the layer is inconsistent, or its result is one that the format cannot
            represent.
    """
    if layer.index in quantised.convolutions:
        conv = quantised.convolutions[layer.index]
        x = inputs[0].reshape(conv.geometry.input_shape).astype(conv.weights.dtype, copy=False)
        y = array_layer.run(conv, x, quantised.datapath, counts)
        return (y.reshape(quantised.codes.tensors[layer.outputs[0]].shape),)
    if post_of(quantised, layer) is not None:
        op = HOST_OPS[layer.op]
        return op.evaluate(quantised.codes, layer, inputs, op.RULES[0])
    if layer.op in ("RELU", "RELU6", "MAX_POOL_2D"):
        return _ordered(quantised, layer, inputs)
    if _acts_on_codes(quantised, layer):
        return HOST_OPS[layer.op].evaluate(quantised.codes, layer, inputs, "exact")
    return _in_float64(quantised, layer, inputs)


def post_of(quantised: QuantisedNetwork, layer: Layer) -> PostProcessing | None:
    """What the array's post-processing does for a layer; None where it does not take it.

    It takes POST_OPS in affine int8, but not scales that TFLite's kernel refuses.
    """
    if quantised.datapath.format != "affine_int8" or layer.op not in POST_OPS:
        return None
    try:
        return post_processing(quantised.codes, layer)
    except InputError:
        return None


def rule_of(quantised: QuantisedNetwork, layer: Layer) -> str:
    """How `evaluate` computes a layer: the rule of its requantise, of its op in TFLite's reference
    kernel, "exact" on codes, or "float64"."""
    if layer.index in quantised.convolutions:
        return quantised.convolutions[layer.index].requantise.rule
    if post_of(quantised, layer) is not None:
        return HOST_OPS[layer.op].RULES[0]
    return "exact" if _acts_on_codes(quantised, layer) else "float64"


def _acts_on_codes(quantised: QuantisedNetwork, layer: Layer) -> bool:
    """Whether the layer moves or compares codes, or has nothing to do with floats."""
    floats = any(index in quantised.codecs for index in (*layer.inputs, *layer.outputs))
    return layer.op in KEEPING or not floats


def _ordered(quantised: QuantisedNetwork, layer: Layer, inputs: Arrays) -> Outputs:
    """Ops that compare codes: RELU, RELU6, and MAX_POOL_2D with its fused activation."""
    require_count(layer, inputs, 1)
    codec = quantised.codecs[layer.outputs[0]]
    keys = codec.ordered(inputs[0].astype(quantised.datapath.dtype, copy=False))
    activation = layer.op
    if layer.op == "MAX_POOL_2D":
        keys = pool_windows(layer, keys).reduced(keys, np.maximum)
        activation = choice(layer, "fused_activation", tuple(ACTIVATIONS))
    bounds = np.array(codec.clamp(activation), dtype=quantised.datapath.dtype)
    if ACTIVATIONS[activation] != (None, None):
        keys = np.clip(keys, *codec.ordered(bounds))
    require_output(quantised.codes, layer, keys.shape, np.dtype(quantised.datapath.dtype))
    return (codec.unordered(keys),)


def _in_float64(quantised: QuantisedNetwork, layer: Layer, inputs: Arrays) -> Outputs:
    """Decode, compute, encode."""
    present = [index for index in layer.inputs if index != ABSENT]
    codecs = quantised.codecs
    decoded = [
        codecs[index].decode(codes) if index in codecs else codes
        for index, codes in zip(present, inputs, strict=True)
    ]
    outputs = real.evaluate(quantised.real, layer, decoded)
    return tuple(
        codecs[index].encode(values, quantised.real.tensors[index].name)
        if index in codecs
        else values
        for index, values in zip(layer.outputs, outputs, strict=True)
    )

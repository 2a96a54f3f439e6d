"""Ops that the array's post-processing unit computes: element by element, in affine int8.

An op on its own runs as a job too, behind a convolution that changes nothing. A QUANTIZE of floats
has no place here, a requantising one has.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pymodel import layer as array_layer
from pymodel.array.events import EventCounts
from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.geometry import ConvGeometry
from pymodel.network import Layer, Network
from pymodel.ops import add, mul, sub
from pymodel.ops.quantised import INT8_MAX, INT8_MIN, input_scale, int8_codes, int8_output
from pymodel.ops.registry import HOST_OPS
from pymodel.post_processing import Elementwise, PostProcessing, post_process
from pymodel.requantise import Requantise

Int8Array = NDArray[np.int8]

ELEMENTWISE_OPS: dict[str, Callable[[Network, Layer], Elementwise]] = {
    "ADD": add.elementwise,
    "MUL": mul.elementwise,
    "SUB": sub.elementwise,
}
"""Ops on two tensors."""
TABLE_OPS = ("LEAKY_RELU", "LOGISTIC", "QUANTIZE", "RELU", "RELU6", "TANH")
"""Ops on one tensor, each of whose outputs follows from one input code."""
POST_OPS: tuple[str, ...] = (*ELEMENTWISE_OPS, *TABLE_OPS)

ONE = (1 << 30, 1)
"""Requantise multiplier and shift of 1."""


@dataclass(frozen=True, eq=False)
class Alone:
    """An op as a job of its own; `x` and `operand`, an element-wise op's, have conv's input shape,
    which is its output's too, that of `carrier`."""

    conv: Convolution
    x: Int8Array
    post: PostProcessing
    operand: Int8Array | None

    def outputs(self, counts: EventCounts | None = None) -> Int8Array:
        """The job's outputs, of x's shape. Numeric events are added to `counts`."""
        codes = array_layer.run(self.conv, self.x, counts=counts).astype(np.int8)
        return post_process(codes, self.post, self.operand)


def post_processing(network: Network, layer: Layer) -> PostProcessing:
    """What the unit does for one of POST_OPS, under the rule of TFLite's reference kernel.

    An element-wise op takes the layer's first input as a, its second as b, and the fused
    activation as its clamp; a table holds the op's outputs on all 256 codes.

    Raises:
        InputError: another op, a layer that is inconsistent or not in int8, or one whose output has
            no elements; it names the layer.
    """
    if any(0 in network.tensors[index].shape for index in layer.outputs):
        raise InputError(f"layer {layer.name}: the output of {layer.op} has no elements")
    if layer.op in ELEMENTWISE_OPS:
        return PostProcessing(elementwise=ELEMENTWISE_OPS[layer.op](network, layer))
    if layer.op not in TABLE_OPS:
        raise InputError(
            f"layer {layer.name}: op {layer.op} has no place in the array's post-processing, "
            f"which has {', '.join(POST_OPS)}"
        )
    return PostProcessing(table=_table(network, layer))


def alone(network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]]) -> Alone:
    """The layer as a job of its own, on the arrays of layer.inputs, constants included.

    The inputs are broadcast to the output's shape.

    Raises:
        InputError: as `post_processing` does, and for inputs that are not their tensors'.
    """
    post = post_processing(network, layer)
    count = len(layer.inputs)
    shape = network.tensors[layer.outputs[0]].shape
    conv = carrier(network, layer)
    codes = [
        np.broadcast_to(int8_codes(network, layer, inputs, place, count)[0].astype(np.int8), shape)
        for place in range(count)
    ]
    x, *operand = (each.reshape(conv.geometry.input_shape) for each in codes)
    return Alone(conv, x, post, operand[0] if operand else None)


def carrier(network: Network, layer: Layer) -> Convolution:
    """The convolution that stands in front of an op on its own: the identity on its output.

    An output of four dimensions is NHWC; of any other the last one is the channels.

    Raises:
        InputError: the output has no elements; it names the layer.
    """
    shape = network.tensors[layer.outputs[0]].shape
    channels = shape[-1] if shape else 1
    if len(shape) == 4:
        return identity(layer.name, shape[2], channels, shape[1], shape[0])
    return identity(layer.name, int(np.prod(shape[:-1], dtype=np.int64)), channels)


def identity(name: str, pixels: int, channels: int, rows: int = 1, batch: int = 1) -> Convolution:
    """A convolution that gives its input back, code for code: (batch, rows, pixels, channels).

    Depthwise, so that it takes a multiplication for each element.

    Raises:
        InputError: a size below 1; it names the layer.
    """
    try:
        geometry = ConvGeometry(batch, rows, pixels, channels, channels, 1, 1, groups=channels)
    except InputError as error:
        raise InputError(f"layer {name}: {error}") from error
    multiplier, shift = (np.full(channels, value, dtype=np.int32) for value in ONE)
    requantise = Requantise(
        rule="double_away",
        multiplier=multiplier,
        shift=shift,
        scale=np.ones(channels, dtype=np.float64),
        zero_point=0,
    )
    return Convolution(
        name=name,
        geometry=geometry,
        weights=np.ones(geometry.weights_shape, dtype=np.int8),
        bias=np.zeros(channels, dtype=np.int32),
        x_zero_point=0,
        w_zero_point=0,
        requantise=requantise,
    )


def _table(network: Network, layer: Layer) -> Int8Array:
    """int8 (256,): the op's output codes, from the op itself on a tensor of all input codes."""
    input_scale(network, layer, 0, 1)
    int8_output(network, layer, network.tensors[layer.inputs[0]].shape)
    codes = np.arange(INT8_MIN, INT8_MAX + 1, dtype=np.int8)
    tensors = list(network.tensors)
    for index in (layer.inputs[0], layer.outputs[0]):
        tensors[index] = replace(tensors[index], shape=codes.shape, data=None)
    op = HOST_OPS[layer.op]
    (table,) = op.evaluate(replace(network, tensors=tuple(tensors)), layer, [codes], op.RULES[0])
    return table.astype(np.int8)

"""Turns a causal network into the steps of one sample.

A convolution takes the table op that alone reads it, and then the element-wise op that alone reads
that: it waits for its reader. Where both operands wait, the second becomes a step, and the first
takes the op. ADD and MUL are taken by their second operand too, with the operands swapped, which
changes no result. An op that no convolution takes stands behind an identity convolution.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.network import Layer, Network
from pymodel.ops.post import ELEMENTWISE_OPS, TABLE_OPS, identity, post_processing
from pymodel.ops.registry import ARRAY_OPS, convolution
from pymodel.post_processing import PostProcessing
from pymodel.stream.line import Line, causal_pixel, line_of, padded, reshaped
from pymodel.stream.plan import Ring, StreamPlan, StreamStep

RESHAPES = ("EXPAND_DIMS", "RESHAPE", "SQUEEZE")
SYMMETRIC = ("ADD", "MUL")
"""Element-wise ops whose operands can be swapped."""


def plan_stream(
    network: Network,
    convolutions: Mapping[int, Convolution] | None = None,
    fused: bool = True,
) -> StreamPlan:
    """The network's steps for each sample.

    Args:
        network: with int8 tensors, on a line of samples, such as (1, 1, samples, channels); a
            dilated convolution is one layer (`pymodel.network.fold_dilation`).
        convolutions: of the layers that the array runs, by the layer's index; None lowers those of
            an int8 file as the array runs them. A quantised network has its own, for its `codes`.
        fused: False makes every op a step of its own, so that every tensor is a value.

    Raises:
        InputError: the network has several inputs or outputs, or a layer is not causal, strided,
            or no op of the array; it names the layer.
    """
    for what, indices in (("input", network.inputs), ("output", network.outputs)):
        if len(indices) != 1:
            raise InputError(
                f"network {network.name}: a stream has one {what}, found {len(indices)}"
            )
    if convolutions is None:
        on_array = [layer for layer in network.layers if layer.op in ARRAY_OPS]
        convolutions = {layer.index: convolution(network, layer) for layer in on_array}
    return _Planner(network, convolutions, fused).plan()


class _Planner:
    """Goes through the layers; what waits for its reader has no value yet."""

    def __init__(
        self, network: Network, convolutions: Mapping[int, Convolution], fused: bool
    ) -> None:
        self._network, self._convolutions, self._fused = network, convolutions, fused
        self._readers = Counter(index for layer in network.layers for index in layer.inputs)
        self._readers.update(network.outputs)
        self._lines: dict[int, Line] = {}
        self._values: dict[int, int] = {}
        self._steps: list[StreamStep] = []
        self._waiting: dict[int, StreamStep] = {}
        self._rings: dict[tuple[int, ...], Ring] = {}

    def plan(self) -> StreamPlan:
        """All layers' steps."""
        network = self._network
        (source,), (sink,) = network.inputs, network.outputs
        first = line_of(f"network {network.name}", network.tensors[source])
        self._lines[source], self._values[source] = first, 0
        for layer in network.layers:
            self._take(layer)
        output = self._value(self._line(f"network {network.name}", sink))
        return StreamPlan(
            name=network.name,
            in_channels=first.channels,
            rings=tuple(self._rings.values()),
            steps=tuple(self._steps),
            output=output,
            tensors=tuple(self._values),
        )

    def _take(self, layer: Layer) -> None:
        if not layer.inputs or len(layer.outputs) != 1:
            raise InputError(
                f"layer {layer.name}: {layer.op} must have an input and one output, "
                f"found {len(layer.inputs)} and {len(layer.outputs)}"
            )
        if layer.index in self._convolutions:
            self._convolve(layer)
        elif layer.op == "PAD":
            line = self._line(_where(layer), layer.inputs[0], may_be_padded=True)
            self._value(line)
            self._lines[layer.outputs[0]] = padded(self._network, layer, line)
        elif layer.op in RESHAPES:
            self._reshape(layer)
        elif layer.op in TABLE_OPS:
            self._look_up(layer)
        elif layer.op in ELEMENTWISE_OPS:
            self._combine(layer)
        else:
            raise InputError(f"layer {layer.name}: op {layer.op} has no place in a stream")

    def _convolve(self, layer: Layer) -> None:
        line = self._line(_where(layer), layer.inputs[0], may_be_padded=True)
        conv = causal_pixel(self._convolutions[layer.index], line)
        self._put(layer, self._step(layer, line, conv))

    def _reshape(self, layer: Layer) -> None:
        line = self._line(_where(layer), layer.inputs[0], may_be_padded=True)
        self._lines[layer.outputs[0]] = reshaped(self._network, layer, line)
        if self._readers[layer.outputs[0]] != 1:
            self._value(line)

    def _look_up(self, layer: Layer) -> None:
        line = self._line(_where(layer), layer.inputs[0])
        waiting = self._waiting.get(line.tensor)
        if waiting is None or waiting.post is not None:
            step = self._identity(layer, line)
        else:
            step = replace(self._waiting.pop(line.tensor), layers=(*waiting.layers, layer.index))
        self._put(layer, replace(step, post=post_processing(self._network, layer)))

    def _combine(self, layer: Layer) -> None:
        numbers = post_processing(self._network, layer).elementwise
        assert numbers is not None
        a, b = (self._line(_where(layer), index) for index in layer.inputs)
        if a.tensor not in self._waiting and b.tensor in self._waiting and layer.op in SYMMETRIC:
            a, b, numbers = b, a, replace(numbers, a=numbers.b, b=numbers.a)
        waiting = self._waiting.pop(a.tensor, None)
        operand = self._value(b)
        if waiting is None:
            step = self._identity(layer, a)
        else:
            step = replace(waiting, layers=(*waiting.layers, layer.index))
        table = None if step.post is None else step.post.table
        post = PostProcessing(table=table, elementwise=numbers)
        self._put(layer, replace(step, post=post, operand=operand))

    def _put(self, layer: Layer, step: StreamStep) -> None:
        """The step makes the layer's output: at once, or when its reader comes."""
        (index,) = layer.outputs
        pixels = self._lines[self._network.inputs[0]].pixels
        line = line_of(_where(layer), self._network.tensors[index], pixels)
        if line.channels != step.conv.geometry.out_channels:
            raise InputError(
                f"{_where(layer)} gives {step.conv.geometry.out_channels} channels, "
                f"found {line.channels} in tensor {self._network.tensors[index].name}"
            )
        self._lines[index] = line
        self._waiting[index] = step
        if not self._fused or step.operand is not None or self._readers[index] != 1:
            self._value(line)

    def _value(self, line: Line) -> int:
        """The line's value; what waits becomes a step."""
        if line.tensor in self._waiting:
            self._steps.append(self._waiting.pop(line.tensor))
            self._values[line.tensor] = len(self._steps)
        return self._values[line.tensor]

    def _line(self, where: str, index: int, may_be_padded: bool = False) -> Line:
        tensor = self._network.tensors[index]
        if index not in self._lines:
            raise InputError(f"{where}: tensor {tensor.name} does not follow from the input's line")
        line = self._lines[index]
        if line.before and not may_be_padded:
            raise InputError(f"{where}: tensor {tensor.name} is padded, which a convolution reads")
        return line

    def _identity(self, layer: Layer, line: Line) -> StreamStep:
        return self._step(layer, line, identity(layer.name, 1, line.channels))

    def _step(self, layer: Layer, line: Line, conv: Convolution) -> StreamStep:
        """One that waits for post-processing; its ring is shared with steps that read alike.

        A depthwise job reads a pixel's channels in the order of its outputs.
        """
        g, value, fill = conv.geometry, self._value(line), conv.x_zero_point
        key = (value, fill, g.groups, g.out_channels if g.depthwise else 0)
        ring = self._rings.get(key, Ring(value, 1, g.in_channels, fill))
        self._rings[key] = replace(ring, pixels=max(ring.pixels, g.reach_w))
        return StreamStep(
            name=layer.name,
            layers=(layer.index,),
            conv=conv,
            ring=list(self._rings).index(key),
        )


def _where(layer: Layer) -> str:
    return f"layer {layer.name}: {layer.op}"

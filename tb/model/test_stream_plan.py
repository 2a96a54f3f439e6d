"""Plans worked out by hand: which op goes into which step, and what is refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from golden.tflite.importer import load_tflite, parse_tflite
from golden.tflite.op_writer import Operand, write_op
from golden.wavenet.stretches import INT8_MODEL
from pymodel.errors import InputError
from pymodel.network import Layer, Network, fold_dilation
from pymodel.ops.registry import convolution
from pymodel.post_processing import Elementwise
from pymodel.stream import Ring, StreamPlan, plan_stream
from tb.model.dilated_files import DilatedFile
from tb.model.line_files import LineFile, Signal

Made = tuple[list[Signal], list[Signal]]
"""Sources and sinks."""


def paddings(pairs: list[list[int]]) -> NDArray[np.int32]:
    """Of a PAD."""
    return np.array(pairs, dtype=np.int32)


def network_of(make: Callable[[LineFile], Made]) -> Network:
    """What `make` makes, on 20 samples."""
    file = LineFile(samples=20, seed=1)
    sources, sinks = make(file)
    return parse_tflite(file.finish(sources, sinks), "net", "net")


def steps(plan: StreamPlan) -> list[tuple[tuple[int, ...], int, int | None]]:
    """Layers, value read, operand of every step."""
    return [(step.layers, plan.rings[step.ring].value, step.operand) for step in plan.steps]


def elementwise(plan: StreamPlan, step: int) -> Elementwise:
    """The step's op."""
    post = plan.steps[step].post
    assert post is not None and post.elementwise is not None
    return post.elementwise


def test_gate_and_residual_go_into_their_convolutions() -> None:
    """Layers: 0 PAD, 1 signal, 2 TANH, 3 gate, 4 LOGISTIC, 5 MUL, 6 residual, 7 ADD."""

    def make(file: LineFile) -> Made:
        x = file.source(3)
        history = file.pad(x, 6)
        signal = file.table("TANH", file.conv(history, 3, 3, 3))
        gate = file.table("LOGISTIC", file.conv(history, 3, 3, 3))
        z = file.binary("MUL", signal, gate)
        return [x], [file.binary("ADD", x, file.conv(z, 3))]

    network = network_of(make)
    plan = plan_stream(network)
    assert steps(plan) == [((3, 4), 0, None), ((1, 2, 5), 0, 1), ((6, 7), 2, 0)]
    (source,) = network.inputs
    zero_points = [int(network.tensors[index].zero_point[0]) for index in plan.tensors]
    assert plan.tensors == (source, *(network.layers[index].outputs[0] for index in (4, 5, 7)))
    assert plan.rings == (Ring(0, 7, 3, zero_points[0]), Ring(2, 1, 3, zero_points[2]))
    assert (plan.output, plan.channels) == (3, (3, 3, 3, 3))
    assert plan.steps[0].conv.geometry.input_shape == (1, 1, 7, 3)


def test_operands_change_places_with_their_scales() -> None:
    """ADD of the input and a convolution's output: the convolution, the second, becomes a."""

    def make(file: LineFile) -> Made:
        x = file.source(2)
        return [x], [file.binary("ADD", x, file.conv(x, 2))]

    network = network_of(make)
    zero_points = [int(network.tensors[layer.outputs[0]].zero_point[0]) for layer in network.layers]
    numbers = elementwise(plan_stream(network), 0)
    assert numbers.a.zero_point == zero_points[0]
    assert numbers.b.zero_point == int(network.tensors[network.inputs[0]].zero_point[0])
    assert numbers.y.zero_point == zero_points[1]


def test_subtraction_takes_a_convolution_as_its_first_operand_alone() -> None:
    """Layers: 0 and 1 convolutions, 2 SUB of them; 3 SUB of the input and 2 is on its own."""

    def make(file: LineFile) -> Made:
        x = file.source(2)
        difference = file.binary("SUB", file.conv(x, 2), file.conv(x, 2))
        return [x], [file.binary("SUB", x, difference)]

    plan = plan_stream(network_of(make))
    assert steps(plan) == [((1,), 0, None), ((0, 2), 0, 1), ((3,), 0, 2)]
    assert plan.steps[2].conv.geometry.groups == 2


def test_subtraction_from_what_is_no_convolution() -> None:
    def make(file: LineFile) -> Made:
        x = file.source(2)
        return [x], [file.binary("SUB", x, file.conv(x, 2))]

    assert steps(plan_stream(network_of(make))) == [((0,), 0, None), ((1,), 0, 1)]


def test_convolution_takes_one_table() -> None:
    """Layers: 0 convolution, 1 TANH, 2 RELU, 3 MUL with the input: the RELU takes that."""

    def make(file: LineFile) -> Made:
        x = file.source(2)
        return [x], [file.binary("MUL", x, file.table("RELU", file.table("TANH", file.conv(x, 2))))]

    assert steps(plan_stream(network_of(make))) == [((0, 1), 0, None), ((2, 3), 1, 0)]


def test_reshapes_lead_a_convolution_s_output_on() -> None:
    """Layers: 0 convolution, 1 RESHAPE, 2 TANH of it; 3 convolution, 4 RESHAPE, read twice."""

    def make(file: LineFile) -> Made:
        x = file.source(2)
        y = file.table("TANH", file.reshape(file.conv(x, 2)))
        z = file.reshape(file.conv(y, 2))
        return [x], [file.binary("ADD", z, file.table("RELU", z))]

    plan = plan_stream(network_of(make))
    assert steps(plan) == [((0, 2), 0, None), ((3,), 1, None), ((5, 6), 2, 2)]


def test_ring_is_as_long_as_its_longest_reader_needs() -> None:
    """Of 9, 3 and 1 pixels; the element-wise op's identity has a ring of its own."""

    def make(file: LineFile) -> Made:
        x = file.source(2)
        y = file.binary("ADD", file.causal(x, 2, 3, 4), file.causal(x, 2, 2, 2))
        return [x], [file.binary("SUB", x, file.binary("ADD", y, file.conv(x, 2)))]

    plan = plan_stream(network_of(make))
    assert [(ring.value, ring.pixels) for ring in plan.rings] == [(0, 9), (0, 1)]
    assert [step.ring for step in plan.steps] == [0, 0, 0, 1]


def test_ops_that_share_what_they_read_stand_on_their_own() -> None:
    """Layers: 0 convolution, read by 1 TANH and 2 RELU; 3 ADD of the RELU to itself; 4 TANH."""

    def make(file: LineFile) -> Made:
        x = file.source(2)
        y = file.conv(x, 2)
        tanh, relu = file.table("TANH", y), file.table("RELU", y)
        twice = file.table("TANH", file.binary("ADD", relu, relu))
        return [x], [file.binary("MUL", tanh, twice)]

    plan = plan_stream(network_of(make))
    assert steps(plan) == [
        ((0,), 0, None), ((2,), 1, None), ((3,), 2, 2), ((4,), 3, None), ((1, 5), 1, 4),
    ]  # fmt: skip


def test_network_s_output_is_a_value_also_where_one_op_reads_it() -> None:
    def make(file: LineFile) -> Made:
        x = file.source(2)
        y = file.conv(x, 2)
        file.table("TANH", y)
        return [x], [y]

    plan = plan_stream(network_of(make))
    assert (steps(plan), plan.output) == ([((0,), 0, None), ((1,), 1, None)], 1)


def test_wavenet_s_steps_are_its_convolutions() -> None:
    """Every TANH, LOGISTIC, MUL and ADD goes into one; signal and gate share their history."""
    network = load_tflite(INT8_MODEL)
    plan = plan_stream(network)
    done = sorted(index for step in plan.steps for index in step.layers)
    assert done == [layer.index for layer in network.layers if layer.op != "PAD"]
    assert len(plan.steps) == sum(layer.op == "CONV_2D" for layer in network.layers) == 74
    assert sum(step.operand is not None for step in plan.steps) == 34 + 18
    longest = sorted(ring.pixels for ring in plan.rings)[-4:]
    assert longest == [129, 129, 257, 257]


def test_folded_dilation_is_causal() -> None:
    """What the converter writes for an open batch: the padding is the convolution's own."""
    file = DilatedFile((1, 12), (1, 2), (1, 3), ((0, 0), (3, 0)), line=True)
    network = fold_dilation(parse_tflite(file.content(), "net", "net"))
    plan = plan_stream(network)
    assert [ring.pixels for ring in plan.rings] == [4]
    assert plan.steps[0].conv.geometry.dilation_w == 3


def wide(file: LineFile) -> Made:
    x = file.source(2)
    return [x], [file.conv(x, 2, 3, same=True)]


def late(file: LineFile) -> Made:
    x = file.source(2)
    return [x], [file.conv(file.pad(x, 1, 1), 2, 3)]


def short(file: LineFile) -> Made:
    x = file.source(2)
    return [x], [file.conv(file.pad(x, 3), 2, 3, 2)]


def strided(file: LineFile) -> Made:
    x = file.source(2)
    return [x], [file.conv(x, 2, stride=2)]


def padded_sum(file: LineFile) -> Made:
    x = file.source(2)
    y = file.pad(x, 3)
    return [x], [file.binary("ADD", y, y)]


def two_inputs(file: LineFile) -> Made:
    x, y = file.source(2), file.source(2)
    return [x, y], [file.binary("ADD", x, y)]


def two_outputs(file: LineFile) -> Made:
    x = file.source(2)
    return [x], [file.conv(x, 2), file.conv(x, 3)]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (wide, "layer conv: must be causal, padded with the 2 pixels .* found 1 and 1"),
        (late, "layer padded: PAD must pad tensor input .* in front of its samples alone"),
        (short, "layer conv: must be causal, padded with the 4 pixels .* found 3 and 0"),
        (strided, "layer conv: must be a convolution of stride 1 .* stride_w=2"),
        (padded_sum, "layer add: ADD: tensor padded is padded, which a convolution reads"),
        (two_inputs, "network net: a stream has one input, found 2"),
        (two_outputs, "network net: a stream has one output, found 2"),
    ],
)
def test_networks_that_are_refused(make: Callable[[LineFile], Made], message: str) -> None:
    with pytest.raises(InputError, match=message):
        plan_stream(network_of(make))


def test_ops_and_operands_without_a_place() -> None:
    shape = (1, 1, 20, 2)
    x = Operand("x", shape, scale=0.5)
    softmax = write_op("SOFTMAX", [x], [Operand("y", shape, scale=1 / 256, zero_point=-128)])
    with pytest.raises(InputError, match="layer y: op SOFTMAX has no place in a stream"):
        plan_stream(parse_tflite(softmax, "net", "net"))
    data = np.ones((1, 1, 1, 2), dtype=np.int8)
    constant = Operand("constant", data.shape, scale=0.5, data=data)
    added = write_op("ADD", [x, constant], [Operand("y", shape, scale=1.0)])
    with pytest.raises(InputError, match="layer y: ADD: tensor constant does not follow"):
        plan_stream(parse_tflite(added, "net", "net"))
    floats = write_op("RELU", [Operand("x", shape, "float32")], [Operand("y", shape, "float32")])
    with pytest.raises(InputError, match="network net: tensor x must be int8 and a line of pixels"):
        plan_stream(parse_tflite(floats, "net", "net"))
    reshaped = write_op(
        "RESHAPE",
        [x, Operand("shape", (4,), "int32", data=np.array([1, 1, 10, 4], dtype=np.int32))],
        [Operand("y", (1, 1, 10, 4), scale=0.5)],
    )
    with pytest.raises(InputError, match=r"layer y: RESHAPE: tensor y .* a line of 20 pixels"):
        plan_stream(parse_tflite(reshaped, "net", "net"))


def test_padding_behind_a_folded_convolution() -> None:
    file = DilatedFile((1, 12), (1, 2), (1, 3), ((0, 0), (3, 3)), line=True)
    network = fold_dilation(parse_tflite(file.content(), "net", "net"))
    with pytest.raises(InputError, match=r"must be causal, padded with the 3 .* found 3 and 3"):
        plan_stream(network)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        (
            "padded",
            {"zero_point": np.array([99], dtype=np.int64)},
            "layer padded: tensor input of PAD must be qua",
        ),
        (
            "reshaped",
            {"zero_point": np.array([99], dtype=np.int64)},
            "layer reshaped: tensor conv of RESHAPE must",
        ),
        ("reshaped", {"shape": (1, 1, 20, 3)}, "layer reshaped: .* must keep the 2 channels"),
        ("reshaped", {"shape": (1, 1, 10, 4)}, "layer reshaped: .* a line of 20 pixels"),
        ("conv", {"shape": (1, 1, 20, 3)}, "layer conv: CONV_2D gives 2 channels, found 3 in"),
        (
            "paddings",
            {"data": paddings([[0, 0], [0, 0], [1, 0], [1, 0]])},
            "layer padded: .* alone",
        ),
        (
            "paddings",
            {"data": paddings([[0, 0], [1, 0], [0, 0], [0, 0]])},
            "layer padded: .* alone",
        ),
        ("paddings", {"data": paddings([[0, 0], [0, 0], [2, 0], [0, 0]])}, "a line of 22 pixels"),
        ("paddings", {"data": None}, "layer padded: tensor paddings of PAD must be constant"),
    ],
)
def test_tensors_that_are_refused(name: str, change: dict[str, Any], message: str) -> None:
    """PAD, CONV_2D, RESHAPE, with one tensor changed after the convolution was lowered."""

    def make(file: LineFile) -> Made:
        x = file.source(2)
        return [x], [file.reshape(file.causal(x, 2, 2))]

    network = network_of(make)
    convolutions = {1: convolution(network, network.layers[1])}
    tensors = [replace(t, **change) if t.name == name else t for t in network.tensors]
    with pytest.raises(InputError, match=message):
        plan_stream(replace(network, tensors=tuple(tensors)), convolutions)


def test_pad_with_another_number_of_inputs() -> None:
    def make(file: LineFile) -> Made:
        x = file.source(2)
        return [x], [file.causal(x, 2, 2)]

    network = network_of(make)
    pad = replace(network.layers[0], inputs=network.layers[0].inputs[:1])
    short_of_one = replace(network, layers=(pad, *network.layers[1:]))
    with pytest.raises(InputError, match="layer padded: PAD must have 2 inputs, found 1"):
        plan_stream(short_of_one)
    bare = Layer(0, "bare", "PAD", (), (pad.outputs[0],))
    with pytest.raises(InputError, match="layer bare: PAD must have an input and one output"):
        plan_stream(replace(network, layers=(bare, *network.layers[1:])))


def test_plans_that_contradict_themselves() -> None:
    def make(file: LineFile) -> Made:
        x = file.source(3)
        y = file.conv(x, 2)
        return [x], [file.binary("ADD", y, file.causal(y, 2, 2))]

    plan = plan_stream(network_of(make))
    ring = plan.rings[1]
    with pytest.raises(InputError, match=r"step conv: its window of 1 x 2 pixels .* does not fit"):
        replace(plan, rings=(plan.rings[0], replace(ring, pixels=1)))
    with pytest.raises(InputError, match="step conv: value 2 is not computed before it"):
        replace(plan, rings=(plan.rings[0], replace(ring, value=2)))
    with pytest.raises(InputError, match="step conv: its operand must have 2 channels, found 3"):
        replace(plan, steps=(plan.steps[0], replace(plan.steps[1], operand=0)))

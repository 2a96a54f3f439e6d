"""Networks and plans that are no stream, each refused with a sentence."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from golden.tflite.importer import parse_tflite
from golden.tflite.op_writer import Operand, write_op
from pymodel.errors import InputError
from pymodel.network import Layer, fold_dilation
from pymodel.ops.registry import convolution
from pymodel.stream import plan_stream
from tb.model.dilated_files import DilatedFile
from tb.model.line_files import LineFile, Made, network_of


def paddings(pairs: list[list[int]]) -> NDArray[np.int32]:
    """Of a PAD."""
    return np.array(pairs, dtype=np.int32)


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

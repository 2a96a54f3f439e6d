"""Triples of a dilated convolution: folded and as they stand, both give LiteRT's bits."""

from dataclasses import replace

import numpy as np
import pytest
import tflite

from golden import litert
from golden.tflite.importer import parse_tflite
from pymodel.layer import run
from pymodel.network import Layer, Network, fold_dilation
from pymodel.ops import registry
from tb.model.dilated_files import DilatedFile
from tb.model.host_op import Array

RELU6 = tflite.ActivationFunctionType.RELU6
SAME = tflite.Padding.SAME
PLAIN = DilatedFile((9, 10), (3, 3), (2, 2), ((2, 3), (2, 2)), ((0, 1), (0, 0)))
LINE = DilatedFile((1, 40), (1, 3), (1, 4), ((0, 0), (8, 0)), line=True)
FOLDS = {
    "same_odd": PLAIN,
    "same_fixed_batch": replace(PLAIN, open_batch=False),
    "valid": DilatedFile((13, 14), (3, 3), (2, 3), ((0, 1), (0, 1)), ((0, 1), (0, 1))),
    "crops_less_than_paddings": replace(PLAIN, crops=((2, 1), (1, 0))),
    "one_direction": DilatedFile((6, 12), (2, 4), (1, 3), ((0, 1), (3, 3))),
    "batch": replace(PLAIN, batch=3),
    "relu6": replace(PLAIN, activation=RELU6, zero_points=(100, -90), y_scale=0.25),
    "zero_point_at_the_end": replace(PLAIN, zero_points=(127, -128)),
    "depthwise": replace(PLAIN, depthwise=True, channels=(3, 3)),
    "depth_multiplier": replace(PLAIN, depthwise=True, channels=(3, 6)),
    "grouped_by_block_1": DilatedFile((5, 5), (3, 3), (1, 1), ((1, 1), (1, 1))),
    "kernel_1x1": DilatedFile((4, 6), (1, 1), (2, 3)),
    "causal_line": LINE,
    "line_from_behind": replace(LINE, axis=-3),
    "line_batch": replace(LINE, batch=2, zero_points=(5, -6), crops=((0, 0), (3, 0))),
    "line_depthwise": replace(LINE, depthwise=True, channels=(4, 4), open_batch=False),
}
STAYS = {
    "crops_more_than_paddings": replace(PLAIN, crops=((3, 0), (0, 0))),
    "another_zero_point_inside": replace(PLAIN, phase_zero_point=-36),
    "another_block": replace(PLAIN, to_space_block=(4, 1)),
    "same_inside": replace(PLAIN, padding=SAME),
    "stride_inside": replace(PLAIN, stride=2, crops=((0, 0), (0, 0))),
    "dilation_inside": replace(PLAIN, dilation=2, crops=((0, 0), (0, 0))),
    "read_by_others": replace(PLAIN, reader=True),
}


def run_network(network: Network, x: Array) -> Array:
    """The network's output, layer by layer in the model under LiteRT's reference rules."""
    values = {tensor.index: tensor.data for tensor in network.tensors} | {network.inputs[0]: x}
    for layer in network.layers:
        inputs = [value for value in map(values.get, layer.inputs) if value is not None]
        outputs = registry.HOST_OPS[layer.op].evaluate(network, layer, inputs, "exact") if (
            layer.op in registry.HOST_OPS) else _convolution(network, layer, inputs[0])  # fmt: skip
        values |= dict(zip(layer.outputs, outputs, strict=True))
    result = values[network.outputs[0]]
    assert result is not None
    return result


def _convolution(network: Network, layer: Layer, x: Array) -> tuple[Array, ...]:
    conv = registry.convolution(network, layer, "double_away")
    image = x.reshape(conv.geometry.input_shape).astype(np.int8, copy=False)
    y = run(conv, image)
    return (y.reshape(network.tensors[layer.outputs[0]].shape),)


@pytest.mark.parametrize("name", FOLDS)
def test_folded_and_as_it_stands_as_litert(name: str) -> None:
    file = FOLDS[name]
    network = parse_tflite(file.content(), "net", "net.tflite")
    x = np.random.default_rng(2).integers(-128, 128, file.x_shape).astype(np.int8)
    expected = litert.run(file.content(), [x], "reference")[network.outputs[0]]
    folded = fold_dilation(network)
    (layer,) = folded.layers
    assert (layer.index, layer.inputs[0]) == (0, network.inputs[0])
    assert layer.outputs == network.outputs
    assert layer.name == "convolved"
    assert (layer.attributes["dilation_h"], layer.attributes["dilation_w"]) == file.block
    assert len(np.unique(expected)) > 2
    np.testing.assert_array_equal(run_network(network, x), expected)
    np.testing.assert_array_equal(run_network(folded, x), expected)


def test_crops_become_less_padding() -> None:
    network = parse_tflite(FOLDS["crops_less_than_paddings"].content(), "net", "net.tflite")
    attributes = fold_dilation(network).layers[0].attributes
    sides = ("pad_top", "pad_bottom", "pad_left", "pad_right")
    assert attributes["padding"] == "EXPLICIT"
    assert [attributes[side] for side in sides] == [0, 2, 1, 2]


@pytest.mark.parametrize("name", STAYS)
def test_unequal_triples_stay(name: str) -> None:
    network = parse_tflite(STAYS[name].content(), "net", "net.tflite")
    assert fold_dilation(network).layers == network.layers


def test_a_triple_that_stays_runs_as_in_litert() -> None:
    file = STAYS["crops_more_than_paddings"]
    network = parse_tflite(file.content(), "net", "net.tflite")
    x = np.random.default_rng(2).integers(-128, 128, file.x_shape).astype(np.int8)
    expected = litert.run(file.content(), [x], "reference")[network.outputs[0]]
    np.testing.assert_array_equal(run_network(network, x), expected)


@pytest.mark.parametrize("operand", ["block", "paddings", "weave", "crops"])
def test_operands_that_are_no_constants_stay(operand: str) -> None:
    network = parse_tflite(PLAIN.content(), "net", "net.tflite")
    tensors = tuple(
        replace(tensor, data=None) if tensor.name == operand else tensor
        for tensor in network.tensors
    )
    open_ended = replace(network, tensors=tensors)
    assert fold_dilation(open_ended).layers == network.layers


def test_a_tensor_inside_that_is_an_output_stays() -> None:
    network = parse_tflite(PLAIN.content(), "net", "net.tflite")
    inside = network.layers[1].outputs[0]
    shown = replace(network, outputs=(*network.outputs, inside))
    assert fold_dilation(shown).layers == network.layers


def test_layers_around_are_kept_in_order() -> None:
    network = parse_tflite(PLAIN.content(), "net", "net.tflite")
    around = [Layer(i, name, "RELU", network.outputs, network.outputs) for i, name in
              ((0, "before"), (4, "after"))]  # fmt: skip
    around[0] = replace(around[0], inputs=network.inputs, outputs=())
    middle = [replace(layer, index=layer.index + 1) for layer in network.layers]
    layers = (around[0], *middle, replace(around[1], outputs=()))
    folded = fold_dilation(replace(network, layers=layers))
    assert [layer.name for layer in folded.layers] == ["before", "convolved", "after"]
    assert [layer.index for layer in folded.layers] == [0, 1, 2]


def test_open_batches_get_the_shapes_of_litert() -> None:
    for file in (PLAIN, LINE, replace(LINE, batch=3)):
        network = parse_tflite(file.content(), "net", "net.tflite")
        x = np.zeros(file.x_shape, dtype=np.int8)
        tensors = litert.run(file.content(), [x], "reference")
        assert {tensor.index: tensor.shape for tensor in network.tensors} == {
            tensor.index: tensors[tensor.index].shape for tensor in network.tensors
        }

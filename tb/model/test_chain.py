"""The model's chain through a network, against hand-worked values and LiteRT's own run."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from golden import litert
from golden.demo.calibration import demo_scheme
from golden.demo.held_out import held_out
from golden.nam.importer import load_nam
from golden.nam.network import network_of
from golden.tflite.importer import load_tflite
from pymodel import quantised
from pymodel.chain import (
    Arithmetic,
    Arrays,
    ArrayStep,
    ByRules,
    Codes,
    OnDatapath,
    Tensors,
    convolution_of,
    follow,
    run_network,
    walk,
)
from pymodel.errors import InputError
from pymodel.layer import run
from pymodel.network import Layer, Network, Tensor
from pymodel.ops.numerics import rule
from pymodel.ops.post import POST_OPS
from pymodel.ops.registry import ARRAY_OPS
from pymodel.post_processing import post_process
from pymodel.presets import preset
from pymodel.quantised import Scheme, ranges_of
from tb.model.networks import DEMO, DEMO_FLOAT
from tb.model.test_nam import SECOND, STACK, document, written
from tb.paths import PROJECT_ROOT

DIGITS = np.load(DEMO.with_name("digits_input.npy"))
NETWORK = load_tflite(DEMO)
RULES = {layer.index: rule("litert-ref", layer.op) for layer in NETWORK.layers}
ON_ARRAY = [0, 1, 2, 4, 6]
WAVENET = PROJECT_ROOT / "golden" / "wavenet" / "wavenet.tflite"
WAVENET_INPUT = WAVENET.with_name("wavenet_input.npy")


def reshaping() -> Network:
    """Two RESHAPE ops in a row: (4,) to (2, 2) to (1, 4)."""
    shapes = ((4,), (2, 2), (1, 4))
    tensors = tuple(Tensor(i, f"t{i}", shape, "int8") for i, shape in enumerate(shapes))
    layers = tuple(Layer(i, f"layer{i}", "RESHAPE", (i,), (i + 1,)) for i in range(2))
    return Network("net", tensors, layers, (0,), (2,))


def codes(*values: int) -> NDArray[np.int8]:
    return np.array(values, dtype=np.int8)


def test_every_tensor_of_the_demo_network_is_litert_s() -> None:
    for digit in DIGITS:
        expected = litert.run(DEMO, [digit[np.newaxis]], "reference")
        found = run_network(NETWORK, [digit[np.newaxis]], RULES)
        for layer in NETWORK.layers:
            np.testing.assert_array_equal(found[layer.outputs[0]], expected[layer.outputs[0]])


def test_layers_without_a_rule_give_what_is_given() -> None:
    given = {1: codes(9, 8, 7, 6).reshape(2, 2)}
    found = run_network(reshaping(), [codes(1, 2, 3, 4)], {1: "exact"}, given)
    assert found[1].tolist() == [[9, 8], [7, 6]]
    assert found[2].tolist() == [[9, 8, 7, 6]]


def test_a_layer_with_neither_rule_nor_outputs() -> None:
    message = "layer layer0: RESHAPE has neither a rule nor given outputs"
    with pytest.raises(InputError, match=message):
        run_network(reshaping(), [codes(1, 2, 3, 4)], {1: "exact"})


def test_an_input_without_a_value() -> None:
    network = replace(reshaping(), inputs=())
    with pytest.raises(InputError, match="layer layer0: tensor t0 of RESHAPE has no value"):
        run_network(network, [], {0: "exact", 1: "exact"})


def test_the_walk_goes_on_with_what_it_is_sent() -> None:
    """One wrong output of the first layer reaches the second, and the end."""
    steps = []

    def wrong_at_first(step: ArrayStep) -> Codes:
        steps.append(step)
        output = run(step.conv, step.x)
        if len(steps) == 1:
            output[0, 3, 3, :] = 127
            steps[0] = replace(step, x=output)
        return output

    end = follow(walk(ByRules(NETWORK, RULES), ON_ARRAY, [DIGITS[:1]], {}), wrong_at_first)
    np.testing.assert_array_equal(steps[1].x, steps[0].x)
    assert [step.layer.index for step in steps] == ON_ARRAY
    sound = run_network(NETWORK, [DIGITS[:1]], RULES)
    assert (end[NETWORK.outputs[0]] != sound[NETWORK.outputs[0]]).any()


@pytest.mark.parametrize("name", ["int8", "dfp8_trunc4", "minifloat_e4m3"])
def test_a_walk_through_a_network_on_a_datapath(name: str) -> None:
    """What the array is given and the host computes is, in the end, the model's own run."""
    network = load_tflite(DEMO_FLOAT)
    images = [held_out().images[:1]]
    brought = quantised.quantise(network, preset(name), demo_scheme(network))
    expected = quantised.run(brought, images)
    fed = quantised.encode_inputs(brought, images)
    outputs: list[Codes] = []

    def on_array(step: ArrayStep) -> Codes:
        assert step.x.shape == step.conv.geometry.input_shape
        outputs.append(run(step.conv, step.x, brought.datapath))
        return outputs[-1]

    found = follow(walk(OnDatapath(brought), ON_ARRAY[:3], fed, {}), on_array)
    assert len(outputs) == 3, "the last two are left to the host"
    assert found.keys() == expected.keys()
    for index, codes_ in expected.items():
        np.testing.assert_array_equal(found[index], codes_)


def on_the_array(step: ArrayStep) -> Codes:
    """An affine int8 step as the array defines it: the convolution, then the post-processing."""
    output = run(step.conv, step.x).astype(np.int8)
    return output if step.post is None else post_process(output, step.post, step.operand)


def require_walk(arithmetic: Arithmetic, inputs: Arrays, expected: Tensors, ops: set[str]) -> None:
    """With all layers on the array that have a place there, the same tensors; `ops` are theirs."""
    places = (*ARRAY_OPS, *POST_OPS)
    chosen = [layer for layer in arithmetic.network.layers if layer.op in places]
    assert {layer.op for layer in chosen} == ops
    for layer in chosen:
        shape = convolution_of(arithmetic, layer).geometry.output_shape
        assert np.prod(shape) == expected[layer.outputs[0]].size
    steps = walk(arithmetic, [layer.index for layer in chosen], inputs, {})
    found = follow(steps, on_the_array)
    for index, codes_ in expected.items():
        np.testing.assert_array_equal(found[index], codes_)


def test_post_processed_layers_of_the_wavenet() -> None:
    """LOGISTIC, TANH, MUL and ADD as jobs of the array, where host ops stood."""
    network = load_tflite(WAVENET)
    rules = {layer.index: rule("litert-ref", layer.op) for layer in network.layers}
    inputs = [np.load(WAVENET_INPUT)[0]]
    expected = run_network(network, inputs, rules)
    ops = {"CONV_2D", "LOGISTIC", "TANH", "MUL", "ADD"}
    require_walk(ByRules(network, rules), inputs, expected, ops)


def test_post_processed_layers_of_an_amplifier(tmp_path: Path) -> None:
    """A float network brought to int8."""
    found = document([STACK | {"gated": True}, dict(SECOND)], seed=5)
    network = network_of(load_nam(written(found, tmp_path)), 96)
    inputs = [np.random.default_rng(6).standard_normal((1, 1, 96, 1)).astype(np.float32)]
    brought = quantised.quantise(network, preset("int8"), Scheme(ranges_of(network, [inputs])))
    fed = quantised.encode_inputs(brought, inputs)
    ops = {"CONV_2D", "LOGISTIC", "TANH", "MUL", "ADD"}
    require_walk(OnDatapath(brought), fed, quantised.run(brought, inputs), ops)

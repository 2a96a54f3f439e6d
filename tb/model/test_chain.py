"""The model's chain through a network, against hand-worked values and LiteRT's own run."""

import numpy as np
import pytest
from numpy.typing import NDArray

from golden import litert
from golden.tflite.importer import load_tflite
from pymodel.chain import run_network, walk
from pymodel.errors import InputError
from pymodel.layer import run
from pymodel.network import Layer, Network, Tensor
from pymodel.ops.numerics import rule
from tb.model.networks import DEMO

DIGITS = np.load(DEMO.with_name("digits_input.npy"))
NETWORK = load_tflite(DEMO)
RULES = {layer.index: rule("litert-ref", layer.op) for layer in NETWORK.layers}


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


def test_outputs_that_are_missing() -> None:
    with pytest.raises(InputError, match="layer layer0: tensor t1 of RESHAPE has no value"):
        run_network(reshaping(), [codes(1, 2, 3, 4)], {1: "exact"})


def test_the_walk_goes_on_with_what_it_is_sent() -> None:
    """One wrong output of the first layer reaches the second, and the end."""
    steps = walk(NETWORK, [DIGITS[:1]], RULES, {})
    step = next(steps)
    sent = run(step.conv, step.x)
    sent[0, 3, 3, :] = 127
    step = steps.send(sent)
    np.testing.assert_array_equal(step.x, sent)
    end = None
    while end is None:
        try:
            step = steps.send(run(step.conv, step.x))
        except StopIteration as stop:
            end = stop.value
    sound = run_network(NETWORK, [DIGITS[:1]], RULES)
    assert (end[NETWORK.outputs[0]] != sound[NETWORK.outputs[0]]).any()

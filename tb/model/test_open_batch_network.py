"""A network as the converter writes it where the batch is open: every layer against LiteRT."""

from collections import Counter

import numpy as np
import pytest

from golden import litert
from golden.tflite.importer import load_tflite
from pymodel.layer import run
from pymodel.network import ABSENT, Network, fold_dilation
from pymodel.ops.numerics import rule
from pymodel.ops.registry import ARRAY_OPS, HOST_OPS, evaluate
from pymodel.ops.registry import convolution as lower
from tb.model.host_op import Array
from tb.model.networks import DEMO

MODEL = DEMO.with_name("open_batch.tflite")
TRIPLE = {"SPACE_TO_BATCH_ND": 3, "BATCH_TO_SPACE_ND": 3, "EXPAND_DIMS": 1}


def outputs(network: Network, index: int, tensors: dict[int, Array]) -> tuple[Array, ...]:
    """One layer's outputs in the model, on LiteRT's tensors and by its reference's rules."""
    layer = network.layers[index]
    if layer.op in ARRAY_OPS:
        followed = rule("litert-ref", layer.op)
        conv = lower(network, layer, followed)
        x = tensors[layer.inputs[0]].reshape(conv.geometry.input_shape).astype(np.int8)
        y = run(conv, x)
        return (y.reshape(network.tensors[layer.outputs[0]].shape),)
    return evaluate(network, layer, [tensors[i] for i in layer.inputs if i != ABSENT])


@pytest.mark.parametrize("folded", [False, True], ids=["as_it_stands", "folded"])
def test_every_layer_as_litert(folded: bool) -> None:
    network = load_tflite(MODEL)
    network = fold_dilation(network) if folded else network
    x = np.random.default_rng(1).integers(-128, 128, network.tensors[network.inputs[0]].shape)
    tensors = litert.run(MODEL, [x.astype(np.int8)], "reference")
    for layer in network.layers:
        assert layer.op in ARRAY_OPS or layer.op in HOST_OPS
        found = outputs(network, layer.index, tensors)
        for index, array in zip(layer.outputs, found, strict=True):
            np.testing.assert_array_equal(array, tensors[index], err_msg=layer.name)


def test_folding_takes_every_triple() -> None:
    plain = load_tflite(MODEL)
    before = Counter(layer.op for layer in plain.layers)
    after = Counter(layer.op for layer in fold_dilation(plain).layers)
    assert before - after == Counter(TRIPLE) + Counter({"RESHAPE": 1})
    assert not after - before

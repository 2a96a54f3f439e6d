"""The demo network is what its recipe, its metrics and the project's documents say."""

import hashlib
import json
from typing import Any

import numpy as np
import pytest

from golden import litert
from golden.tflite.importer import load_tflite
from pymodel.affine.quantise import quantise
from pymodel.layer import run
from pymodel.ops.registry import ARRAY_OPS
from pymodel.ops.registry import convolution as lower
from tb.model.networks import DEMO, DEMO_FLOAT

FOLDER = DEMO.parent


@pytest.fixture(scope="module")
def metrics() -> dict[str, Any]:
    """What the recipe measured."""
    loaded: dict[str, Any] = json.loads((FOLDER / "metrics.json").read_text())
    return loaded


def test_files_are_the_recipe_s(metrics: dict[str, Any]) -> None:
    for path in (DEMO, DEMO_FLOAT):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == metrics["sha256"][path.name]
    assert DEMO.stat().st_size < 200_000


def test_int8_accuracy(metrics: dict[str, Any]) -> None:
    """All held-out digits through LiteRT's reference kernels give the accuracy on record."""
    held_out = np.load(FOLDER / "digits_test.npz")
    pixels, labels = held_out["pixels"], held_out["labels"]
    network = load_tflite(DEMO)
    image = network.tensors[network.inputs[0]]
    real = (pixels.astype(np.float32) - metrics["pixel_offset"]) / metrics["pixel_scale"]
    codes = quantise(real[..., np.newaxis], image.scale, image.zero_point)
    np.testing.assert_array_equal(codes[:20], np.load(FOLDER / "digits_input.npy"))
    np.testing.assert_array_equal(labels[:20], np.load(FOLDER / "digits_labels.npy"))
    logits = [
        litert.run(DEMO, [code[np.newaxis]], "reference")[network.outputs[0]] for code in codes
    ]
    right = np.concatenate(logits).argmax(axis=1) == labels
    assert len(right) == metrics["held_out_images"] == 360
    assert right.mean() == pytest.approx(metrics["accuracy_int8"])
    assert metrics["accuracy_int8"] > 0.97
    assert metrics["accuracy_float"] > 0.97


def test_it_holds_every_corner_it_is_for() -> None:
    """SAME, stride 2, dilation 2, asymmetric padding, per-channel weights, zero points off 0."""
    network = load_tflite(DEMO)
    convs = [lower(network, layer) for layer in network.layers if layer.op in ARRAY_OPS]
    geometries = [conv.geometry for conv in convs]
    assert any(g.stride_h == 2 and g.pad_top != g.pad_bottom for g in geometries)
    assert any(g.dilation_h == 2 and g.pad_top == 2 for g in geometries)
    pad = next(layer for layer in network.layers if layer.op == "PAD")
    assert network.tensors[pad.inputs[1]].data is not None
    np.testing.assert_array_equal(
        network.tensors[pad.inputs[1]].data, [[0, 0], [1, 0], [2, 1], [0, 0]]
    )
    assert all(np.unique(conv.requantise.scale).size > 1 for conv in convs)
    zero_points = {conv.x_zero_point for conv in convs} | {
        conv.requantise.zero_point for conv in convs
    }
    assert 0 not in zero_points
    assert len(zero_points - {-128}) >= 4
    assert sum(g.out_channels % 16 == 0 for g in geometries) >= 3
    assert any(g.out_channels % 16 for g in geometries)


def test_pymodel_classifies_a_digit() -> None:
    """Chained through pymodel, with PAD and RESHAPE as NumPy has them: LiteRT's optimised bits."""
    network = load_tflite(DEMO)
    digit = np.load(FOLDER / "digits_input.npy")[:1]
    value = digit
    for layer in network.layers:
        if layer.op == "PAD":
            amount = network.tensors[layer.inputs[1]].data
            assert amount is not None
            code = int(network.tensors[layer.inputs[0]].zero_point[0])
            value = np.pad(value, amount.tolist(), constant_values=code)
        elif layer.op in ARRAY_OPS:
            conv = lower(network, layer, "double_up")
            value = run(conv, value.reshape(conv.geometry.input_shape))
    oracle = litert.run(DEMO, [digit], "optimised")[network.outputs[0]]
    np.testing.assert_array_equal(value.reshape(oracle.shape), oracle)
    assert int(oracle.argmax()) == int(np.load(FOLDER / "digits_labels.npy")[0])

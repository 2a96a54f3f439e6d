"""The demo network's held-out digits as floats, beside the codes that are committed."""

from pathlib import Path

import numpy as np
import pytest

from golden.demo import held_out as module
from golden.demo.held_out import held_out, network_input
from golden.tflite.importer import load_tflite
from pymodel.affine.quantise import quantise
from pymodel.errors import InputError
from tb.verify.inputs import DEMO_INPUTS, DEMO_MODEL


def test_pixels_to_inputs() -> None:
    """Pixel 6 is 0, 8 steps are 1."""
    assert network_input(np.array([[[0, 6, 14]]])).tolist() == [[[[-0.75], [0.0], [1.0]]]]


def test_first_digits_are_the_committed_codes() -> None:
    """TensorFlow quantised them when the network was made."""
    network = load_tflite(DEMO_MODEL)
    tensor = network.tensors[network.inputs[0]]
    codes = np.load(DEMO_INPUTS)
    images = held_out().images[: len(codes)]
    np.testing.assert_array_equal(quantise(images, tensor.scale, tensor.zero_point), codes)
    labels = np.load(DEMO_INPUTS.with_name("digits_labels.npy"))
    np.testing.assert_array_equal(held_out().labels[: len(codes)], labels)


def test_missing_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HERE", tmp_path)
    with pytest.raises(InputError, match=r"digits_test\.npz: cannot be read"):
        held_out()

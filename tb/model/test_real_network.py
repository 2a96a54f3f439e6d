"""The demo network in float64 against LiteRT's float reference kernels, tensor by tensor."""

import numpy as np
from numpy.testing import assert_allclose

from golden import litert
from golden.demo.held_out import FLOAT_MODEL, held_out
from golden.tflite.importer import load_tflite
from pymodel import real


def test_every_tensor_equals_litert() -> None:
    """Relative to each tensor's largest value: sums in float32 cancel."""
    network = load_tflite(FLOAT_MODEL)
    for image in held_out().images[:5]:
        expected = litert.run(FLOAT_MODEL, [image[np.newaxis]], "reference")
        found = real.run(network, [image[np.newaxis]])
        for layer in network.layers:
            for index in layer.outputs:
                largest = float(np.abs(expected[index]).max())
                y = found[index].astype(np.float64)
                assert_allclose(y, expected[index], rtol=1e-5, atol=1e-5 * largest)

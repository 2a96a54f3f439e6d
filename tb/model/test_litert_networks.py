"""pymodel against LiteRT on whole networks, layer by layer, on the oracle's own tensors.

Each kernel's run is compared with the rule that it follows; a layer's input is that same run's
tensor, so that no layer inherits another's difference.
"""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from golden import litert
from golden.tflite.importer import load_tflite
from pymodel.chain import run_network
from pymodel.layer import run
from pymodel.network import Network
from pymodel.ops.registry import ARRAY_OPS
from tb.model.networks import DEMO, SHARED_MODELS, random_inputs, shared_model

KERNELS: tuple[litert.Kernel, ...] = ("reference", "optimised", "xnnpack")
SEEDS = (11, 12)
CHAINS = 20


def compared(
    network: Network, path: Path, inputs: list[NDArray[np.int8]], kernel: litert.Kernel
) -> int:
    """Outputs compared over all modelled layers; AssertionError at the first that differs."""
    tensors = litert.run(path, inputs, kernel)
    outputs = 0
    for layer in network.layers:
        if layer.op not in ARRAY_OPS:
            continue
        conv = ARRAY_OPS[layer.op](network, layer, litert.rule(layer.op, kernel))
        x = tensors[layer.inputs[0]].reshape(conv.geometry.input_shape)
        expected = tensors[layer.outputs[0]].reshape(conv.geometry.output_shape)
        found = run(conv, x)
        differing = int(np.count_nonzero(found != expected))
        assert differing == 0, f"layer {layer.index} {layer.op}: {differing} of {expected.size}"
        outputs += expected.size
    return outputs


@pytest.mark.parametrize("kernel", KERNELS)
def test_demo(kernel: litert.Kernel) -> None:
    network = load_tflite(DEMO)
    digits = np.load(DEMO.with_name("digits_input.npy"))
    for digit in digits:
        assert compared(network, DEMO, [digit[np.newaxis]], kernel) == 3954


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("name", SHARED_MODELS)
def test_shared_models(shared_data: Path, name: str, kernel: litert.Kernel) -> None:
    path = shared_model(shared_data, name)
    network = load_tflite(path)
    for seed in SEEDS:
        outputs = compared(network, path, random_inputs(network, seed), kernel)
        print(f"{name}, {kernel}, seed {seed}: {outputs} outputs, 0 mismatches")
        assert outputs > 0


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("name", SHARED_MODELS)
def test_chains_end_where_the_kernels_do(
    shared_data: Path, name: str, kernel: litert.Kernel
) -> None:
    """The final output of many inputs, where each layer computes on what the model gave before.

    (The optimised ADD has no rule of the model's, but follows the reference's where nothing is as
    extreme as in the conformance map's worst class.)
    """
    path = shared_model(shared_data, name)
    network = load_tflite(path)
    rules = {layer.index: litert.rule(layer.op, kernel) for layer in network.layers}
    for seed in range(1, 1 + CHAINS):
        inputs = random_inputs(network, seed)
        found, expected = run_network(network, inputs, rules), litert.run(path, inputs, kernel)
        for index in network.outputs:
            np.testing.assert_array_equal(found[index], expected[index])

"""The .tflite networks that tests read, and inputs for them."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pymodel.network import Network
from tb.paths import PROJECT_ROOT

DEMO = PROJECT_ROOT / "golden" / "demo" / "digits.tflite"
DEMO_FLOAT = PROJECT_ROOT / "golden" / "demo" / "digits_float.tflite"
SHARED_MODELS = (
    "pretrainedResnet_quant",
    "kws_ref_model",
    "ad01_int8",
    "hello_world_int8",
    "micro_speech_quantized",
)
"""Third-party networks, by file name, in `models` of the shared data."""


def shared_model(shared_data: Path, name: str) -> Path:
    """The file of one of SHARED_MODELS."""
    return shared_data / "models" / f"{name}.tflite"


def random_inputs(network: Network, seed: int) -> list[NDArray[np.int8]]:
    """Any codes for each of the network's int8 inputs."""
    rng = np.random.RandomState(seed)
    return [
        rng.randint(-128, 128, network.tensors[index].shape).astype(np.int8)
        for index in network.inputs
    ]

"""Published networks as float ones, in other number formats: every layer, model against RTL.

Their int8 weights, dequantised, are float weights like any others.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from golden.tflite.importer import load_tflite
from pymodel.affine.quantise import dequantise
from pymodel.network import Network, Tensor, save
from tb.cli.verify_command import make_verify

CASES = {
    "kws_ref_model": ("dfp8_trunc4", 72_012),
    "pretrainedResnet_quant": ("pow2_w4", 86_026),
    "micro_speech_quantized": ("minifloat_e4m3", 4_004),
}
"""The datapath, and how many outputs are compared: depthwise, strides, ADD, AVERAGE_POOL_2D,
SOFTMAX, RESHAPE."""


def floats(network: Network) -> Network:
    """The network with real values in the place of codes."""

    def real(tensor: Tensor) -> Tensor:
        if not tensor.scale.size:
            return tensor
        data = tensor.data
        if data is not None:
            data = dequantise(data, tensor.scale, tensor.zero_point, tensor.axis)
        nothing = (np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.int64))
        return replace(tensor, dtype="float32", data=data, scale=nothing[0], zero_point=nothing[1])

    return replace(network, tensors=tuple(real(tensor) for tensor in network.tensors))


@pytest.mark.parametrize("name", CASES)
def test_every_layer(
    name: str,
    shared_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On an array of 4x4 lanes, with random inputs: no mismatch, and the same numeric events."""
    datapath, outputs = CASES[name]
    model = shared_data / "models" / f"{name}.tflite"
    save(floats(load_tflite(model)), tmp_path / "float")
    verify = make_verify(tmp_path / "results", monkeypatch, capsys)
    lanes = ("--ic-lanes", "4", "--oc-lanes", "4")
    done = verify("--model", tmp_path / "float", "--datapath", datapath, "--seed", "3", *lanes)
    (result,) = (tmp_path / "results").glob("*.json")
    layers = json.loads(result.read_text())["layers"]
    on_rtl = [layer for layer in layers if layer["mismatches"] is not None]
    assert (done.status, sum(layer["mismatches"] for layer in on_rtl)) == (0, 0)
    assert sum(layer["outputs"] for layer in on_rtl) == outputs
    assert all(layer["events"] for layer in on_rtl)
    assert {layer["status"] for layer in layers} == {"pass", "model_only"}

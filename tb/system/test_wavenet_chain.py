"""Both WaveNets whole, as chains: the RTL's own outputs go through every layer."""

from pathlib import Path

import numpy as np
import pytest

from golden.wavenet.stretches import INT8_MODEL
from tb.cli.verify_command import Verify, make_verify
from tb.wavenet.layers import INPUT


@pytest.fixture
def verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Verify:
    return make_verify(tmp_path / "results", monkeypatch, capsys)


@pytest.mark.slow
def test_speech(verify: Verify, tmp_path: Path) -> None:
    """Held-out speech; the model's chain ends on every logit where LiteRT's own run does."""
    stretch = np.load(INPUT)[0]
    np.save(tmp_path / "x.npy", stretch)
    options = ("--input", tmp_path / "x.npy", "--chain", "--numerics", "litert-ref")
    done = verify("--model", INT8_MODEL, *options)
    (document,) = done.documents.values()
    layers, final = document["layers"], document["final"]
    assert (done.status, document["verdict"]) == (0, "pass")
    assert sum(layer["mismatches"] == 0 for layer in layers) == 162
    assert {layer["op"] for layer in layers if layer["mismatches"] is None} == {"PAD"}
    assert final["outputs"] == 256 * stretch.size
    assert (final["mismatches"], final["oracle_mismatches"]) == (0, 0)


@pytest.mark.slow
@pytest.mark.parametrize(("datapath", "count"), [("int8", 141), ("dfp16", 63), ("dfp8", 63)])
def test_amplifier(verify: Verify, shared_data: Path, datapath: str, count: int) -> None:
    """The loudest stretch of a recording; beside convolutions only int8 has ops on the array."""
    models = shared_data / "models"
    files = ("--model", models / "wavenet_a1_standard.nam", "--input", models / "input.wav")
    done = verify(*files, "--datapath", datapath, "--chain")
    (document,) = done.documents.values()
    assert (done.status, document["verdict"]) == (0, "pass")
    assert sum(layer["mismatches"] == 0 for layer in document["layers"]) == count
    final = document["final"]
    assert (final["outputs"], final["mismatches"]) == (8192 + 4092, 0)

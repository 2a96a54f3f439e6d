"""`python -m tb.verify` on a saved quantised network."""

from pathlib import Path

import numpy as np
import pytest

from golden.demo.calibration import demo_scheme
from golden.demo.held_out import FLOAT_MODEL, held_out
from golden.tflite.importer import load_tflite
from pymodel import quantised
from pymodel.presets import preset
from pymodel.quantised import Scheme
from pymodel.quantised.storage import FILE, save
from tb.cli.verify_command import Verify, make_verify

LANES = ("--ic-lanes", "4", "--oc-lanes", "4")


@pytest.fixture
def verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Verify:
    return make_verify(tmp_path / "results", monkeypatch, capsys)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo network on dfp8: weights of 4 bits, the first layer's output of 5."""
    network = load_tflite(FLOAT_MODEL)
    on_array = [layer for layer in network.layers if layer.op in ("CONV_2D", "FULLY_CONNECTED")]
    bits = {layer.inputs[1]: 4 for layer in on_array} | {network.layers[0].outputs[0]: 5}
    scheme = Scheme(demo_scheme(network).ranges, bits)
    path = tmp_path_factory.mktemp("quantised") / "narrow"
    save(quantised.quantise(network, preset("dfp8"), scheme), path, "training digits")
    return path


def test_every_layer_on_the_rtl(verify: Verify, folder: Path, tmp_path: Path) -> None:
    """Its own datapath, codes in their narrow widths; the folder or the file in it."""
    np.save(tmp_path / "x.npy", held_out().images[:2, np.newaxis])
    for model in (folder, folder / FILE):
        done = verify("--model", model, "--input", tmp_path / "x.npy", *LANES)
        (found,) = done.documents.values()
        assert (done.status, found["verdict"], found["runs"]) == (0, "pass", 2)
        assert found["datapath"]["name"] == "dfp8"
        assert [layer["mismatches"] for layer in found["layers"]] == [0, 0, 0, None, 0, None, 0]
        assert 5.0 < found["layers"][0]["sqnr_db"] < 25.0, "4-bit weights, 5-bit outputs"


def test_chain(verify: Verify, folder: Path) -> None:
    """The RTL's own outputs in their narrow widths, up to the logits."""
    (found,) = verify("--model", folder, "--seed", "4", "--chain", *LANES).documents.values()
    assert (found["verdict"], found["chain"], found["datapath"]["name"]) == ("pass", True, "dfp8")
    assert [layer["mismatches"] for layer in found["layers"]] == [0, 0, 0, None, 0, None, 0]
    assert (found["final"]["outputs"], found["final"]["mismatches"]) == (10, 0)


def test_random_inputs_lie_in_the_range(verify: Verify, folder: Path) -> None:
    """Digits are -0.75 to 1.25, so nothing of the input saturates, and the noise is small."""
    (found,) = verify("--model", folder, "--seed", "4", *LANES).documents.values()
    assert found["verdict"] == "pass"
    assert found["layers"][0]["sqnr_db"] > 10.0


def test_refusals(verify: Verify, folder: Path, tmp_path: Path) -> None:
    done = verify("--model", folder, "--datapath", "dfp8")
    message = f"error: {folder}: is quantised for datapath dfp8; --datapath is for float networks\n"
    assert (done.status, done.err, done.documents) == (2, message, {})
    (tmp_path / FILE).write_text("{}")
    done = verify("--model", tmp_path)
    assert (done.status, done.err) == (2, f"error: {tmp_path / FILE}: key 'schema' is missing\n")

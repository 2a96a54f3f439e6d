"""Int8 by this project and by TensorFlow's converter: both on the RTL, layer by layer."""

from pathlib import Path

import numpy as np
import pytest

from golden.parity.networks import DEMO, PAIRS
from golden.tflite.importer import load_tflite
from pymodel.affine.quantise import quantise
from pymodel.ops.post import POST_OPS
from pymodel.ops.registry import ARRAY_OPS
from tb.cli.verify_command import Verify, make_verify

OUTPUTS = {
    DEMO: 8 * 8 * 16 + 8 * 8 * 32 + 4 * 4 * 32 + 3 * 5 * 24 + 10,
    "depthwise_int8": 6 * 5 * (8 + 16 + 12 + 12) + 5,
    "causal_int8": 40 * (8 + 8 + 8 + 4),
    "dense_int8": 40 + 24 + 16 + 7,
    "gated_int8": 8 * 8 * (7 * 6 + 4) + 5,
    "dead_int8": 4 * 4 * (8 + 4 + 6) + 5,
}
"""Of the array's layers, for one input."""
RUNS = 2
LANES = ("--ic-lanes", "4", "--oc-lanes", "4")


@pytest.fixture
def verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Verify:
    return make_verify(tmp_path / "results", monkeypatch, capsys)


@pytest.mark.slow_on("icarus")
@pytest.mark.parametrize("name", OUTPUTS)
def test_no_mismatch(name: str, sim: str, verify: Verify, tmp_path: Path) -> None:
    """On the same inputs, as floats for this project's, as their codes for the converter's."""
    pair = PAIRS[name]
    inputs = pair.calibration()[:RUNS, np.newaxis]
    int8 = load_tflite(pair.int8)
    source = int8.tensors[int8.inputs[0]]
    np.save(tmp_path / "floats.npy", inputs)
    np.save(tmp_path / "codes.npy", quantise(inputs, source.scale, source.zero_point))
    for model, own in (
        (pair.real, ("--datapath", "int8", "--input", tmp_path / "floats.npy")),
        (pair.int8, ("--input", tmp_path / "codes.npy")),
    ):
        done = verify("--model", model, "--sim", sim, *own, *LANES)
        (document,) = (
            one for run, one in done.documents.items() if run.startswith(f"{model.stem}-")
        )
        on_rtl = [one for one in document["layers"] if one["mismatches"] is not None]
        assert (done.status, document["verdict"], document["runs"]) == (0, "pass", RUNS), done.err
        assert [one["mismatches"] for one in on_rtl] == [0] * len(on_rtl)
        assert sum(one["outputs"] for one in on_rtl) == RUNS * OUTPUTS[name]
        on_array = (*ARRAY_OPS, *POST_OPS)
        assert len(on_rtl) == sum(layer.op in on_array for layer in int8.layers)

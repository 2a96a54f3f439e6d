"""`python -m tb.verify --chain` on a float network that a datapath computes."""

from pathlib import Path

import numpy as np
import pytest

from golden.tflite.op_writer import Operand, write_op
from tb.cli.verify_command import Verify, make_verify

ARRAY = ("--ic-lanes", "4", "--oc-lanes", "4")


@pytest.fixture
def verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Verify:
    return make_verify(tmp_path / "results", monkeypatch, capsys)


@pytest.mark.parametrize(
    "name", ["dfp8_trunc4", pytest.param("minifloat_e4m3", marks=pytest.mark.slow)]
)
def test_demo_network(verify: Verify, name: str) -> None:
    """All layers compute what they compute on the model's tensors: codes, events, and noise."""
    options = ("--datapath", name, "--runs", "3", *ARRAY)
    verify(*options)
    done = verify(*options, "--chain", "--jobs", "2")
    run = f"digits_float-verilator-{name}"
    single, chained = done.documents[run], done.documents[f"{run}-chain"]
    assert (done.status, chained["verdict"], chained["chain"]) == (0, "pass", True)
    assert [layer["mismatches"] for layer in chained["layers"]] == [0, 0, 0, None, 0, None, 0]
    for field in ("outputs", "events", "sqnr_db", "cycles", "status"):
        found, expected = ([layer[field] for layer in each["layers"]] for each in (chained, single))
        assert found == expected, field
    final = chained["final"]
    assert (final["outputs"], final["mismatches"], final["status"]) == (3 * 10, 0, "pass")
    assert "; final outputs: 0 of 30 differ; " in done.out.splitlines()[-1]
    assert "no oracle" not in done.out, "there is none for any layer"


def test_a_layer_that_the_array_cannot_hold(verify: Verify, tmp_path: Path) -> None:
    """One window of 40,000 taps: the chain has nothing for the RTL, and says so."""
    drawn = np.random.default_rng(1).normal(size=(1, 200, 200, 1)).astype(np.float32)
    w = Operand("w", (1, 200, 200, 1), "float32", data=drawn)
    b = Operand("b", (1,), "float32", data=np.zeros(1, dtype=np.float32))
    x, y = Operand("x", (1, 200, 200, 1), "float32"), Operand("y", (1, 1, 1, 1), "float32")
    options = {"padding": 1, "stride_h": 1, "stride_w": 1}
    (tmp_path / "wide.tflite").write_bytes(write_op("CONV_2D", [x, w, b], [y], options))
    done = verify("--model", tmp_path / "wide.tflite", "--datapath", "dfp8", "--chain", *ARRAY)
    (found,) = done.documents.values()
    assert (done.status, found["verdict"], found["final"]["mismatches"]) == (3, "incomplete", None)
    assert "(CONV_2D): not on the array: " in done.out
    assert "(CONV_2D): the chain takes the model's outputs" in done.out


def test_another_set_of_rules_is_refused(verify: Verify) -> None:
    done = verify("--datapath", "dfp8", "--chain", "--numerics", "xnnpack")
    assert (done.status, done.documents) == (2, {})
    assert "a float network has no --numerics on a datapath" in done.err

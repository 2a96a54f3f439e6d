"""`python -m tb.verify --chain`: the RTL's own outputs feed on, and what is compared then."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from golden import litert
from golden.tflite.importer import load_tflite, parse_tflite
from golden.tflite.writer import write_tflite
from tb.cli.verify_command import Verify, make_verify
from tb.model.random_ops import random_op
from tb.system import broken_rtl
from tb.system.broken_rtl import edited_rtl
from tb.verify.inputs import DEMO_MODEL

RUNS = 3
TIES = 207
"""Seed of a FULLY_CONNECTED op whose scales force ties."""
OUTPUT = load_tflite(DEMO_MODEL).outputs[0]


@pytest.fixture
def verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Verify:
    return make_verify(tmp_path / "results", monkeypatch, capsys)


def test_demo_network(verify: Verify, sim: str) -> None:
    done = verify("--chain", "--sim", sim)
    document = done.documents[f"digits-{sim}-chain"]
    assert (done.status, document["verdict"], document["chain"]) == (0, "pass", True)
    assert [layer["mismatches"] for layer in document["layers"]] == [0, 0, 0, None, 0, None, 0]
    assert {layer["oracle_mismatches"] for layer in document["layers"]} == {0}
    final = document["final"]
    assert (final["outputs"], final["mismatches"], final["status"]) == (10, 0, "pass")
    assert (final["oracle"], final["rule_differences"]) == (None, None)
    assert "no oracle runs a whole network by the rules of rtl" in done.out
    assert "; final outputs: 0 of 10 differ; " in done.out.splitlines()[-1]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_reference_numerics(verify: Verify, jobs: str) -> None:
    """The model's chain ends where BUILTIN_REF ends; each layer says how the RTL's rules differ."""
    options = ("--chain", "--runs", str(RUNS), "--numerics", "litert-ref", "--jobs", jobs)
    done = verify(*options)
    document = done.documents["digits-verilator-chain"]
    assert (done.status, document["runs"]) == (0, RUNS)
    assert all(layer["rule_differences"] is not None for layer in document["layers"])
    final = document["final"]
    assert final["oracle"].endswith("BUILTIN_REF") and final["oracle_mismatches"] == 0
    assert final["outputs"] == 10 * RUNS


def test_oracle_that_ends_elsewhere(verify: Verify, monkeypatch: pytest.MonkeyPatch) -> None:
    """One final output of the oracle's differs: the layer and the chain's end say so."""
    run = litert.run

    def one_output_differs(*arguments: Any) -> dict[int, np.ndarray]:
        tensors = run(*arguments)
        tensors[OUTPUT][0, 4] ^= 1
        return tensors

    monkeypatch.setattr("tb.verify.oracle.run_guarded", one_output_differs)
    done = verify("--chain", "--numerics", "litert-ref")
    final = done.documents["digits-verilator-chain"]["final"]
    assert (done.status, final["status"]) == (1, "fail")
    assert (final["mismatches"], final["oracle_mismatches"]) == (0, 1)
    assert "(NETWORK): model against ai-edge-litert" in done.out
    assert (
        "run again: python -m tb.verify --sim verilator --numerics litert-ref --chain" in done.out
    )


@pytest.mark.parametrize("mode", [(), ("--chain",)], ids=["layers", "chain"])
def test_differences_of_the_rules_are_counted(
    verify: Verify, tmp_path: Path, mode: tuple[str, ...]
) -> None:
    """As many as LiteRT's two kernels differ by: one has the reference's rule, one the RTL's."""
    op, x = random_op(TIES)
    content = write_tflite(op)
    (tmp_path / "ties.tflite").write_bytes(content)
    np.save(tmp_path / "x.npy", x)
    output = parse_tflite(content, "ties", "ties").outputs[0]
    kernels: tuple[litert.Kernel, ...] = ("reference", "optimised")
    reference, optimised = (litert.run(content, [x], kernel)[output] for kernel in kernels)
    expected = int(np.count_nonzero(reference != optimised))
    assert expected == 19
    options = ("--model", tmp_path / "ties.tflite", "--input", tmp_path / "x.npy", *mode)
    done = verify(*options, "--numerics", "litert-ref")
    (document,) = done.documents.values()
    (layer,) = document["layers"]
    assert done.status == 0
    assert (layer["rule"], layer["rule_differences"]) == ("double_up", expected)
    assert f"in place of double_up: {expected} of {reference.size} outputs" in done.out
    if mode:
        assert document["final"]["rule_differences"] == expected
        assert f": {expected} outputs differ, {expected} of the final ones" in done.out
    else:
        assert done.out.endswith(f"litert-ref: {expected} outputs differ\n")


def test_numerics_that_the_rtl_has(verify: Verify) -> None:
    done = verify("--chain", "--numerics", "cmsis-nn")
    document = done.documents["digits-verilator-chain"]
    assert {layer["rule_differences"] for layer in document["layers"]} == {None}
    assert document["final"]["rule_differences"] is None


def test_op_without_a_model(verify: Verify, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its outputs come from the oracle, its row says so, and the chain goes on."""
    monkeypatch.setattr("tb.verify.model_checks.HOST_OPS", {})
    monkeypatch.setattr("tb.verify.model_chains.HOST_OPS", {})
    done = verify("--chain", "--partial")
    document = done.documents["digits-verilator-chain"]
    assert (done.status, document["verdict"]) == (0, "incomplete")
    unchecked = [layer for layer in document["layers"] if layer["status"] == "not_checked"]
    assert [layer["op"] for layer in unchecked] == ["PAD", "RESHAPE"]
    assert done.out.count("the chain takes the outputs of ai-edge-litert") == 2
    assert document["final"]["mismatches"] == 0


def test_broken_rtl(verify: Verify, tmp_path: Path) -> None:
    """A stuck bit in every output: all layers of the array fail, and so does the end."""
    rtl = edited_rtl(broken_rtl.STUCK_OUTPUT, tmp_path)
    done = verify("--chain", "--rtl", rtl, "--ic-lanes", "4", "--oc-lanes", "4")
    (document,) = done.documents.values()
    assert (done.status, document["verdict"]) == (1, "fail")
    on_array = [layer for layer in document["layers"] if layer["mismatches"] is not None]
    assert [layer["status"] for layer in on_array] == ["fail"] * 5
    assert (document["final"]["status"], document["final"]["mismatches"] > 0) == ("fail", True)
    assert any(
        line.startswith("7 final outputs (NETWORK): RTL against model: ")
        for line in done.out.splitlines()
    )
    assert done.err == "running 1 chain of 5 layers on the RTL (verilator)\n"

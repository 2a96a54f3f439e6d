"""`python -m tb.verify`: what it prints, what it records, and its exit status."""

import hashlib
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from golden import litert
from golden.cases.case import VECTORS, GoldenCase
from golden.cases.load import load_case, load_suite
from golden.tflite.single_op import SingleOp
from golden.tflite.writer import write_tflite
from pymodel.geometry import ConvGeometry
from tb.cli.verify_command import Done, Verify, make_verify
from tb.paths import BUILD_DIR, PROJECT_ROOT
from tb.verify.inputs import DEMO_INPUTS, DEMO_MODEL

DOCUMENT_KEYS = (
    "schema", "network", "model_sha256", "sim", "seed", "versions", "dut", "datapath", "numerics",
    "mode", "chain", "runs", "verdict", "layers", "final", "audio",
)  # fmt: skip
LAYER_KEYS = (
    "index", "name", "op", "rule", "outputs", "mismatches", "oracle", "oracle_mismatches",
    "rule_differences", "macs", "cycles", "utilisation", "wall_s", "rtl_wall_s", "status",
    "datapath", "sqnr_db", "events",
)  # fmt: skip
_NUMBER = r"([\d,]+|-)"
_PLACE, _REST = r"(\d+) .*", r"([\d.]+|-) +([\d.]+) s +(\w+)"
ROW = re.compile(" +".join([_PLACE, *[_NUMBER] * 5, _REST]))
ROW_WITH_DIFFERENCES = re.compile(" +".join([_PLACE, *[_NUMBER] * 6, _REST]))
OUTPUT_TENSOR = 5
"""Of a padded convolution."""
SMALL_ARRAY = ("--ic-lanes", "4", "--oc-lanes", "4")


@pytest.fixture
def verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Verify:
    return make_verify(tmp_path / "results", monkeypatch, capsys)


def row(layer: dict[str, Any], differences: bool) -> tuple[str, ...]:
    """A layer's numbers as the table shows them, with rule differences or without."""
    counts = [layer["outputs"], layer["mismatches"], layer["oracle_mismatches"]]
    counts += [layer["rule_differences"]] if differences else []
    counts += [layer["macs"] or None, layer["cycles"]]
    utilisation = layer["utilisation"]
    return (
        str(layer["index"]),
        *("-" if count is None else f"{count:,}" for count in counts),
        "-" if utilisation is None else f"{utilisation:.2f}",
        f"{layer['wall_s']:.2f}",
        layer["status"],
    )


def check_document(done: Done, run: str) -> dict[str, Any]:
    """Check that one result was written, in the documented form, and that the table agrees."""
    assert list(done.documents) == [run]
    document: dict[str, Any] = done.documents[run]
    assert tuple(document) == DOCUMENT_KEYS
    assert all(tuple(layer) == LAYER_KEYS for layer in document["layers"])
    differences = any(layer["rule_differences"] is not None for layer in document["layers"])
    shape = ROW_WITH_DIFFERENCES if differences else ROW
    rows = [found.groups() for line in done.out.splitlines() if (found := shape.fullmatch(line))]
    assert rows == [row(layer, differences) for layer in document["layers"]]
    return document


def test_demo_network(verify: Verify, sim: str) -> None:
    done = verify("--sim", sim)
    document = check_document(done, f"digits-{sim}")
    layers = document["layers"]
    assert (done.status, document["verdict"], len(layers)) == (0, "pass", 7)
    assert document["model_sha256"] == hashlib.sha256(DEMO_MODEL.read_bytes()).hexdigest()
    assert (document["sim"], document["mode"], document["chain"]) == (sim, "bulk", False)
    assert {sim, "cocotb", "LiteRT"} <= set(document["versions"])
    assert [layer["mismatches"] for layer in layers] == [0, 0, 0, None, 0, None, 0]
    assert [layer["oracle_mismatches"] for layer in layers] == [0] * 7
    for layer in layers:
        on_array = layer["mismatches"] is not None
        assert layer["status"] == ("pass" if on_array else "model_only")
        if on_array:
            assert layer["utilisation"] == layer["macs"] / (256 * layer["cycles"])
    outputs = sum(layer["outputs"] for layer in layers if layer["mismatches"] is not None)
    assert done.out.splitlines()[-1] == (
        f"PASS: 5 layers on the RTL ({sim}), {outputs:,} outputs, 0 mismatches against the model; "
        "model against the oracle: 0 mismatches"
    )


@pytest.mark.parametrize(
    ("arguments", "status", "out", "err"),
    [
        (("--jobs", "2"), 0, "PASS: 5 layers", "running 5 layers on the RTL (verilator)\n"),
        (("--model", "no.tflite"), 2, "", "error: no.tflite: no such file"),
    ],
    ids=["demo", "bad"],
)
def test_as_a_command(arguments: Sequence[str], status: int, out: str, err: str) -> None:
    """In a process of its own, as make starts it."""
    done = subprocess.run(
        [sys.executable, "-m", "tb.verify", *arguments],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == status
    assert done.stderr.startswith(err) and done.stderr.count("\n") == 1
    assert (done.stdout.splitlines() or [""])[-1].startswith(out)
    assert status or (BUILD_DIR / "verify" / "digits-verilator.json").is_file()


def write_padded_convolution(path: Path) -> Path:
    """A network of a PAD, which the array doesn't run, and a CONV_2D, which it does."""
    geometry = ConvGeometry(1, 4, 4, 2, 3, 3, 3, pad_top=2)
    op = SingleOp(
        op="CONV_2D",
        geometry=geometry,
        weights=np.arange(-27, 27, dtype=np.int8).reshape(geometry.weights_shape),
        bias=np.array([5, -6, 7], dtype=np.int32),
        x_scale=0.5,
        x_zero_point=3,
        w_scale=np.array([0.25], dtype=np.float32).repeat(3),
        y_scale=16.0,
        y_zero_point=-4,
    )
    path.write_bytes(write_tflite(op))
    return path


def test_op_without_a_model(
    verify: Verify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Incomplete, status 3; --partial accepts it, but not a run in which nothing is checked."""
    model = write_padded_convolution(tmp_path / "padded.tflite")
    whole = verify("--model", model, *SMALL_ARRAY)
    assert (whole.status, whole.documents["padded-verilator"]["verdict"]) == (0, "pass")

    monkeypatch.setattr("tb.verify.model_checks.HOST_OPS", {})
    for options, status in (((), 3), (("--partial",), 0)):
        done = verify("--model", model, *SMALL_ARRAY, *options)
        document = check_document(done, "padded-verilator")
        assert (done.status, document["verdict"]) == (status, "incomplete")
        assert [layer["status"] for layer in document["layers"]] == ["not_checked", "pass"]
        assert done.out.splitlines()[-1].startswith("INCOMPLETE: 1 layer on the RTL")
        assert done.out.endswith("; 1 layer not checked (PAD)\n")

    monkeypatch.setattr("tb.verify.model_checks.ARRAY_OPS", {})
    for options in ((), ("--partial",)):
        done = verify("--model", model, *SMALL_ARRAY, *options)
        assert (done.status, done.documents["padded-verilator"]["verdict"]) == (3, "incomplete")


NUMERICS_ROWS = {
    "litert-ref": ("float_away", True),
    "litert-opt": ("double_up", False),
    "xnnpack": ("float_even", True),
    "cmsis-nn": ("double_away", False),
}
"""The rule of FULLY_CONNECTED, and whether the RTL runs another in its place."""


@pytest.mark.parametrize("numerics", NUMERICS_ROWS)
def test_numerics(verify: Verify, numerics: str) -> None:
    """Several inputs under each set of rules; where the RTL has not its rule, it is counted."""
    done = verify("--numerics", numerics, "--runs", "3")
    document = check_document(done, "digits-verilator")
    assert (done.status, document["verdict"]) == (0, "pass")
    assert (document["numerics"], document["runs"]) == (numerics, 3)
    wanted, differs = NUMERICS_ROWS[numerics]
    layer = next(layer for layer in document["layers"] if layer["op"] == "FULLY_CONNECTED")
    assert layer["rule"] == ("double_up" if differs else wanted)
    assert isinstance(layer["rule_differences"], int) is differs
    assert f" {wanted}, {numerics}'s rule, in place of double_up: " in done.out or not differs
    assert f"the RTL's rules against {numerics}: " in done.out or not differs
    assert layer["outputs"] == 30
    if numerics == "cmsis-nn":
        assert (layer["oracle"], layer["oracle_mismatches"]) == (None, None)
        assert done.out.endswith("; 1 layer without an oracle\n")
    else:
        assert layer["oracle"].endswith(f"({wanted})") and layer["oracle_mismatches"] == 0


def test_several_inputs_of_a_file(verify: Verify, tmp_path: Path) -> None:
    """Counts are sums over the runs, and a finding says in which run it was."""
    digits = np.load(DEMO_INPUTS)[5:8, np.newaxis]
    np.save(tmp_path / "digits.npy", digits)
    one = check_document(verify("--runs", "1"), "digits-verilator")
    three = check_document(verify("--input", tmp_path / "digits.npy"), "digits-verilator")
    assert three["runs"] == 3
    for single, triple in zip(one["layers"], three["layers"], strict=True):
        for name in ("outputs", "macs", "cycles"):
            assert triple[name] == (single[name] and 3 * single[name])
        assert triple["utilisation"] == single["utilisation"]


def spoilt_cases() -> Sequence[GoldenCase]:
    """A sound case, and one that expects two wrong outputs."""
    sound = load_case(VECTORS / "corner" / "conv1x1")
    spoilt = load_case(VECTORS / "corner" / "conv3x3_same")
    expected = spoilt.expected.copy()
    for place in ((0, 1, 2, 3), (0, 5, 5, 4)):
        expected[place] ^= 1
    return sound, replace(spoilt, expected=expected)


def test_mismatch(verify: Verify, monkeypatch: pytest.MonkeyPatch) -> None:
    """Layer, count, first place with both values in decimal and hex, and the command to repeat."""
    cases = spoilt_cases()
    monkeypatch.setattr("tb.verify.suite.load_suite", lambda _: cases)
    done = verify("--suite", "corner", "--partial", *SMALL_ARRAY)
    document = check_document(done, "corner-verilator")
    assert (done.status, document["verdict"]) == (1, "fail")
    assert [layer["mismatches"] for layer in document["layers"]] == [0, 2]
    assert [layer["status"] for layer in document["layers"]] == ["pass", "fail"]
    expected = int(cases[1].expected[0, 1, 2, 3])
    got = expected ^ 1
    *_, finding, speed, again, verdict = done.out.splitlines()
    assert speed.startswith("RTL: 6,780 MACs in ")
    assert [finding, again, verdict] == [
        "1 conv3x3_same (CONV_2D): RTL against model: 2 of 180 outputs differ; "
        "first at (n=0, h=1, w=2, c=3): "
        f"expected {expected} (0x{expected & 0xFF:02X}), got {got} (0x{got & 0xFF:02X})",
        "run again: python -m tb.verify --sim verilator --suite corner --ic-lanes 4 --oc-lanes 4",
        "FAIL: 2 layers on the RTL (verilator), 280 outputs, 2 mismatches against the model",
    ]


def test_oracle_that_disagrees(
    verify: Verify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The RTL agrees with the model, the oracle differs in one output: fail all the same."""
    run = litert.run

    def one_output_differs(*arguments: Any) -> dict[int, np.ndarray]:
        tensors = run(*arguments)
        tensors[OUTPUT_TENSOR][0, 2, 1, 0] ^= 1
        return tensors

    monkeypatch.setattr("tb.verify.oracle.run_guarded", one_output_differs)
    done = verify("--model", write_padded_convolution(tmp_path / "padded.tflite"), *SMALL_ARRAY)
    document = check_document(done, "padded-verilator")
    layer = document["layers"][1]
    assert (done.status, document["verdict"], layer["status"]) == (1, "fail", "fail")
    assert (layer["mismatches"], layer["oracle_mismatches"]) == (0, 1)
    place = r"\(n=0, h=2, w=1, c=0\): expected -?\d+ \(0x\w\w\), got -?\d+ \(0x\w\w\)"
    finding = (
        r"1 output \(CONV_2D\): model against .* BUILTIN_REF .*: 1 of 24 outputs differ; "
        rf"first at {place}"
    )
    assert any(re.fullmatch(finding, line) for line in done.out.splitlines())


@pytest.mark.slow
def test_a_case_in_its_own_datapath_says_so(
    verify: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Affine ones run on the array that the command names."""
    few = tuple(
        next(case for case in load_suite("formats") if case.datapath.name == name)
        for name in ("int8", "dfp8", "dfp8_narrow")
    )
    monkeypatch.setattr("tb.verify.suite.load_suite", lambda _: few)
    document = check_document(verify("--suite", "formats", *SMALL_ARRAY), "formats-verilator")
    names = [layer["datapath"] for layer in document["layers"]]
    assert names == [None, "dfp8", "dfp8_narrow"]
    assert (document["verdict"], document["datapath"]["name"]) == ("pass", "int8")

"""`python -m tb.verify` with bad input: status 2, one sentence, no traceback, nothing written."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tflite

from golden.cases import load
from golden.cases.case import VECTORS
from tb.cli.verify_command import Verify, make_verify
from tb.model.tflite_files import conv1x1
from tb.paths import PROJECT_ROOT
from tb.verify.inputs import DEMO_INPUTS, DEMO_MODEL

EARLIER = "the result of an earlier run"
RESULTS = ("digits-verilator.json", "digits-icarus.json", "corner-verilator.json")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Return the folder of results, in which those of earlier runs lie."""
    folder = tmp_path / "results"
    folder.mkdir()
    for name in RESULTS:
        (folder / name).write_text(json.dumps(EARLIER))
    return folder


@pytest.fixture
def verify(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Verify:
    return make_verify(results, monkeypatch, capsys)


@pytest.fixture
def refused(verify: Verify, results: Path) -> Callable[..., str]:
    """Return a function that checks how the command refuses arguments, and gives its sentence."""

    def run(*arguments: str | Path) -> str:
        done = verify(*arguments)
        assert done.status == 2
        assert done.out == ""
        assert re.fullmatch(r"error: [^\n]+\n", done.err)
        assert sorted(path.name for path in results.iterdir()) == sorted(RESULTS)
        assert all(document == EARLIER for document in done.documents.values())
        return done.err

    return run


Refused = Callable[..., str]


def test_no_such_model(refused: Refused) -> None:
    assert "no/such.tflite: no such file" in refused("--model", "no/such.tflite")


def test_folder_as_model(refused: Refused, tmp_path: Path) -> None:
    """It is taken for a saved network."""
    assert f"{tmp_path / 'network.json'}: no such file" in refused("--model", tmp_path)


MODELS = {
    "truncated": (DEMO_MODEL.read_bytes()[:-100], "is truncated or corrupt"),
    "cut_in_half": (DEMO_MODEL.read_bytes()[:5000], "is truncated or corrupt"),
    "empty": (b"", "is empty"),
    "no_tflite": (b"A text, not a flatbuffer.", "is not a .tflite file"),
    "int4": (conv1x1(type_code=tflite.TensorType.INT4), "is INT4"),
    "conv_without_bias": (conv1x1(inputs=(0, 1)), "(CONV_2D) has no bias"),
}


@pytest.mark.parametrize("name", MODELS)
def test_model_that_cannot_be_verified(refused: Refused, tmp_path: Path, name: str) -> None:
    content, sentence = MODELS[name]
    path = tmp_path / f"{name}.tflite"
    path.write_bytes(content)
    message = refused("--model", path)
    assert str(path) in message and sentence in message


def test_no_such_input(refused: Refused) -> None:
    assert "no/such.npy: no such file" in refused("--input", "no/such.npy")


def test_folder_as_input(refused: Refused, tmp_path: Path) -> None:
    assert f"{tmp_path}: cannot be read" in refused("--input", tmp_path)


ONE_DIGIT = np.load(DEMO_INPUTS)[:1]


@pytest.mark.parametrize(
    ("array", "found"),
    [
        (np.load(DEMO_INPUTS)[:2], "found int8 of shape (2, 8, 8, 1)"),
        (ONE_DIGIT[0], "found int8 of shape (8, 8, 1)"),
        (ONE_DIGIT.astype(np.float32), "found float32 of shape (1, 8, 8, 1)"),
        (ONE_DIGIT.astype(np.uint8), "found uint8 of shape (1, 8, 8, 1)"),
    ],
    ids=["batch", "rank", "float32", "uint8"],
)
def test_input_of_another_kind(
    refused: Refused, tmp_path: Path, array: np.ndarray, found: str
) -> None:
    path = tmp_path / "input.npy"
    np.save(path, array)
    message = refused("--input", path)
    assert f"{path}: " in message and "takes int8 of shape (1, 8, 8, 1)" in message
    assert found in message


def test_another_number_of_runs_than_the_file_holds(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "input.npy"
    np.save(path, np.stack([ONE_DIGIT, ONE_DIGIT]))
    assert "holds 2 inputs, the number of runs is 3" in refused("--input", path, "--runs", "3")
    np.save(path, np.zeros((0, 1, 8, 8, 1), dtype=np.int8))
    assert "found int8 of shape (0, 1, 8, 8, 1)" in refused("--input", path)


@pytest.mark.parametrize(
    "content", [b"", b"0 1 2 3", DEMO_INPUTS.read_bytes()[:-1]], ids=["empty", "text", "truncated"]
)
def test_no_npy_file(refused: Refused, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "input.npy"
    path.write_bytes(content)
    assert f"{path}: is not a complete .npy file" in refused("--input", path)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("--sim modelsim", "SIM=modelsim: no such simulator; use one of verilator, icarus"),
        ("--suite cornre", "suite must be one of corner, formats, found 'cornre'"),
        ("--suite corner --seed 1", "--suite runs stored cases; it takes neither"),
        ("--suite corner --model a.tflite", "not allowed with argument"),
        ("--frobnicate", "unrecognized arguments: --frobnicate"),
        ("a.tflite", "unrecognized arguments: a.tflite"),
        ("--model", "expected one argument"),
        ("--seed one", "argument --seed: invalid int value: 'one'"),
        ("--seed 0", "--seed must lie from 1 to 2147483647, found 0"),
        ("--seed -1", "--seed must lie from 1 to 2147483647, found -1"),
        ("--seed 2147483648", "--seed must lie from 1 to 2147483647"),
        ("--numerics tflite", "argument --numerics: invalid choice: 'tflite' (choose from"),
        ("--runs 0", "--runs must be at least 1, found 0"),
        ("--runs many", "argument --runs: invalid int value: 'many'"),
        ("--runs 21", "digits_input.npy holds 20 digits, too few for 21 runs; give a seed"),
        ("--suite corner --runs 2", "no --runs, no --numerics"),
        ("--suite corner --chain", "it takes neither --chain nor --no-fold"),
        ("--suite corner --no-fold", "it takes neither --chain nor --no-fold"),
        ("--suite corner --numerics xnnpack", "no --runs, no --numerics"),
        ("--jobs 0", "--jobs must be at least 1, found 0"),
        ("--ic-lanes 3", "ic_lanes must be a power of two from 1 to 32, found 3"),
        ("--oc-lanes 64", "oc_lanes must be a power of two from 1 to 32, found 64"),
    ],
)
def test_bad_usage(refused: Refused, arguments: str, sentence: str) -> None:
    assert sentence in refused(*arguments.split())


@pytest.fixture
def spoilt_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the first case's folder in a copy of the corner suite, which the command now reads."""
    shutil.copytree(VECTORS, tmp_path / "vectors")
    monkeypatch.setattr(load, "VECTORS", tmp_path / "vectors")
    return tmp_path / "vectors" / "corner" / "conv1x1_one_of_each"


def test_unknown_key_in_a_case(refused: Refused, spoilt_case: Path) -> None:
    path = spoilt_case / "case.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"sead": 1}))
    message = refused("--suite", "corner")
    assert f"{path}: " in message and "unknown key 'sead'" in message


def test_flipped_bit_in_a_case(refused: Refused, spoilt_case: Path) -> None:
    path = spoilt_case / "output.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert f"{path}: SHA-256 must be" in refused("--suite", "corner")


def test_suite_without_cases(refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tb.verify.suite.load_suite", lambda _: ())
    assert "suite corner: it has no cases" in refused("--suite", "corner")


@pytest.mark.parametrize(
    ("simulator", "sentence"),
    [
        ("icarus", "iverilog and vvp are not on PATH"),
        ("verilator", "Verilator needs perl on PATH"),
    ],
)
def test_missing_simulator(tmp_path: Path, simulator: str, sentence: str) -> None:
    """In a process of its own, on whose PATH there is nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "tb.verify", "--sim", simulator],
        cwd=PROJECT_ROOT,
        env=os.environ | {"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"error: [^\n]+\n", done.stderr) and sentence in done.stderr

"""The generator is deterministic, and the checker goes red on every way a case can be wrong."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from golden import check, litert
from golden import generate as generate_command
from golden.cases import oracle
from golden.cases.case import VECTORS
from golden.cases.compare import check_suite
from golden.cases.load import load_case
from golden.cases.manifest import manifest_path
from golden.generate import generate
from pymodel import layer
from pymodel.errors import InputError

KEPT = ("conv1x1", "conv_ties_single", "fc_batch3")
CASE = KEPT[0]


@pytest.fixture
def suite(tmp_path: Path) -> tuple[Path, Path]:
    """(manifest, vectors) of three committed cases, to be spoiled."""
    document = json.loads(manifest_path("corner").read_text())
    document["cases"] = [case for case in document["cases"] if case["name"] in KEPT]
    manifest = tmp_path / "corner.json"
    manifest.write_text(json.dumps(document))
    for name in KEPT:
        shutil.copytree(VECTORS / "corner" / name, tmp_path / "vectors" / "corner" / name)
    return manifest, tmp_path / "vectors" / "corner"


@pytest.fixture
def commands(suite: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The same suite, on which both commands now work, and the checker's result file."""
    result = suite[0].with_name("check.json")
    for module in (check, generate_command):
        monkeypatch.setattr(module, "VECTORS", suite[1].parent)
        monkeypatch.setattr(module, "manifest_path", lambda _: suite[0])
    monkeypatch.setattr(check, "RESULT", result)
    return suite[1], result


def failures(suite: tuple[Path, Path]) -> dict[str, str]:
    """What the checker finds wrong, by case."""
    results = check_suite("corner", *suite)
    return {result.name: result.detail for result in results if result.status == "fail"}


def edit_case(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "case.json"
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def store(folder: Path, name: str, values: np.ndarray) -> None:
    """Replace a tensor's files and their hashes, so that only a comparison can tell."""
    np.save(folder / f"{name}.npy", values)
    digest = hashlib.sha256((folder / f"{name}.npy").read_bytes()).hexdigest()
    edit_case(folder, lambda case: case["tensors"][name].update(npy_sha256=digest))


def test_committed_cases_pass(suite: tuple[Path, Path]) -> None:
    assert failures(suite) == {}


def test_generator_writes_the_committed_bytes(suite: tuple[Path, Path], tmp_path: Path) -> None:
    assert generate(suite[0], tmp_path / "again") == len(KEPT)
    for name in KEPT:
        made, committed = tmp_path / "again" / name, VECTORS / "corner" / name
        names = sorted(path.name for path in committed.iterdir())
        assert sorted(path.name for path in made.iterdir()) == names
        assert all((made / n).read_bytes() == (committed / n).read_bytes() for n in names)


def test_generator_removes_what_is_no_longer_listed(suite: tuple[Path, Path]) -> None:
    shutil.copytree(suite[1] / CASE, suite[1] / "conv_forgotten")
    generate(*suite)
    assert sorted(path.name for path in suite[1].iterdir()) == sorted(KEPT)


@pytest.mark.parametrize("file", ["output.npy", "weights.npy", "input.hex", "case.json"])
def test_flipped_bit(suite: tuple[Path, Path], file: str) -> None:
    path = suite[1] / CASE / file
    content = bytearray(path.read_bytes())
    content[-10] ^= 1
    path.write_bytes(content)
    assert file in failures(suite)[CASE]
    assert list(failures(suite)) == [CASE]


@pytest.mark.parametrize("file", ["output.npy", "bias.hex", "case.json"])
def test_missing_file(suite: tuple[Path, Path], file: str) -> None:
    (suite[1] / CASE / file).unlink()
    assert f"{CASE}/{file}" in failures(suite)[CASE]


def test_missing_case(suite: tuple[Path, Path]) -> None:
    shutil.rmtree(suite[1] / CASE)
    assert "no such file" in failures(suite)[CASE]


def test_extra_file_and_folder(suite: tuple[Path, Path]) -> None:
    (suite[1] / CASE / "notes.txt").write_text("?")
    shutil.copytree(suite[1] / CASE, suite[1] / "conv_forgotten")
    found = failures(suite)
    assert "notes.txt" in found[CASE]
    assert "is not in" in found["conv_forgotten"]


@pytest.mark.parametrize("tensor", ["input", "weights", "bias", "multiplier", "shift", "output"])
def test_changed_element_with_its_hash(suite: tuple[Path, Path], tensor: str) -> None:
    folder = suite[1] / CASE
    values = np.load(folder / f"{tensor}.npy")
    values.flat[1] ^= 1
    store(folder, tensor, values)
    assert "1 of" in failures(suite)[CASE]
    assert f"{tensor}.npy" in failures(suite)[CASE]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda case: case.update(sead=1), "unknown key 'sead'"),
        (lambda case: case.pop("oracle"), "key 'oracle' is missing"),
        (lambda case: case.update(schema=9), "schema must be 1, found 9"),
        (lambda case: case.update(name="conv1x2"), "name must be the folder's"),
        (lambda case: case.update(op="ADD"), "op must be one of"),
        (lambda case: case["geometry"].update(stride=2), "geometry: unknown key 'stride'"),
        (lambda case: case["geometry"].update(in_h="5"), "geometry: in_h must be int"),
        (lambda case: case["geometry"].update(in_h=6), "input must be int8 of shape"),
        (lambda case: case["datapath"].update(ic_lanes=3), "ic_lanes must be a power of two"),
        (lambda case: case["requantise"].update(rule="float_away"), "rule must be one of"),
        (lambda case: case["requantise"].update(clamp_min=1000), "clamp_min must lie"),
        (lambda case: case["scales"].update(input=["a"]), r"scales.input\[0\]: must be float"),
        (lambda case: case["tensors"].pop("bias"), "tensors: key 'bias' is missing"),
        (lambda case: case["tensors"]["bias"].update(shape=[1]), "bias.npy: must hold int32"),
        (lambda case: case["tensors"]["bias"].update(dtype="int8"), "bias.dtype: must be int32"),
        (lambda case: case["tensors"]["bias"].update(npy_sha256="0"), "bias.npy: SHA-256 must be"),
        (lambda case: case["tensors"]["bias"].update(hex_sha256="0"), "bias.hex: SHA-256 must be"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_wrong_case_file(
    suite: tuple[Path, Path], change: Callable[[dict[str, Any]], object], expected: str
) -> None:
    edit_case(suite[1] / CASE, change)
    with pytest.raises(InputError, match=expected):
        load_case(suite[1] / CASE)
    assert list(failures(suite)) == [CASE]


def test_changed_description_is_a_difference(suite: tuple[Path, Path]) -> None:
    edit_case(suite[1] / CASE, lambda case: case.update(oracle="my word"))
    assert "case.json: differs from what the manifest gives" in failures(suite)[CASE]


def test_oracle_that_disagrees(suite: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written that the oracle doesn't confirm, and the checker says what differs."""
    run = litert.run

    def off_by_one(*arguments: Any) -> dict[int, np.ndarray]:
        tensors = run(*arguments)
        last = max(tensors)
        tensors[last] = tensors[last] ^ np.int8(1)
        return tensors

    monkeypatch.setattr(litert, "run", off_by_one)
    assert "100 of 100 elements differ" in failures(suite)[CASE]
    shutil.rmtree(suite[1])
    with pytest.raises(oracle.OracleMismatch, match=f"case {CASE}: .*elements differ, the first"):
        generate(*suite)
    assert not suite[1].exists()


def test_without_litert(suite: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The checker still compares, and says what was not asked; the generator refuses."""
    monkeypatch.setattr(litert, "available", lambda: False)
    results = {result.name: result for result in check_suite("corner", *suite)}
    assert {name: result.missing for name, result in results.items()} == {
        "conv1x1": ("ai-edge-litert",),
        "conv_ties_single": (),
        "fc_batch3": ("ai-edge-litert",),
    }
    with pytest.raises(InputError, match="LiteRT, the oracle, is not installed"):
        generate(*suite)


def test_check_command(
    commands: tuple[Path, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit status 0 where all agrees and 1 where a case differs; the result file says the same."""
    vectors, result = commands
    assert check.main(["corner"]) == 0
    assert "golden vectors: 3 of 3 cases agree" in capsys.readouterr().out
    assert json.loads(result.read_text())["verdict"] == "pass"
    monkeypatch.setattr(litert, "available", lambda: False)
    assert check.main(["corner"]) == 0
    assert "ai-edge-litert is not installed: the oracle of 2 cases" in capsys.readouterr().out
    (vectors / CASE / "output.npy").unlink()
    assert check.main(["corner"]) == 1
    assert "golden vectors: 2 of 3 cases agree" in capsys.readouterr().out
    document = json.loads(result.read_text())
    assert document["verdict"] == "fail"
    assert [case["status"] for case in document["cases"]] == ["fail", "pass", "pass"]


def test_generate_command(
    commands: tuple[Path, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit status 0 where all is written, 1 where an oracle disagrees, 2 without the oracle."""
    shutil.rmtree(commands[0])
    assert generate_command.main(["corner"]) == 0
    assert sorted(path.name for path in commands[0].iterdir()) == sorted(KEPT)
    wrong = np.zeros((1, 5, 4, 5), dtype=np.int8)
    with monkeypatch.context() as patch:
        patch.setattr(layer, "run", lambda *_: wrong)
        assert generate_command.main(["corner"]) == 1
        assert f"case {CASE}: " in capsys.readouterr().err
    monkeypatch.setattr(litert, "available", lambda: False)
    assert generate_command.main(["corner"]) == 2
    assert "is not installed" in capsys.readouterr().err


@pytest.mark.parametrize("command", [check.main, generate_command.main])
def test_unknown_suite(
    command: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(["cornre"]) == 2
    assert capsys.readouterr().err.startswith("error: suite must be one of")

"""Suite manifests: what the strict reader takes and refuses."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from golden.cases.manifest import load_manifest, manifest_path, suites
from pymodel.errors import InputError

CASE: dict[str, Any] = {
    "name": "conv1x1",
    "corner": "a 1x1 kernel",
    "op": "CONV_2D",
    "rule": "double_away",
    "seed": 1,
    "geometry": {
        "in_h": 2, "in_w": 3, "in_channels": 2, "out_channels": 4, "kernel_h": 1, "kernel_w": 1,
    },
    "input": [-128, 127],
    "weights": [-127, 127],
    "bias": [-100, 100],
    "x_zero_point": -5,
    "y_zero_point": 3,
    "x_scale": 0.5,
    "y_scale": 4.0,
    "w_scale": [0.125, 0.25],
}  # fmt: skip


def write(path: Path, *cases: object, **document: object) -> Path:
    path.write_text(json.dumps({"schema": 1, "cases": list(cases)} | document))
    return path


def refused(path: Path, expected: str) -> None:
    """The reader refuses the manifest, names it, and says what is wrong."""
    with pytest.raises(InputError, match=expected) as caught:
        load_manifest(path)
    assert str(caught.value).startswith(str(path))


def test_defaults(tmp_path: Path) -> None:
    (spec,) = load_manifest(write(tmp_path / "suite.json", CASE))
    assert (spec.name, spec.geometry.batch, spec.geometry.stride_h) == ("conv1x1", 1, 1)
    assert (spec.per_channel, spec.w_zero_point, spec.fused_activation) == (True, 0, "NONE")


def test_suites_are_the_committed_manifests() -> None:
    assert "corner" in suites()
    assert all(load_manifest(manifest_path(suite)) for suite in suites())


def test_unknown_suite() -> None:
    with pytest.raises(InputError, match=r"suite must be one of .*corner.*, found 'cornre'"):
        manifest_path("cornre")


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("sead", 1, "unknown key 'sead'"),
        ("name", "Conv 1x1", "name must be lower-case"),
        ("name", "../outside", "name must be lower-case"),
        ("rule", "float_away", "rule must be one of double_away, double_up, single"),
        ("seed", "1", "seed must be int, found '1'"),
        ("seed", True, "seed must be int, found True"),
        ("seed", -1, "seed must lie from 0"),
        ("x_scale", "0.5", "x_scale must be float"),
        ("input", [0, 1, 2], r"input: must be \[least, largest\]"),
        ("input", [-129, 0], "within -128 to 127"),
        ("weights", [5, -5], r"weights: must be \[least, largest\]"),
        ("bias", [0, 2**31], "bias: must be"),
        ("w_scale", [0.125, "x"], r"w_scale\[1\]: must be float"),
        ("per_channel", 1, "per_channel must be bool"),
    ],
)
def test_wrong_field(tmp_path: Path, field: str, value: object, expected: str) -> None:
    refused(write(tmp_path / "suite.json", CASE | {field: value}), rf"cases\[0\].*{expected}")


@pytest.mark.parametrize("field", ["name", "corner", "op", "seed", "geometry", "input", "y_scale"])
def test_missing_field(tmp_path: Path, field: str) -> None:
    case = {key: value for key, value in CASE.items() if key != field}
    refused(write(tmp_path / "suite.json", case), f"key '{field}' is missing")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"stride": 2}, "geometry: unknown key 'stride'"),
        ({"in_h": 2.0}, "geometry: in_h must be int"),
        ({"kernel_h": 3}, "geometry: .*the dilated kernel_h spans 3 elements"),
        ({"groups": 3}, "geometry: .*must be a multiple of groups"),
    ],
)
def test_wrong_geometry(tmp_path: Path, change: dict[str, object], expected: str) -> None:
    case = copy.deepcopy(CASE)
    case["geometry"] |= change
    refused(write(tmp_path / "suite.json", case), expected)


def test_empty_list(tmp_path: Path) -> None:
    refused(write(tmp_path / "suite.json"), "cases must not be empty")


def test_two_of_one_name(tmp_path: Path) -> None:
    refused(write(tmp_path / "suite.json", CASE, CASE), "case name conv1x1 must stand for one case")


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"schema": 2}, "schema must be 1, found 2"),
        ({"cases": {}}, "cases must be list"),
        ({"suite": "corner"}, "unknown key 'suite'"),
    ],
)
def test_wrong_document(tmp_path: Path, document: dict[str, object], expected: str) -> None:
    refused(write(tmp_path / "suite.json", CASE, **document), expected)


def test_not_json(tmp_path: Path) -> None:
    path = tmp_path / "suite.json"
    path.write_text('{"schema": 1, "cases": [')
    refused(path, "not valid JSON")
    refused(tmp_path / "absent.json", "no such file")

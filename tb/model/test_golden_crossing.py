"""Crossings of shapes with datapaths, and the operands of every format: what the reader makes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from golden.cases.draw import draw
from golden.cases.manifest import CaseSpec, load_manifest
from golden.cases.operand import Operand
from pymodel.errors import InputError

SHAPES: dict[str, Any] = {
    "conv1x1": {
        "corner": "a 1x1 kernel",
        "op": "CONV_2D",
        "geometry": {
            "in_h": 2, "in_w": 3, "in_channels": 2, "out_channels": 4, "kernel_h": 1, "kernel_w": 1,
        },
    },
    "fc": {
        "op": "FULLY_CONNECTED",
        "geometry": {
            "in_h": 1, "in_w": 1, "in_channels": 2, "out_channels": 4, "kernel_h": 1, "kernel_w": 1,
        },
    },
}  # fmt: skip
FIXED: dict[str, Any] = {
    "datapaths": ["dfp8_trunc4", "dfp8_trunc4_tree_first"],
    "shapes": ["conv1x1", "fc"],
    "rules": ["floor", "nearest_even", "toward_zero"],
    "seed": 7,
    "case": {
        "ic_lanes": 4, "input": [-128, 127], "weights": {"codes": [-128, 127]}, "bias": [0, 9],
        "x_scale": 0.5, "y_scale": 1.0, "w_scale": [0.25, 0.25],
    },
}  # fmt: skip
FLOATS: dict[str, Any] = {
    "name": "special",
    "corner": "infinities",
    "datapaths": ["minifloat_e5m2"],
    "shapes": ["conv1x1"],
    "rules": ["convert"],
    "seed": 9,
    "case": {
        "ic_lanes": 4, "oc_lanes": 2, "input": {"magnitudes": [0, "0x7c"]},
        "weights": {"codes": ["0xfc", "0x3c"]}, "bias": {"codes": ["0xff800000"]},
    },
}  # fmt: skip


def write(path: Path, *crossings: object, shapes: object = SHAPES) -> Path:
    path.write_text(json.dumps({"schema": 1, "shapes": shapes, "crossings": crossings}))
    return path


def load(path: Path, *crossings: object) -> tuple[CaseSpec, ...]:
    return load_manifest(write(path / "suite.json", *crossings))


def refused(path: Path, crossing: object, expected: str) -> None:
    with pytest.raises(InputError, match=expected) as caught:
        load(path, crossing)
    assert str(caught.value).startswith(str(path / "suite.json"))


def test_each_pair_becomes_a_case(tmp_path: Path) -> None:
    specs = load(tmp_path, FIXED, FLOATS)
    assert [(spec.name, spec.datapath, spec.rule, spec.seed) for spec in specs] == [
        ("dfp8_trunc4_conv1x1", "dfp8_trunc4", "floor", 7),
        ("dfp8_trunc4_fc", "dfp8_trunc4", "nearest_even", 8),
        ("dfp8_trunc4_tree_first_conv1x1", "dfp8_trunc4_tree_first", "floor", 7),
        ("dfp8_trunc4_tree_first_fc", "dfp8_trunc4_tree_first", "nearest_even", 8),
        ("minifloat_e5m2_conv1x1_special", "minifloat_e5m2", "convert", 9),
    ]
    assert specs[1].corner == "fc, in dfp8_trunc4"
    assert specs[4].corner == "a 1x1 kernel, infinities, in minifloat_e5m2"
    assert (specs[4].ic_lanes, specs[4].oc_lanes, specs[4].x_scale) == (4, 2, 1.0)


def test_a_shape_goes_before_what_its_crossing_shares(tmp_path: Path) -> None:
    shapes = {"fc": SHAPES["fc"] | {"ic_lanes": 2}}
    path = write(tmp_path / "suite.json", FIXED | {"shapes": ["fc"]}, shapes=shapes)
    assert {spec.ic_lanes for spec in load_manifest(path)} == {2}


def test_two_datapaths_get_the_same_numbers(tmp_path: Path) -> None:
    specs = load(tmp_path, FIXED)
    first, second = draw(specs[0]), draw(specs[2])
    np.testing.assert_array_equal(first.x, second.x)
    np.testing.assert_array_equal(first.weights, second.weights)


def test_codes_of_floats_are_stored_patterns(tmp_path: Path) -> None:
    """0xfc is -4 as int8; magnitudes come with both signs, up to the largest."""
    (spec,) = load(tmp_path, FLOATS)
    drawn = draw(spec)
    assert drawn.x.dtype == drawn.weights.dtype == np.int8
    assert set(drawn.weights.ravel().tolist()) == {-4, 0x3C}
    assert drawn.bias is not None
    assert drawn.bias.tolist() == [-0x800000] * 4
    codes = spec.input.draw(np.random.RandomState(1), (5000,))
    assert set((codes % 128).tolist()) == set(range(0x7D))
    assert set((codes // 128).tolist()) == {0, 1}


def test_a_list_is_drawn_with_its_repetitions() -> None:
    codes = Operand(1, 9, codes=(1, 1, 1, 9)).draw(np.random.RandomState(1), (4000,))
    assert set(codes.tolist()) == {1, 9}
    assert 0.7 < np.mean(codes == 1) < 0.8


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"sead": 1}, r"crossings\[0\]: unknown key 'sead'"),
        ({"shapes": ["conv9x9"]}, "shape must be an object of one of conv1x1, fc, found 'conv9x9'"),
        ({"shapes": []}, "shapes must not be empty"),
        ({"rules": []}, "rules must not be empty"),
        ({"rules": ["convert"]}, "rule must be one of floor"),
        ({"datapaths": [8]}, r"datapaths\[0\]: must be str"),
        ({"datapaths": ["dfp9"]}, "datapath preset must be one of"),
        ({"seed": 2**32}, "seed must lie from 0"),
        ({"datapaths": ["dfp8", "dfp8"]}, "case name dfp8_conv1x1 must stand for one case"),
    ],
)
def test_wrong_crossing(tmp_path: Path, change: dict[str, object], expected: str) -> None:
    refused(tmp_path, FIXED | change, expected)


def test_missing_key(tmp_path: Path) -> None:
    refused(tmp_path, {k: v for k, v in FIXED.items() if k != "seed"}, "key 'seed' is missing")


@pytest.mark.parametrize(
    ("crossing", "change", "expected"),
    [
        (FIXED, {"input": [-129, 0]}, r"input: must be \[least, largest\] within -128 to 127"),
        (FIXED, {"input": {"magnitudes": [0, 1]}}, "magnitudes are for floats"),
        (FIXED, {"input": {"code": [0]}}, "unknown key 'code'"),
        (FIXED, {"input": {"codes": [0], "magnitudes": [0, 1]}}, "an object of one of codes"),
        (FIXED, {"weights": {"codes": []}}, "codes must lie within -128 to 127"),
        (FIXED, {"weights": {"codes": [128]}}, "codes must lie within -128 to 127"),
        (FIXED, {"weights": {"codes": ["7e"]}}, "must be integers, or strings like '0x7e'"),
        (FIXED, {"weights": {"codes": [0.5]}}, r"codes\[0\]: must be int or str"),
        (FIXED, {"x_scale": "1"}, "x_scale must be float"),
        (FLOATS, {"input": {"magnitudes": [0, 128]}}, "within 0 to 127"),
        (FLOATS, {"weights": [0, 256]}, "within 0 to 255"),
        (FLOATS, {"bias": {"codes": ["0x100000000"]}}, "within 0 to 4294967295"),
    ],
)
def test_wrong_operand(
    tmp_path: Path, crossing: dict[str, Any], change: dict[str, object], expected: str
) -> None:
    refused(tmp_path, crossing | {"case": crossing["case"] | change}, expected)


@pytest.mark.parametrize(
    ("datapath", "tensor", "limit"),
    [("pow2_w4", "weights", 15), ("dfp16", "input", 32767), ("bfloat16", "input", 65535)],
)
def test_limits_of_a_format(tmp_path: Path, datapath: str, tensor: str, limit: int) -> None:
    rule = "convert" if datapath == "bfloat16" else "floor"
    case = FIXED["case"] | {"weights": [0, 7], "input": [0, 7]}
    crossing = FIXED | {"datapaths": [datapath], "shapes": ["fc"], "rules": [rule]}
    load(tmp_path, crossing | {"case": case | {tensor: [limit, limit]}})
    refused(tmp_path, crossing | {"case": case | {tensor: [limit, limit + 1]}}, f"to {limit}")

"""Datapaths: what they refuse, what follows from their fields, and their JSON."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pymodel.datapath import Datapath
from pymodel.datapath_json import datapath_of, load_datapath
from pymodel.errors import InputError
from pymodel.formats.float_format import E4M3, FLOAT32, FloatFormat
from pymodel.presets import PRESETS, preset

DFP: dict[str, Any] = {"format": "dynamic_fixed_point"}
POW2: dict[str, Any] = {"format": "power_of_two", "weight_bits": 4, "least_exponent": -8}
FLOAT: dict[str, Any] = {
    "format": "minifloat", "element_float": E4M3, "accumulator_float": FLOAT32,
}  # fmt: skip


def test_presets() -> None:
    assert preset("int8") is PRESETS["int8"]
    for name in ("int8", "dfp8", "dfp16", "dfp8_trunc4", "pow2_w4", "minifloat_e4m3",
                 "minifloat_e5m2", "ristretto_minifloat_8"):  # fmt: skip
        assert preset(name).name == name
    with pytest.raises(InputError, match=r"one of bfloat16, .* found 'int9'"):
        preset("int9")


@pytest.mark.parametrize(
    ("name", "product_bits", "storage_bits"),
    [
        ("int8", 18, 8),
        ("dfp8", 16, 8),
        ("dfp16", 32, 16),
        ("dfp8_trunc4", 12, 8),
        ("pow2_w4", 16, 8),  # 8 bits shifted by up to 7, and the sign of -(-128 << 7)
        ("bfloat16", None, 16),
    ],
)
def test_what_follows(name: str, product_bits: int | None, storage_bits: int) -> None:
    path = preset(name)
    if product_bits is not None:
        assert path.product_bits == product_bits
    assert path.storage_bits == storage_bits
    assert path.dtype == np.dtype(f"int{storage_bits}")


def test_widths_of_floats_follow_from_their_formats() -> None:
    narrow = FloatFormat(5, 7)
    path = Datapath("f", **FLOAT | {"accumulator_float": narrow})
    assert (path.element_bits, path.weight_bits) == (8, 8)
    assert (path.lane_bits, path.tree_bits, path.psum_bits) == (13, 13, 13)
    assert Datapath(**asdict(path) | {"element_float": E4M3, "accumulator_float": narrow}) == path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "float"}, "format must be one of affine_int8, .* found 'float'"),
        ({"element_bits": 16}, "element_bits must be 8, in affine_int8, found 16"),
        ({"order": "any"}, "order must be one of taps_first, tree_first, found 'any'"),
        ({"lane_bits": 17}, "lane_bits must be from 18 to 32, so that it holds a product, found"),
        ({"tree_bits": 33}, "tree_bits must be from 18"),
        ({"psum_bits": 0}, "psum_bits must be from 18"),
        ({"lane_overflow": "saturate"}, "lane_overflow must be wrap in affine_int8"),
        ({"product_drop": 1}, "product_drop must be 0 in affine_int8, found 1"),
        ({"root_rounding": "up"}, "root_rounding must be one of floor, toward_zero, .* found 'up'"),
        ({"fused": True}, "fused must be False in affine_int8"),
        (DFP | {"element_bits": 17}, "element_bits must be from 2 to 16, in dynamic_fixed_point"),
        (DFP | {"weight_bits": 1}, "weight_bits must be from 2 to 16, in dynamic_fixed_point"),
        (DFP | {"lane_bits": 11, "product_drop": 4}, "lane_bits must be from 12 to 48, so that it"),
        (DFP | {"lane_bits": 49}, "lane_bits must be from 16 to 48"),
        (DFP | {"least_exponent": -8}, "least_exponent must be 0 in dynamic_fixed_point"),
        (DFP | {"element_float": E4M3}, "element_float must be None in dynamic_fixed_point"),
        (POW2 | {"weight_bits": 6}, "weight_bits must be from 2 to 5, in power_of_two, found 6"),
        (POW2 | {"least_exponent": 1}, "least_exponent must be from -24 to 0"),
        (POW2 | {"lane_bits": 15}, "lane_bits must be from 16 to 48, so that it holds a product"),
        (FLOAT | {"element_float": None}, "element_float must be a float format in minifloat"),
        (FLOAT | {"accumulator_float": E4M3}, "accumulator_float must be of special values ieee"),
        (FLOAT | {"fused": True, "order": "tree_first"}, "fused must be false in the order tree_f"),
        (FLOAT | {"lane_bits": 20}, "lane_bits must be 32, the width of its float format, found"),
        (FLOAT | {"product_drop": 2}, "product_drop must be 0 in minifloat, found 2"),
        ({"ic_lanes": 12}, "ic_lanes must be a power of two from 1 to 32, found 12"),
        ({"oc_lanes": 64}, "oc_lanes must be a power of two from 1 to 32, found 64"),
    ],
)
def test_errors(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=f"datapath mine: {message}"):
        Datapath(**{"name": "mine"} | change)


@pytest.mark.parametrize("name", PRESETS)
def test_json_gives_the_same_datapath_back(name: str, tmp_path: Path) -> None:
    path = replace(PRESETS[name], ic_lanes=4)
    document = json.loads(json.dumps(asdict(path)))
    assert datapath_of(document, "here") == path
    file = tmp_path / "mine.json"
    file.write_text(json.dumps({"schema": 1} | document))
    assert load_datapath(file) == path


def test_json_fills_in_defaults(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text(
        '{"schema": 1, "name": "mine", "format": "minifloat", "element_float": {"exponent_bits": 4,'
        ' "mantissa_bits": 3}, "accumulator_float": {"exponent_bits": 8, "mantissa_bits": 23}}'
    )
    assert load_datapath(file) == Datapath(
        "mine",
        format="minifloat",
        element_float=FloatFormat(4, 3),
        accumulator_float=FLOAT32,
    )


def _without(document: dict[str, Any], key: str) -> dict[str, Any]:
    return {k: v for k, v in document.items() if k != key}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _: [], "must be an object, found list"),
        (lambda d: _without(d, "schema"), "key 'schema' is missing"),
        (lambda d: d | {"schema": 2}, "schema must be 1, found 2"),
        (lambda d: d | {"schema": True}, "schema must be 1, found True"),
        (lambda d: _without(d, "name"), "key 'name' is missing"),
        (lambda d: d | {"lanes": 4}, "unknown key 'lanes'; known are name, format, "),
        (lambda d: d | {"lane_bits": "32"}, "lane_bits must be int, found '32'"),
        (lambda d: d | {"fused": 1}, "fused must be bool, found 1"),
        (lambda d: d | {"ic_lanes": 3}, "datapath mine: ic_lanes must be a power of two"),
        (
            lambda d: d | {"element_float": {"exponent_bits": 4, "mantissa_bits": 3, "m": 1}},
            "element_float: unknown key 'm'",
        ),
        (
            lambda d: d | {"element_float": {"exponent_bits": 9, "mantissa_bits": 3}},
            "element_float: float format E9M3: exponent_bits must be an integer from 2 to 8",
        ),
    ],
)
def test_json_errors(change: Callable[[dict[str, Any]], Any], message: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(change({"schema": 1, "name": "mine"})))
    with pytest.raises(InputError) as raised:
        load_datapath(file)
    assert str(raised.value).startswith(f"{file}: ")
    assert message in str(raised.value)


@pytest.mark.parametrize(("content", "message"), [("{", "not valid JSON"), (None, "no such file")])
def test_unreadable_files(content: str | None, message: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(InputError, match=message):
        load_datapath(file)

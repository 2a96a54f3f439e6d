"""The manifest of a suite: one JSON file that lists golden cases by the corner each covers."""

import re
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from pymodel.affine.requantise import ARRAY_RULES
from pymodel.errors import InputError
from pymodel.geometry import ConvGeometry
from pymodel.network.checked_json import Kind, located, read_object
from pymodel.network.checked_json import fields as checked_fields
from pymodel.network.checked_json import items as checked_items
from pymodel.presets import preset

SCHEMA = 1
MANIFESTS = Path(__file__).resolve().parent
NAME = re.compile(r"[a-z][a-z0-9_]*")
MANIFEST_KEYS: dict[str, Kind] = {"schema": int, "cases": list}

Range = tuple[int, int]


@dataclass(frozen=True)
class CaseSpec:
    """What a golden case is made from. Ranges are (least, largest), both drawn.

    Attributes:
        name: of the case and its folder; it says the corner.
        corner: the same in a sentence.
        op: CONV_2D, DEPTHWISE_CONV_2D or FULLY_CONNECTED.
        rule: the requantise rule, one of pymodel's ARRAY_RULES for the datapath's format.
        seed: of `numpy.random.RandomState`.
        geometry: with explicit padding; for FULLY_CONNECTED a line of `batch` pixels.
        input, weights, bias: ranges of the integers drawn; no bias where None.
        x_scale, y_scale: of input and output.
        w_scale: the range of the weights' scales.
        per_channel: one weight scale an output channel, instead of one in all.
        datapath: a preset of pymodel. int8 loses nothing: such a case holds for any lanes and
            either order. In dynamic fixed point scales are powers of two, one for all weights.
        ic_lanes: of the datapath, which a lossy result depends on.
    """

    name: str
    corner: str
    op: str
    rule: str
    seed: int
    geometry: ConvGeometry
    input: Range
    weights: Range
    bias: Range | None
    x_zero_point: int
    y_zero_point: int
    x_scale: float
    y_scale: float
    w_scale: tuple[float, float]
    per_channel: bool = True
    w_zero_point: int = 0
    fused_activation: str = "NONE"
    datapath: str = "int8"
    ic_lanes: int = 16


KINDS: dict[str, Kind] = {
    "name": str,
    "corner": str,
    "op": str,
    "rule": str,
    "seed": int,
    "geometry": dict,
    "input": list,
    "weights": list,
    "bias": (list, type(None)),
    "x_zero_point": int,
    "y_zero_point": int,
    "x_scale": float,
    "y_scale": float,
    "w_scale": list,
    "per_channel": bool,
    "w_zero_point": int,
    "fused_activation": str,
    "datapath": str,
    "ic_lanes": int,
}
RANGES = {"input": (-128, 127), "weights": (-128, 127), "bias": (-(2**31), 2**31 - 1)}
"""What an element of each drawn tensor can hold."""


def suites() -> tuple[str, ...]:
    """The names of all suites."""
    return tuple(sorted(path.stem for path in MANIFESTS.glob("*.json")))


def manifest_path(suite: str) -> Path:
    """The manifest of a suite.

    Raises:
        InputError: there is no suite of that name.
    """
    if suite not in suites():
        raise InputError(f"suite must be one of {', '.join(suites())}, found {suite!r}")
    return MANIFESTS / f"{suite}.json"


def load_manifest(path: Path) -> tuple[CaseSpec, ...]:
    """The cases that a manifest lists, in its order.

    Keys with a default in CaseSpec or ConvGeometry may be left out; `batch` too, being 1.

    Raises:
        InputError: no such file, no JSON, another schema, no case, two of one name, or a key that
            is unknown, missing or wrong; it names file, case and field.
    """
    document = checked_fields(read_object(path), str(path), MANIFEST_KEYS)
    if document["schema"] != SCHEMA:
        raise InputError(f"{path}: schema must be {SCHEMA}, found {document['schema']}")
    if not document["cases"]:
        raise InputError(f"{path}: cases must not be empty")
    specs = tuple(
        _spec(value, f"{path}: cases[{place}]") for place, value in enumerate(document["cases"])
    )
    names = [spec.name for spec in specs]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{path}: case name {name} must stand for one case, found two")
    return specs


def _spec(value: object, where: str) -> CaseSpec:
    if isinstance(value, dict) and isinstance(value.get("name"), str):
        where = f"{where} {value['name']}"
    found = checked_fields(_with_defaults(value, CaseSpec), where, KINDS)
    if not NAME.fullmatch(found["name"]):
        raise InputError(
            f"{where}: name must be lower-case letters, digits and _, found {found['name']!r}"
        )
    with located(where):
        rules = ARRAY_RULES[preset(found["datapath"]).format]
    if found["rule"] not in rules:
        raise InputError(
            f"{where}: rule must be one of {', '.join(rules)}, found {found['rule']!r}"
        )
    if not 0 <= found["seed"] < 2**32:
        raise InputError(f"{where}: seed must lie from 0 to 2^32 - 1, found {found['seed']}")
    ranges: dict[str, Any] = {
        key: _range(found[key], f"{where}.{key}", int, bounds)
        for key, bounds in RANGES.items()
        if found[key] is not None
    }
    ranges["w_scale"] = _range(found["w_scale"], f"{where}.w_scale", float, (0.0, 1e9))
    geometry = _geometry(found["geometry"], f"{where}.geometry")
    return CaseSpec(**(found | ranges | {"geometry": geometry}))


def _geometry(value: object, where: str) -> ConvGeometry:
    kinds: dict[str, Kind] = {field.name: int for field in fields(ConvGeometry)}
    if isinstance(value, dict):
        value = {"batch": 1} | value
    found = checked_fields(_with_defaults(value, ConvGeometry), where, kinds)
    with located(where):
        return ConvGeometry(**found)


def _with_defaults(value: object, cls: type) -> object:
    """The object with those keys filled in that have a default in the dataclass `cls`."""
    if not isinstance(value, dict):
        return value
    defaults = {f.name: f.default for f in fields(cls) if f.default is not MISSING}
    return defaults | value


def _range(
    value: list[object], where: str, kind: type, bounds: tuple[float, float]
) -> tuple[Any, ...]:
    """(least, largest) within `bounds`."""
    found = checked_items(value, where, kind)
    if len(found) != 2 or not bounds[0] <= found[0] <= found[1] <= bounds[1]:
        raise InputError(
            f"{where}: must be [least, largest] within {bounds[0]} to {bounds[1]}, found {value}"
        )
    return found

"""The manifest of a suite: one JSON file that lists golden cases by the corner each covers.

"cases" lists them one by one; "shapes" and "crossings" make more of them (golden.cases.crossing).
"""

import re
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from golden.cases.crossing import crossed
from golden.cases.operand import Operand, read_operand
from pymodel.datapath import Datapath
from pymodel.errors import InputError
from pymodel.geometry import ConvGeometry
from pymodel.network.checked_json import Kind, located, read_object
from pymodel.network.checked_json import fields as checked_fields
from pymodel.network.checked_json import items as checked_items
from pymodel.presets import preset
from pymodel.requantise import ARRAY_RULES

SCHEMA = 1
MANIFESTS = Path(__file__).resolve().parent
NAME = re.compile(r"[a-z][a-z0-9_]*")
MANIFEST_KEYS: dict[str, Kind] = {"schema": int, "cases": list, "shapes": dict, "crossings": list}
NO_CASES: dict[str, object] = {"cases": [], "shapes": {}, "crossings": []}
MOST_SCALE = 1e9
NO_SCALES = {"x_scale": 1.0, "y_scale": 1.0, "w_scale": [1.0, 1.0]}
TENSORS = ("input", "weights", "bias")


@dataclass(frozen=True)
class CaseSpec:
    """What a golden case is made from.

    Attributes:
        name: of the case and its folder; it says the corner.
        corner: the same in a sentence.
        op: CONV_2D, DEPTHWISE_CONV_2D or FULLY_CONNECTED.
        rule: the requantise rule, one of pymodel's ARRAY_RULES for the datapath's format.
        seed: of `numpy.random.RandomState`.
        geometry: with explicit padding; for FULLY_CONNECTED a line of `batch` pixels.
        input, weights, bias: what their codes are drawn from; no bias where None.
        x_scale, y_scale: of input and output; of the numbers that codes stand for. In fixed point
            they are powers of two, in minifloat there are none, and all are 1.
        w_scale: the range of the weights' scales, (least, largest).
        per_channel: one weight scale an output channel, instead of one in all.
        datapath: a preset of pymodel. int8 loses nothing: such a case holds for any lanes and
            either order.
        ic_lanes, oc_lanes: of the datapath; a lossy result depends on ic_lanes.
    """

    name: str
    corner: str
    op: str
    rule: str
    seed: int
    geometry: ConvGeometry
    input: Operand
    weights: Operand
    bias: Operand | None
    x_scale: float
    y_scale: float
    w_scale: tuple[float, float]
    x_zero_point: int = 0
    y_zero_point: int = 0
    per_channel: bool = True
    w_zero_point: int = 0
    fused_activation: str = "NONE"
    datapath: str = "int8"
    ic_lanes: int = 16
    oc_lanes: int = 16


KINDS: dict[str, Kind] = {
    "name": str,
    "corner": str,
    "op": str,
    "rule": str,
    "seed": int,
    "geometry": dict,
    "input": (list, dict),
    "weights": (list, dict),
    "bias": (list, dict, type(None)),
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
    "oc_lanes": int,
}


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
    value = read_object(path)
    if isinstance(value, dict):
        value = NO_CASES | value
    document = checked_fields(value, str(path), MANIFEST_KEYS)
    if document["schema"] != SCHEMA:
        raise InputError(f"{path}: schema must be {SCHEMA}, found {document['schema']}")
    cases = [(f"{path}: cases[{place}]", case) for place, case in enumerate(document["cases"])]
    cases += crossed(document["crossings"], document["shapes"], str(path))
    if not cases:
        raise InputError(f"{path}: cases must not be empty")
    specs = tuple(_spec(case, where) for where, case in cases)
    names = [spec.name for spec in specs]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{path}: case name {name} must stand for one case, found two")
    return specs


def _spec(value: object, where: str) -> CaseSpec:
    if isinstance(value, dict) and isinstance(value.get("name"), str):
        where = f"{where} {value['name']}"
    value = _with_defaults(value, CaseSpec)
    path = _datapath(value, where)
    if isinstance(value, dict) and path.format == "minifloat":
        value = NO_SCALES | value
    found = checked_fields(value, where, KINDS)
    if not NAME.fullmatch(found["name"]):
        raise InputError(
            f"{where}: name must be lower-case letters, digits and _, found {found['name']!r}"
        )
    rules = ARRAY_RULES[path.format]
    if found["rule"] not in rules:
        raise InputError(
            f"{where}: rule must be one of {', '.join(rules)}, found {found['rule']!r}"
        )
    if not 0 <= found["seed"] < 2**32:
        raise InputError(f"{where}: seed must lie from 0 to 2^32 - 1, found {found['seed']}")
    read: dict[str, Any] = {
        key: read_operand(found[key], f"{where}.{key}", key, path)
        for key in TENSORS
        if found[key] is not None
    }
    read["w_scale"] = _range(found["w_scale"], f"{where}.w_scale")
    read["geometry"] = _geometry(found["geometry"], f"{where}.geometry")
    return CaseSpec(**(found | read))


def _datapath(value: object, where: str) -> Datapath:
    """The preset that a case names, by which its other fields are read."""
    name = value.get("datapath") if isinstance(value, dict) else None
    with located(where):
        return preset(name if isinstance(name, str) else CaseSpec.datapath)


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


def _range(value: list[object], where: str) -> tuple[float, float]:
    """(least, largest) of two positive scales."""
    found = checked_items(value, where, float)
    if len(found) != 2 or not 0.0 <= found[0] <= found[1] <= MOST_SCALE:
        raise InputError(
            f"{where}: must be [least, largest] within 0.0 to {MOST_SCALE}, found {value}"
        )
    return found[0], found[1]

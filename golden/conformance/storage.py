"""map.json: the map as a file."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from golden.conformance.conformance_map import ConformanceMap, Row, Tally
from pymodel.errors import InputError
from pymodel.network.checked_json import fields, read_object

SCHEMA = 1
MAP = Path(__file__).with_name("map.json")


def to_json(found: ConformanceMap) -> str:
    """The text of map.json: one line a tally and a row."""
    head = {"schema": SCHEMA, "oracle": found.oracle, "numpy": found.numpy, "seed": found.seed}
    text = json.dumps(head | {"classes": found.classes}, indent=1).removesuffix("\n}")
    for name, entries in (("tallies", found.tallies), ("rows", found.rows)):
        lines = ",\n".join(f"  {json.dumps(asdict(entry))}" for entry in entries)
        text += f',\n "{name}": [\n{lines}\n ]'
    return text + "\n}\n"


def load(path: Path = MAP) -> ConformanceMap:
    """The map in a file as `to_json` writes it.

    Raises:
        InputError: the file is missing, of another schema, or a key is unknown, missing or of a
            wrong type.
    """
    kinds: dict[str, Any] = {
        "schema": int,
        "oracle": str,
        "numpy": str,
        "seed": int,
        "classes": dict,
        "tallies": list,
        "rows": list,
    }
    value = fields(read_object(path), str(path), kinds)
    if value["schema"] != SCHEMA:
        raise InputError(f"{path}: schema must be {SCHEMA}, found {value['schema']}")
    tallies = tuple(
        Tally(**fields(entry, f"{path}: tallies[{place}]", _kinds(Tally)))
        for place, entry in enumerate(value["tallies"])
    )
    return ConformanceMap(
        value["oracle"],
        value["numpy"],
        value["seed"],
        value["classes"],
        tallies,
        tuple(_load_row(entry, f"{path}: rows[{i}]") for i, entry in enumerate(value["rows"])),
    )


def _load_row(entry: object, where: str) -> Row:
    found = fields(entry, where, _kinds(Row))
    classes = {name: (apart[0], apart[1], apart[2]) for name, apart in found["classes"].items()}
    return Row(**found | {"classes": classes})


def _kinds(dataclass_type: type) -> dict[str, Any]:
    """The fields of Tally or Row as JSON has them."""
    kinds = {str: str, int: int, float: (int, float)}
    annotations = dataclass_type.__annotations__
    return {name: kinds.get(annotation, dict) for name, annotation in annotations.items()}

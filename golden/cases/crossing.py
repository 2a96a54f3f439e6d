"""Cases that a manifest doesn't list one by one: shapes of layers crossed with datapaths.

A shape is a part of a case under a name; a crossing names datapaths and shapes, and holds what all
its cases share. Each pair becomes a case <datapath>_<shape>, or <datapath>_<shape>_<name> where the
crossing has a name of its own. Its seed is the crossing's plus the shape's place, so that two
datapaths get the same numbers; its rule is the next one of the crossing's, in a circle.
"""

from typing import Any

from pymodel.errors import InputError
from pymodel.network.checked_json import Kind, items
from pymodel.network.checked_json import fields as checked_fields

KINDS: dict[str, Kind] = {
    "name": str,
    "corner": str,
    "datapaths": list,
    "shapes": list,
    "rules": list,
    "seed": int,
    "case": dict,
}
DEFAULTS: dict[str, Any] = {"name": "", "corner": ""}
Described = tuple[str, dict[str, Any]]


def crossed(crossings: list[object], shapes: dict[str, object], where: str) -> list[Described]:
    """The cases of all crossings, each with the place in the manifest that it comes from.

    Raises:
        InputError: a key that is unknown, missing or of a wrong kind, an unknown shape, or a list
            that is empty.
    """
    found: list[Described] = []
    for place, value in enumerate(crossings):
        found += _crossing(value, shapes, f"{where}: crossings[{place}]")
    return found


def _crossing(value: object, shapes: dict[str, object], where: str) -> list[Described]:
    if isinstance(value, dict):
        value = DEFAULTS | value
    crossing = checked_fields(value, where, KINDS)
    lists = {
        key: items(crossing[key], f"{where}.{key}", str) for key in ("datapaths", "shapes", "rules")
    }
    for key, names in lists.items():
        if not names:
            raise InputError(f"{where}: {key} must not be empty")
    found = []
    for datapath in lists["datapaths"]:
        for number, name in enumerate(lists["shapes"]):
            shape = _shape(name, shapes, where)
            own = {
                "name": "_".join(part for part in (datapath, name, crossing["name"]) if part),
                "corner": ", ".join(
                    str(part)
                    for part in (shape.get("corner", name), crossing["corner"], f"in {datapath}")
                    if part
                ),
                "datapath": datapath,
                "rule": lists["rules"][number % len(lists["rules"])],
                "seed": crossing["seed"] + number,
            }
            found.append((where, crossing["case"] | shape | own))
    return found


def _shape(name: str, shapes: dict[str, object], where: str) -> dict[str, Any]:
    shape = shapes.get(name)
    if not isinstance(shape, dict):
        raise InputError(
            f"{where}: shape must be an object of one of {', '.join(shapes)}, found {name!r}"
        )
    return shape

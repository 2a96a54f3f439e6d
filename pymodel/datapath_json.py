"""Datapaths as JSON: files that users write, and records of what a result holds for."""

from dataclasses import MISSING, fields
from pathlib import Path
from types import NoneType
from typing import Any

from pymodel.datapath import Datapath
from pymodel.errors import InputError
from pymodel.formats.float_format import FloatFormat
from pymodel.network.checked_json import Kind, located, read_object
from pymodel.network.checked_json import fields as checked_fields

SCHEMA = 1
FLOAT_KINDS: dict[str, Kind] = {
    "exponent_bits": int,
    "mantissa_bits": int,
    "special": str,
    "bias": (int, NoneType),
    "denormals": bool,
    "overflow": str,
}
FLOATS = ("element_float", "accumulator_float")
_NUMBERS: dict[str, Kind] = {
    field.name: int if field.type is int else bool if field.type is bool else str
    for field in fields(Datapath)
}
KINDS: dict[str, Kind] = _NUMBERS | {
    "weight_bits": (int, NoneType),
    "element_float": (dict, NoneType),
    "accumulator_float": (dict, NoneType),
}


def datapath_of(value: object, where: str) -> Datapath:
    """The datapath that a JSON object describes; keys with a default may be left out.

    `dataclasses.asdict` writes such an object.

    Raises:
        InputError: no object, a key that is unknown, missing or of a wrong kind, or what Datapath
            refuses; it begins with `where`.
    """
    found = dict(checked_fields(_with_defaults(value, Datapath), where, KINDS))
    for key in FLOATS:
        if found[key] is not None:
            inner = f"{where}: {key}"
            numbers = checked_fields(_with_defaults(found[key], FloatFormat), inner, FLOAT_KINDS)
            with located(inner):
                found[key] = FloatFormat(**numbers)
    with located(where):
        return Datapath(**found)


def load_datapath(path: Path) -> Datapath:
    """The datapath of a file: an object like that of `datapath_of`, and its "schema".

    Raises:
        InputError: as `datapath_of` does, a file that cannot be read or is not JSON, or another
            schema.
    """
    document = read_object(path)
    if not isinstance(document, dict):
        raise InputError(f"{path}: must be an object, found {type(document).__name__}")
    if "schema" not in document:
        raise InputError(f"{path}: key 'schema' is missing; this version reads {SCHEMA}")
    if document["schema"] != SCHEMA or isinstance(document["schema"], bool):
        raise InputError(f"{path}: schema must be {SCHEMA}, found {document['schema']!r}")
    return datapath_of({k: v for k, v in document.items() if k != "schema"}, str(path))


def _with_defaults(value: object, cls: type) -> object:
    """The object with those keys filled in that have a default in the dataclass `cls`."""
    if not isinstance(value, dict):
        return value
    defaults: dict[str, Any] = {f.name: f.default for f in fields(cls) if f.default is not MISSING}
    return defaults | value

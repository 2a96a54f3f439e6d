"""JSON objects whose every key is accounted for; errors name the file and the field."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pymodel.errors import InputError

Kind = type | tuple[type, ...]


def read_object(path: Path) -> object:
    """The file's JSON value.

    Raises:
        InputError: there is no such file, it cannot be read, or it is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read, {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not valid JSON, {error}") from error


def fields(value: object, where: str, kinds: dict[str, Kind]) -> dict[str, Any]:
    """The value as an object with exactly the keys of `kinds`, each of its kind.

    Raises:
        InputError: it is no object, or a key is unknown, missing or of another kind.
    """
    if not isinstance(value, dict):
        raise InputError(f"{where}: must be an object, found {type(value).__name__}")
    for key in value:
        if key not in kinds:
            raise InputError(f"{where}: unknown key {key!r}; known are {', '.join(kinds)}")
    for key, kind in kinds.items():
        if key not in value:
            raise InputError(f"{where}: key {key!r} is missing")
        if not is_kind(value[key], kind):
            raise InputError(f"{where}: {key} must be {_names(kind)}, found {value[key]!r}")
    return value


def items(value: list[object], where: str, kind: Kind) -> tuple[Any, ...]:
    """The list as a tuple whose items are all of `kind`.

    Raises:
        InputError: an item is of another kind; it is named by its place.
    """
    for place, item in enumerate(value):
        if not is_kind(item, kind):
            raise InputError(f"{where}[{place}]: must be {_names(kind)}, found {item!r}")
    return tuple(value)


@contextmanager
def located(where: str) -> Iterator[None]:
    """Puts `where` in front of an InputError that names no file itself."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def is_kind(value: object, kind: Kind) -> bool:
    """isinstance, except that a bool is an int only where bool is asked for."""
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return isinstance(value, kinds) and (not isinstance(value, bool) or bool in kinds)


def _names(kind: Kind) -> str:
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return " or ".join("null" if one is type(None) else one.__name__ for one in kinds)

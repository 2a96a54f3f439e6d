"""Bounds on what an untrusted flatbuffer may make its reader do.

The generated bindings trust every length and offset in the file. A length can claim four billion
elements, and offsets can let many vectors share the same bytes, so that a small file describes an
endless one. In an honest file no two vectors or strings overlap: all that are read together can't
have more elements than the file has bytes. `FlatbufferReader` holds to that. (Constant data is not
counted: it is never copied.)
"""

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError

T = TypeVar("T")

CORRUPT = (struct.error, ValueError, IndexError, TypeError, OverflowError, AttributeError)
"""What the bindings raise, one way or another, when an offset or a length in the file is wrong."""


class FlatbufferReader:
    """Reads vectors of one file and stops when together they outgrow it.

    Raises (every method):
        InputError: the file would have to be larger than it is.
    """

    def __init__(self, size: int) -> None:
        """`size` is the file's, in bytes."""
        self._elements_left = size

    def tables(self, count: int, get: Callable[[int], T | None]) -> list[T]:
        """The `count` tables of a vector, `get(i)` being the i-th."""
        self._spend(count)
        found = [get(i) for i in range(count)]
        return [table for table in found if table is not None]

    def integers(self, count: int, vector: Callable[[], NDArray[np.integer]]) -> tuple[int, ...]:
        """The `count` integers of a vector; an absent vector has none."""
        self._spend(count)
        return tuple(int(value) for value in vector()) if count else ()

    def floats(self, count: int, vector: Callable[[], NDArray[np.floating]]) -> NDArray[np.float32]:
        """The `count` numbers of a vector as float32 (count,); an absent vector has none."""
        self._spend(count)
        return np.array(vector() if count else (), dtype=np.float32)

    def text(self, raw: bytes | None) -> str:
        """A string on one line, readable in any case.

        Bytes that are no UTF-8 and characters that are not printable become escapes.
        """
        self._spend(len(raw or b""))
        text = (raw or b"").decode("utf-8", errors="backslashreplace")
        return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)

    def _spend(self, count: int) -> None:
        if count > self._elements_left:
            raise InputError("its vectors outgrow the file, which is truncated or corrupt")
        self._elements_left -= count


@contextmanager
def untrusted(source: str) -> Iterator[None]:
    """Turn whatever goes wrong while `source` is read into one InputError that names it."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{source}: {error}") from error
    except CORRUPT as error:
        raise InputError(
            f"{source}: an offset in the file leads outside it ({type(error).__name__}); "
            "the file is truncated or corrupt"
        ) from error

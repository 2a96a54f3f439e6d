"""Memory images for `$readmemh` and from `$writememh`, made and read without a Python loop."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tb.adapter import DutError

_DIGITS = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
_PAIRS = np.stack([np.repeat(_DIGITS, 16), np.tile(_DIGITS, 16)], axis=1)
"""uint8 (256, 2): the two hex digits of each byte."""

_UNKNOWN = 0x10
_SKIPPED = 0xFF
_VALUES = np.full(256, _SKIPPED, dtype=np.uint8)
for _digit, _characters in enumerate(
    ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "aA", "bB", "cC", "dD", "eE", "fF", "xXzZ")
):
    _VALUES[[ord(character) for character in _characters]] = _digit


class HexFileError(DutError):
    """A dump is missing, or is not the memory image that was asked for."""


def write_hex(path: Path, words: NDArray[np.uint8]) -> None:
    """Write words, uint8 (count, bytes) with byte 0 low, as one hex number a line."""
    count, size = words.shape
    text = np.empty((count, 2 * size + 1), dtype=np.uint8)
    text[:, :-1] = _PAIRS[words[:, ::-1]].reshape(count, 2 * size)
    text[:, -1] = ord("\n")
    path.write_bytes(text.tobytes())


def read_hex(path: Path, count: int, digits: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Read `count` words of `digits` hex digits each.

    Returns bytes uint8 (count, ceil(digits / 2)) with byte 0 low, and which of them hold an X or Z
    digit (bool, same shape; such a digit reads as 0). Raises HexFileError when the file is missing
    or holds another number of digits.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise HexFileError(f"{path.name}: the simulator left no dump ({error.strerror})") from error
    text = b"".join(line for line in lines if line[:1] not in (b"/", b"@"))
    values = _VALUES[np.frombuffer(text, dtype=np.uint8)]
    if values.size != count * digits or (values == _SKIPPED).any():
        raise HexFileError(
            f"{path.name}: expected {count} words of {digits} hex digits, found {values.size} "
            "characters"
        )
    nibbles = np.zeros((count, digits + digits % 2), dtype=np.uint8)
    nibbles[:, digits % 2 :] = values.reshape(count, digits)
    unknown = nibbles == _UNKNOWN
    nibbles[unknown] = 0
    data = (nibbles[:, 0::2] << 4 | nibbles[:, 1::2])[:, ::-1]
    return np.ascontiguousarray(data), (unknown[:, 0::2] | unknown[:, 1::2])[:, ::-1]


def as_words(data: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Bytes (count, 4), byte 0 low, as uint32 (count,)."""
    return np.ascontiguousarray(data).view("<u4").reshape(-1)

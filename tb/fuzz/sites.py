"""Where in a .tflite file the numbers stand that a reader trusts: offsets, lengths, shapes, codes.

Found by walking the flatbuffer itself, table by table, without the generated bindings: the fields
of a table are the words between its start and its end, and what one points at is known from the
schema's order of fields (tensorflow/compiler/mlir/lite/schema/schema.fbs).
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Fields = dict[int, "Kind"]


@dataclass(frozen=True)
class Kind:
    """What a field of a table points at.

    Attributes:
        name: what a mutation of it is called.
        fields: of the table it points at, or of those in the vector it points at.
        vector: whether it points at a vector.
        size: bytes of an element of a vector of numbers.
    """

    name: str
    fields: Fields | None = None
    vector: bool = False
    size: int = 4


@dataclass(frozen=True)
class Site:
    """`size` bytes at `at`, little-endian, called `kind`."""

    kind: str
    at: int
    size: int


QUANTISATION: Fields = {
    2: Kind("scale", vector=True),
    3: Kind("zero_point", vector=True, size=8),
}
TENSOR: Fields = {
    0: Kind("shape", vector=True),
    3: Kind("name", vector=True, size=1),
    4: Kind("quantisation", QUANTISATION),
    7: Kind("signature", vector=True),
}
OPERATOR: Fields = {
    1: Kind("operands", vector=True),
    2: Kind("operands", vector=True),
    4: Kind("options", {}),
}
SUBGRAPH: Fields = {
    0: Kind("tensor", TENSOR, vector=True),
    1: Kind("operands", vector=True),
    2: Kind("operands", vector=True),
    3: Kind("operator", OPERATOR, vector=True),
}
MODEL: Fields = {
    1: Kind("opcode", {}, vector=True),
    2: Kind("subgraph", SUBGRAPH, vector=True),
    4: Kind("buffer", {0: Kind("data", vector=True, size=1)}, vector=True),
}
LARGEST_LISTED = 64
"""Elements of a vector of numbers that become sites of their own: its first ones."""


def find_sites(content: bytes) -> list[Site]:
    """Every site of a sound file, in the order of the walk; the same place is listed once."""
    root = struct.unpack_from("<I", content, 0)[0]
    found = [Site("root offset", 0, 4), *_table(content, root, "model", MODEL)]
    return list(dict.fromkeys(found))


def _table(content: bytes, at: int, name: str, fields: Fields) -> Iterator[Site]:
    vtable = at - struct.unpack_from("<i", content, at)[0]
    size = struct.unpack_from("<H", content, vtable)[0]
    yield Site(f"{name} vtable offset", at, 4)
    for place in range(0, size, 2):
        yield Site(f"{name} vtable", vtable + place, 2)
    starts = struct.unpack_from(f"<{(size - 4) // 2}H", content, vtable + 4)
    table_size = struct.unpack_from("<H", content, vtable + 2)[0]
    for number, start in enumerate(starts):
        if start == 0:
            continue
        kind = fields.get(number)
        if kind is None:
            after = min([other for other in starts if other > start], default=table_size)
            yield Site(f"{name} field", at + start, min(after - start, 8))
        else:
            yield Site(f"{kind.name} offset", at + start, 4)
            target = at + start + struct.unpack_from("<I", content, at + start)[0]
            yield from _target(content, target, kind)


def _target(content: bytes, at: int, kind: Kind) -> Iterator[Site]:
    if not kind.vector:
        yield from _table(content, at, kind.name, kind.fields or {})
        return
    length = struct.unpack_from("<I", content, at)[0]
    yield Site(f"{kind.name} length", at, 4)
    if kind.fields is None:
        for place in range(min(length, LARGEST_LISTED)):
            yield Site(kind.name, at + 4 + place * kind.size, kind.size)
        return
    for place in range(length):
        entry = at + 4 + place * 4
        yield Site(f"{kind.name} offset", entry, 4)
        table = entry + struct.unpack_from("<I", content, entry)[0]
        yield from _table(content, table, kind.name, kind.fields)


def kinds(sites: Sequence[Site]) -> dict[str, list[Site]]:
    """The sites by what they are."""
    found: dict[str, list[Site]] = {}
    for site in sites:
        found.setdefault(site.kind, []).append(site)
    return found

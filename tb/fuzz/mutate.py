"""Mutants of .tflite files, each from a seed of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tb.fuzz.sites import Site, find_sites, kinds

EXTREME_BYTES = (0x00, 0x01, 0x7F, 0x80, 0xFF)
EXTREME_WORDS = (
    0, 1, 2, 3, 4, 5, 7, 8, 16, 255, 256, 1000, 2**15, 2**16, 2**20, 2**24, 2**27, 2**30, 2**31 - 1,
    -1, -2, -3, -4, -8, -128, -(2**16), -(2**31),
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """A sound file with its sites by kind."""

    name: str
    content: bytes
    sites: dict[str, list[Site]]

    @classmethod
    def of(cls, name: str, content: bytes) -> "Source":
        """The file `content`, which must be sound."""
        return cls(name, content, kinds(find_sites(content)))

    @classmethod
    def read(cls, path: Path) -> "Source":
        """The file `path`, which must be sound."""
        return cls.of(path.stem, path.read_bytes())


@dataclass(frozen=True)
class Mutant:
    """A file with `mutations` done to `source`, all of them following from `seed`."""

    source: str
    seed: int
    mutations: tuple[str, ...]
    content: bytes

    def describe(self) -> str:
        """Source, seed and mutations in a line."""
        return f"{self.source}, seed {self.seed}: {', '.join(self.mutations)}"


def mutant(sources: Sequence[Source], seed: int) -> Mutant:
    """The mutant of `seed`: one of the sources with one to eight mutations, mostly few."""
    rng = np.random.default_rng(seed)
    source = sources[int(rng.integers(len(sources)))]
    content, done = bytearray(source.content), []
    for _ in range(int(rng.choice([1, 1, 1, 2, 2, 3, 5, 8]))):
        name = str(rng.choice(NAMES, p=WEIGHTS))
        if name == "site":
            name = _change_site(content, source, rng)
        else:
            MUTATIONS[name](content, rng)
        done.append(name)
    return Mutant(source.name, seed, tuple(done), bytes(content))


def _change_site(content: bytearray, source: Source, rng: np.random.Generator) -> str:
    """A structural number becomes an extreme, a neighbour, or one from another site of its kind."""
    kind = list(source.sites)[int(rng.integers(len(source.sites)))]
    sites = source.sites[kind]
    site = sites[int(rng.integers(len(sites)))]
    end = site.at + site.size
    if end > len(content):
        return "site past the end"
    old = int.from_bytes(content[site.at : end], "little", signed=True)
    how = int(rng.integers(4))
    if how == 0:
        new = int(rng.choice(EXTREME_WORDS))
    elif how == 1:
        new = old + int(rng.integers(-8, 9))
    elif how == 2:
        new = old ^ (1 << int(rng.integers(8 * site.size)))
    else:
        other = sites[int(rng.integers(len(sites)))]
        new = int.from_bytes(source.content[other.at : other.at + site.size], "little")
    bits = 8 * site.size
    content[site.at : end] = (new % (1 << bits)).to_bytes(site.size, "little")
    return f"{kind} at {site.at}: {old} becomes {new}"


def _flip(content: bytearray, rng: np.random.Generator) -> None:
    """One bit."""
    content[_place(content, rng, 1)] ^= 1 << int(rng.integers(8))


def _byte(content: bytearray, rng: np.random.Generator) -> None:
    """One byte becomes an extreme."""
    content[_place(content, rng, 1)] = int(rng.choice(EXTREME_BYTES))


def _word(content: bytearray, rng: np.random.Generator) -> None:
    """One aligned 32-bit word becomes small, huge or negative."""
    at = _place(content, rng, 4) // 4 * 4
    new = int(rng.choice(EXTREME_WORDS)) % 2**32
    content[at : at + 4] = new.to_bytes(4, "little")


def _truncate(content: bytearray, rng: np.random.Generator) -> None:
    """The file ends early."""
    del content[int(rng.integers(len(content))) :]
    content += b"\0" * max(0, 4 - len(content))


def _splice(content: bytearray, rng: np.random.Generator) -> None:
    """A piece of the file overwrites another place in it, or is put in there."""
    size = int(rng.integers(1, 65))
    start = _place(content, rng, size)
    piece = content[start : start + size]
    at = _place(content, rng, 1)
    content[at : at + (size if rng.integers(4) else 0)] = piece


def _place(content: bytearray, rng: np.random.Generator, size: int) -> int:
    """An index with `size` bytes behind it, often among the tables, which stand at either end."""
    last = max(len(content) - size, 0)
    low, high = [(0, min(4000, last)), (max(0, last - 8000), last), (0, last)][int(rng.integers(3))]
    return int(rng.integers(low, high + 1))


MUTATIONS: dict[str, Callable[[bytearray, np.random.Generator], None]] = {
    "flip": _flip,
    "byte": _byte,
    "word": _word,
    "truncate": _truncate,
    "splice": _splice,
}
NAMES = ["site", *MUTATIONS]
WEIGHTS = [0.6, 0.12, 0.08, 0.12, 0.02, 0.06]

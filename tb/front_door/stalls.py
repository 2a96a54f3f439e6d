"""Stall profiles: when a stream's source idles, or its sink holds back, cycle by cycle."""

from collections.abc import Callable, Iterator

import numpy as np

Pauses = Iterator[bool]
"""One value a clock cycle, True where the stream is to pause; never ends."""

LONG_STALL = (20, 60)
"""Cycles of a long stall, shortest and longest."""


def _chance(rng: np.random.Generator, probability: float) -> Pauses:
    while True:
        yield bool(rng.random() < probability)


def _alternate(rng: np.random.Generator) -> Pauses:
    """Every second cycle, from a random one of the two on."""
    paused = bool(rng.integers(2))
    while True:
        yield paused
        paused = not paused


def _long(rng: np.random.Generator) -> Pauses:
    """Full speed for a few cycles, then a stall long enough to fill everything behind it."""
    while True:
        yield from [False] * int(rng.integers(1, 12))
        yield from [True] * int(rng.integers(*LONG_STALL, endpoint=True))


def _singles(rng: np.random.Generator) -> Pauses:
    """One cycle open at a time, with 1 to 9 closed ones between."""
    while True:
        yield False
        yield from [True] * int(rng.integers(1, 10))


PROFILES: dict[str, Callable[[np.random.Generator], Pauses]] = {
    "sparse": lambda rng: _chance(rng, 0.1),
    "half": lambda rng: _chance(rng, 0.5),
    "dense": lambda rng: _chance(rng, 0.85),
    "alternate": _alternate,
    "singles": _singles,
    "long": _long,
}
"""Profiles by name; each makes its own endless sequence from a random generator."""


def stalls(profile: str, rng: np.random.Generator) -> Pauses:
    """The named profile's pauses, drawn from `rng`; KeyError for a name that isn't in PROFILES."""
    return PROFILES[profile](rng)

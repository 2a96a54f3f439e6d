"""Compares a DUT's outputs with the model's, element by element, with zero tolerance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

AXES = ("n", "h", "w", "c")


class ScoreboardError(RuntimeError):
    """Nothing could be compared: shapes differ, or there are no elements."""


@dataclass(frozen=True)
class Mismatch:
    """One element that differs. `got` is None where the DUT's bits were X or Z."""

    index: tuple[int, ...]
    expected: int
    got: int | None

    def describe(self, element_bits: int, axes: Sequence[str] = AXES) -> str:
        """Place, expected and got, in decimal and hex."""
        names = axes if len(axes) == len(self.index) else [str(i) for i in range(len(self.index))]
        place = ", ".join(f"{name}={i}" for name, i in zip(names, self.index, strict=True))
        got = "X" if self.got is None else _both(self.got, element_bits)
        return f"({place}): expected {_both(self.expected, element_bits)}, got {got}"


def _both(value: int, bits: int) -> str:
    return f"{value} (0x{value & (1 << bits) - 1:0{bits // 4}X})"


@dataclass(frozen=True)
class Comparison:
    """`outputs` elements were compared; `mismatches` of them differ, `unknown` of those are X."""

    outputs: int
    mismatches: int
    unknown: int
    first: Mismatch | None

    def describe(self, element_bits: int = 8) -> str:
        """One line: how many differ, and the first place."""
        if self.first is None:
            return f"all {self.outputs} outputs agree"
        unknown = f" ({self.unknown} of them X)" if self.unknown else ""
        return (
            f"{self.mismatches} of {self.outputs} outputs differ{unknown}; "
            f"first at {self.first.describe(element_bits)}"
        )


def compare(
    expected: NDArray[np.integer],
    actual: NDArray[np.integer],
    unknown: NDArray[np.bool_] | None = None,
) -> Comparison:
    """Compare all elements of two arrays of one shape, in C order.

    `unknown` (same shape) marks elements whose bits the DUT left X or Z: always mismatches. Raises
    ScoreboardError when shapes differ or there is nothing to compare.
    """
    if expected.shape != actual.shape or (unknown is not None and unknown.shape != actual.shape):
        raise ScoreboardError(
            f"expected outputs have shape {expected.shape}, the DUT's have {actual.shape}"
        )
    if expected.size == 0:
        raise ScoreboardError("there are no outputs to compare")
    is_unknown = np.zeros(expected.shape, dtype=np.bool_) if unknown is None else unknown
    differs = (expected != actual) | is_unknown
    first = None
    if differs.any():
        index = tuple(int(i) for i in np.unravel_index(int(differs.argmax()), differs.shape))
        got = None if is_unknown[index] else int(actual[index])
        first = Mismatch(index, int(expected[index]), got)
    return Comparison(
        outputs=int(expected.size),
        mismatches=int(differs.sum()),
        unknown=int(is_unknown.sum()),
        first=first,
    )

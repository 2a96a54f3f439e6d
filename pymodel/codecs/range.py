"""The least and largest value of a tensor."""

from dataclasses import dataclass

from numpy.typing import ArrayLike

from pymodel.formats.finite import finite


@dataclass(frozen=True)
class Range:
    """Of all values that were seen."""

    least: float
    largest: float

    def __or__(self, other: "Range") -> "Range":
        """The range of both."""
        return Range(min(self.least, other.least), max(self.largest, other.largest))


def tensor_range(values: ArrayLike, name: str, what: str = "a number format") -> Range:
    """The range of a tensor's values; 0 to 0 where there are none.

    Raises:
        InputError: a value that is NaN or infinite; it names the tensor, the index, and `what`
            cannot represent it.
    """
    real = finite(values, name, what)
    if not real.size:
        return Range(0.0, 0.0)
    return Range(float(real.min()), float(real.max()))

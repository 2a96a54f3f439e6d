"""What a tensor of a case is drawn from, as a manifest says it and a draw takes it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pymodel.datapath import Datapath
from pymodel.errors import InputError
from pymodel.network.checked_json import Kind, items
from pymodel.network.checked_json import fields as checked_fields

Limits = tuple[int, int]
KINDS = ("codes", "magnitudes")


@dataclass(frozen=True)
class Operand:
    """A set of codes, all as likely: least to largest, both drawn, or a list with repetitions.

    Attributes:
        least, largest: integers; codes of a power of two; magnitudes of floats.
        sign: 0, or the bit that is set in half of what is drawn: the sign of a float's pattern.
        codes: the list; empty where the range counts.
    """

    least: int
    largest: int
    sign: int = 0
    codes: tuple[int, ...] = ()

    def draw(self, rng: np.random.RandomState, shape: tuple[int, ...]) -> NDArray[np.int64]:
        """Codes of `shape`, bit patterns of floats without a sign. Integers of `rng` alone."""
        drawn: NDArray[np.int64]
        if self.codes:
            places = rng.randint(0, len(self.codes), shape, dtype=np.int64)
            drawn = np.array(self.codes, dtype=np.int64)[places]
            return drawn
        drawn = rng.randint(self.least, self.largest + 1, shape, dtype=np.int64)
        if self.sign:
            drawn += self.sign * rng.randint(0, 2, shape, dtype=np.int64)
        return drawn


def read_operand(value: object, where: str, tensor: str, path: Datapath) -> Operand:
    """The operand that a manifest describes for a tensor: "input", "weights" or "bias".

    [least, largest] is a range; {"codes": [...]} a list; {"magnitudes": [least, largest]} floats of
    either sign. Numbers are integers, or strings such as "0x7e".

    Raises:
        InputError: another form, or a code that the tensor cannot hold in the datapath.
    """
    limits = tensor_limits(tensor, path)
    if isinstance(value, list):
        return Operand(*_range(_integers(value, where), where, limits))
    if not isinstance(value, dict) or len(value) != 1:
        raise InputError(
            f"{where}: must be [least, largest], or an object of one of {', '.join(KINDS)}"
        )
    kind = next(iter(value))
    kinds: dict[str, Kind] = {kind if kind in KINDS else KINDS[0]: list}
    numbers = _integers(checked_fields(value, where, kinds)[kind], f"{where}.{kind}")
    if kind == "magnitudes":
        if path.format != "minifloat":
            raise InputError(f"{where}: magnitudes are for floats, and not for {path.format}")
        sign = (limits[1] + 1) // 2
        return Operand(*_range(numbers, where, (0, sign - 1)), sign=sign)
    if not numbers or not all(limits[0] <= code <= limits[1] for code in numbers):
        raise InputError(
            f"{where}: codes must lie within {limits[0]} to {limits[1]}, found {value['codes']}"
        )
    return Operand(min(numbers), max(numbers), codes=numbers)


def tensor_limits(tensor: str, path: Datapath) -> Limits:
    """Least and largest code that a tensor's elements have; bit patterns of floats have no sign."""
    if path.format == "minifloat":
        element, accumulator = path.floats
        return 0, 2 ** (accumulator if tensor == "bias" else element).width - 1
    if tensor == "bias":
        return -(2**31), 2**31 - 1
    bits = path.weight_width if tensor == "weights" else path.element_bits
    if tensor == "weights" and path.format == "power_of_two":
        return 0, int(2**bits) - 1
    half = int(2 ** (bits - 1))
    return -half, half - 1


def _integers(value: list[Any], where: str) -> tuple[int, ...]:
    found = items(value, where, (int, str))
    try:
        return tuple(int(item, 0) if isinstance(item, str) else item for item in found)
    except ValueError as error:
        raise InputError(f"{where}: must be integers, or strings like '0x7e': {error}") from error


def _range(found: tuple[int, ...], where: str, bounds: Limits) -> Limits:
    if len(found) != 2 or not bounds[0] <= found[0] <= found[1] <= bounds[1]:
        raise InputError(
            f"{where}: must be [least, largest] within {bounds[0]} to {bounds[1]}, "
            f"found {list(found)}"
        )
    return found[0], found[1]

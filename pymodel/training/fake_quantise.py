"""Fake quantisation: to codes and back in one go, with a straight-through gradient.

Source: TensorFlow's `fake_quant_ops_functor.h` (nudged range, rounding, gradient).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pymodel.codecs import Range
from pymodel.errors import InputError
from pymodel.training.examples import Reals

BITS = range(2, 17)


@dataclass(frozen=True)
class CodeRange:
    """Real values from `least` to `largest`, `scale` apart, 0.0 exactly among them."""

    least: float
    largest: float
    scale: float


def require_bits(bits: int, what: str) -> None:
    """InputError where `bits` is no width of codes."""
    if bits not in BITS:
        raise InputError(
            f"fake quantisation: bits of {what} must be {BITS.start} to {BITS.stop - 1}, "
            f"found {bits}"
        )


def nudged(found: Range, bits: int) -> CodeRange:
    """The range of codes 0 to 2^bits - 1 over `found`, moved so that 0.0 has one.

    `found` is widened to contain 0.0 first; of 0.0 alone it becomes -0.5 to 0.5. The zero point is
    the nearest code to where 0.0 would lie, counted from the least value.
    """
    least, largest = min(found.least, 0.0), max(found.largest, 0.0)
    if least == largest:
        least, largest = -0.5, 0.5
    codes = 2**bits - 1
    scale = (largest / codes - least / codes) or 1.0
    zero_point = np.clip(np.floor(-least / scale + 0.5), 0, codes)
    return CodeRange(float(-zero_point * scale), float((codes - zero_point) * scale), scale)


def symmetric(values: Reals, bits: int) -> CodeRange:
    """The range of codes +-(2^(bits - 1) - 1) at which none of the values saturates."""
    largest = float(np.abs(values).max(initial=0.0)) or 1.0
    return CodeRange(-largest, largest, largest / (2 ** (bits - 1) - 1) or 1.0)


def fake_quantise(
    values: Reals,
    codes: CodeRange,
    rounding: Callable[[Reals], Reals] = lambda steps: np.floor(steps + 0.5),
) -> tuple[Reals, NDArray[np.bool_]]:
    """(the nearest values of the range, where the gradient passes: inside it, its ends included).

    Ties go up, as TensorFlow's. `rounding` takes values in steps from 0.0.
    """
    clamped = np.clip(values, codes.least, codes.largest)
    inside: NDArray[np.bool_] = (values >= codes.least) & (values <= codes.largest)
    rounded = np.clip(
        rounding(clamped / codes.scale),
        np.rint(codes.least / codes.scale),
        np.rint(codes.largest / codes.scale),
    )
    return rounded * codes.scale, inside

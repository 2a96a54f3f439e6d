"""Operands, scales and codes for tests of the host's arithmetic ops."""

import numpy as np
from numpy.typing import NDArray

from golden.tflite.op_writer import Operand

CODES = np.arange(-128, 128, dtype=np.int8)
"""All of them."""
PAIRS = (np.repeat(CODES, 256).reshape(256, 256), np.tile(CODES, 256).reshape(256, 256))
"""Two int8 images that hold every pair of codes."""


def random_scale(rng: np.random.Generator) -> float:
    """A power of two, which forces ties, or any number; from 2^-6 to 2."""
    if rng.random() < 0.5:
        return float(2.0 ** rng.integers(-6, 2))
    return float(np.float32(np.exp(rng.uniform(np.log(2.0**-6), np.log(2)))))


def random_zero_point(rng: np.random.Generator) -> int:
    """An end of the range, 0, or any code."""
    return int(rng.choice([-128, 127, 0, int(rng.integers(-128, 128))]))


def random_operand(
    name: str, shape: tuple[int, ...], rng: np.random.Generator, scale: float | None = None
) -> Operand:
    """An int8 operand with a zero point and, unless given, a scale of its own."""
    own = random_scale(rng) if scale is None else scale
    return Operand(name, shape, scale=own, zero_point=random_zero_point(rng))


def random_codes(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.int8]:
    """Codes from the whole range."""
    return rng.integers(-128, 128, shape).astype(np.int8)


def int8(values: object) -> NDArray[np.int8]:
    """The values as codes."""
    return np.array(values, dtype=np.int8)

"""Drawing the operands of the host's ops: codes, constants and how a tensor is quantised."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tflite
from numpy.typing import NDArray

from golden.conformance.mac_geometry import between
from golden.tflite.op_writer import Operand

NONE = tflite.ActivationFunctionType.NONE
ACTIVATIONS: tuple[int, ...] = (
    NONE,
    NONE,
    NONE,
    tflite.ActivationFunctionType.RELU,
    tflite.ActivationFunctionType.RELU6,
    tflite.ActivationFunctionType.RELU_N1_TO_1,
)
BOUNDS = (
    (tflite.ActivationFunctionType.RELU6, 6.0),
    (tflite.ActivationFunctionType.RELU_N1_TO_1, 1.0),
)
"""Fused activations with an upper bound, which is a real value."""
Arrays = tuple[NDArray[np.generic], ...]
Written = tuple[bytes, Arrays]
"""The content of a .tflite file, and its inputs in order."""


@dataclass(frozen=True)
class Quantisation:
    """Of a tensor: one scale and zero point."""

    scale: float
    zero_point: int

    def operand(
        self, name: str, shape: Sequence[int], data: NDArray[np.int8] | None = None
    ) -> Operand:
        """An int8 operand that is quantised so."""
        return Operand(name, tuple(shape), "int8", self.scale, self.zero_point, data=data)


def draw_quantisation(
    rng: np.random.RandomState, data_class: str, scales: tuple[float, float] = (0.01, 0.1)
) -> Quantisation:
    """Of a tensor of a case: with `ties` a power of two near the middle of `scales`, else any
    within them; with `zero_point_ends` a zero point of -128 or 127, else one between, not 0."""
    low, high = scales
    if data_class == "ties":
        scale = float(np.ldexp(1.0, int(np.frexp((low + high) / 2)[1]) - between(rng, 0, 2)))
    else:
        scale = float(np.float32(rng.uniform(low, high)))
    if data_class == "zero_point_ends":
        return Quantisation(scale, int(rng.choice([-128, 127])))
    return Quantisation(scale, int(rng.choice([-1, 1])) * between(rng, 1, 126))


def draw_codes(rng: np.random.RandomState, shape: Sequence[int]) -> NDArray[np.int8]:
    """int8 codes over the whole range, both ends included."""
    return rng.randint(-128, 128, tuple(shape), dtype=np.int64).astype(np.int8)


def draw_shape(rng: np.random.RandomState, rank: int, largest: int = 9) -> tuple[int, ...]:
    """Extents from 1 to `largest`; a quarter of them 1."""
    return tuple(1 if between(rng, 0, 3) == 0 else between(rng, 1, largest) for _ in range(rank))


def integers(name: str, values: Sequence[int] | Sequence[Sequence[int]] | int) -> Operand:
    """A constant int32 operand, of the shape of `values`."""
    data = np.array(values, dtype=np.int32)
    return Operand(name, data.shape, "int32", data=data)


def draw_activation(rng: np.random.RandomState) -> int:
    """The schema's number of a fused activation; half of them NONE."""
    return ACTIVATIONS[between(rng, 0, len(ACTIVATIONS) - 1)]


def half_way_bound(rng: np.random.RandomState, scale: float) -> tuple[int, float]:
    """A fused activation, and a scale near `scale` by which its upper bound lies half way between
    two codes, as nearly as float32 has it."""
    activation, bound = BOUNDS[between(rng, 0, len(BOUNDS) - 1)]
    return activation, float(np.float32(bound / (bound // scale + 0.5)))

"""The demo network's held-out digits, as the float network takes them, with their labels."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError

HERE = Path(__file__).resolve().parent
FLOAT_MODEL = HERE / "digits_float.tflite"
PIXEL_OFFSET, PIXEL_SCALE = 6.0, 8.0
"""Network input = (pixel - PIXEL_OFFSET) / PIXEL_SCALE: off-centre, so that its zero point is
neither 0 nor an end of the int8 range."""


@dataclass(frozen=True, eq=False)
class HeldOut:
    """images: float32 (n, 8, 8, 1). labels: int64 (n,)."""

    images: NDArray[np.float32]
    labels: NDArray[np.int64]


def network_input(pixels: NDArray[np.generic]) -> NDArray[np.float32]:
    """Pixels 0 to 16, (n, 8, 8), as the network's input: float32 (n, 8, 8, 1)."""
    scaled = (pixels.astype(np.float32) - PIXEL_OFFSET) / PIXEL_SCALE
    return scaled[..., np.newaxis].astype(np.float32)


def held_out() -> HeldOut:
    """All held-out digits. Raises InputError when their file cannot be read."""
    path = HERE / "digits_test.npz"
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return HeldOut(network_input(arrays["pixels"]), arrays["labels"].astype(np.int64))
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from error

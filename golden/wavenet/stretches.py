"""Stretches of speech as the network takes them, and the likelihood of what it makes of one."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from golden.wavenet.mu_law import CODES
from pymodel.errors import InputError

HERE = Path(__file__).resolve().parent
FLOAT_MODEL, INT8_MODEL = HERE / "wavenet_float.tflite", HERE / "wavenet.tflite"
STRETCHES, CALIBRATION_CODES = HERE / "held_out.npy", HERE / "calibration.npy"
TRAINING_CODES = HERE / "training_speech.npy"
SAMPLES = 2048
"""Of a stretch that the network runs on at once."""
COUNTED = 1024
"""At a stretch's end: samples whose predictions have (nearly) their whole history in it."""
INPUT_OFFSET, INPUT_SCALE = 96.0, 32.0
"""Network input = (code - INPUT_OFFSET) / INPUT_SCALE: off-centre, so that the zero point is not 0;
in int8, scale 1/32 and zero point -32, the code less 128."""

Codes = NDArray[np.uint8]


def network_input(codes: Codes) -> NDArray[np.float32]:
    """Mu-law codes (stretches, samples) as inputs (stretches, 1, 1, samples, 1)."""
    scaled = (codes.astype(np.float32) - INPUT_OFFSET) / INPUT_SCALE
    return scaled.astype(np.float32)[:, np.newaxis, np.newaxis, :, np.newaxis]


def spread(codes: Codes, most: int) -> Codes:
    """Up to `most` stretches (n, SAMPLES + 1) of one signal, evenly spread over it, whose counted
    parts don't overlap."""
    fitting = (len(codes) - SAMPLES - 1) // COUNTED + 1
    starts = np.linspace(0, fitting - 1, min(most, fitting)).astype(int) * COUNTED
    return np.stack([codes[start : start + SAMPLES + 1] for start in starts])


def committed_stretches() -> Codes:
    """Held-out synthetic speech, uint8 (8, SAMPLES + 1). InputError: it cannot be read."""
    return _codes(STRETCHES)


def committed_calibration() -> Codes:
    """Synthetic speech of the training, uint8 (42, SAMPLES). InputError: it cannot be read."""
    return _codes(CALIBRATION_CODES)


def committed_training() -> Codes:
    """The beginning of the training speech in one piece, uint8 (32000,). InputError: it cannot be
    read."""
    return _codes(TRAINING_CODES)


def negative_log_likelihood(logits: NDArray[np.floating], codes: Codes) -> float:
    """Nats a sample over the counted part of one stretch.

    Args:
        logits: (..., SAMPLES, 256); those at place t are of the code at t + 1.
        codes: (SAMPLES + 1,).
    """
    counted = logits.reshape(SAMPLES, CODES)[-COUNTED:].astype(np.float64)
    targets = codes[-COUNTED:]
    most = counted.max(axis=1)
    total = most + np.log(np.exp(counted - most[:, np.newaxis]).sum(axis=1))
    return float(np.mean(total - counted[np.arange(COUNTED), targets]))


def _codes(path: Path) -> Codes:
    try:
        codes: Codes = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from error
    return codes

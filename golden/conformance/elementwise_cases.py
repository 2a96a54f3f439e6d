"""Cases of the ops on single elements, and of SOFTMAX: all 256 codes."""

import math
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from golden.conformance.mac_geometry import between
from golden.conformance.operands import (
    Quantisation,
    Written,
    draw_codes,
    draw_quantisation,
    draw_shape,
)
from golden.tflite.op_writer import Operand, write_op

FIXED: dict[str, Quantisation] = {
    "LOGISTIC": Quantisation(1 / 256, -128),
    "SOFTMAX": Quantisation(1 / 256, -128),
    "TANH": Quantisation(1 / 128, 0),
}
"""The output quantisation that TFLite's specification prescribes."""
RECTIFIERS = ("RELU", "RELU6", "LEAKY_RELU")
SHAPE = (1, 16, 16, 1)
"""Of all 256 codes."""


def _all_codes() -> NDArray[np.int8]:
    return np.arange(-128, 128, dtype=np.int64).astype(np.int8).reshape(SHAPE)


def _elementwise(
    op: str, x: Quantisation, y: Quantisation, options: dict[str, float] | None = None
) -> Written:
    content = write_op(op, [x.operand("x", SHAPE)], [y.operand("y", SHAPE)], options or {})
    return content, (_all_codes(),)


def curve(op: str, rng: np.random.RandomState, data_class: str) -> Written:
    """LOGISTIC and TANH: with `saturation` the input reaches +-100 and more."""
    scales = (0.8, 8.0) if data_class == "saturation" else (0.001, 0.1)
    return _elementwise(op, draw_quantisation(rng, data_class, scales), FIXED[op])


def rectifier(op: str, rng: np.random.RandomState, data_class: str) -> Written:
    """RELU, RELU6 and LEAKY_RELU, the output with another scale; with `saturation` a small one."""
    x, y = draw_quantisation(rng, data_class), draw_quantisation(rng, data_class)
    if data_class == "saturation":
        y = Quantisation(y.scale / 16, y.zero_point)
    alpha = float(np.float32(rng.choice([0.0, 0.01, 0.1, 0.25, 0.5, 1.0])))
    return _elementwise(op, x, y, {"alpha": alpha} if op == "LEAKY_RELU" else None)


def softmax(rng: np.random.RandomState, data_class: str) -> Written:
    """SOFTMAX: rows of 1 to 200 codes, with `all_pairs` and `ties` of two; beta of 1 and others;
    with `saturation` large scales."""
    beta = float(np.float32(rng.choice([1.0, 1.0, 0.5, 2.0])))
    scales = (0.5, 4.0) if data_class == "saturation" else (0.01, 0.2)
    x = draw_quantisation(rng, data_class, scales)
    if data_class == "ties":
        x = Quantisation(_half_way(rng) / beta, x.zero_point)
    shape: tuple[int, ...] = (*draw_shape(rng, between(rng, 0, 3), 6), between(rng, 1, 200))
    codes = draw_codes(rng, shape)
    if data_class in ("all_pairs", "ties"):
        codes = np.stack(np.meshgrid(_all_codes(), _all_codes()), axis=-1)
        shape = codes.shape
    y = FIXED["SOFTMAX"].operand("y", shape)
    content = write_op("SOFTMAX", [x.operand("x", shape)], [y], {"beta": beta})
    return content, (codes,)


def _half_way(rng: np.random.RandomState) -> float:
    """A scale with which two codes of some distance have probabilities half way between codes."""
    steps = between(rng, 128, 254) + 0.5
    return float(np.float32(math.log(steps / (256 - steps)) / between(rng, 1, 100)))


def quantize(rng: np.random.RandomState, data_class: str) -> Written:
    """QUANTIZE: float32 to int8; with `ties` halves of the scale, with `saturation` far past it."""
    y = draw_quantisation(rng, data_class)
    steps = rng.randint(-150 * 2, 150 * 2, (1, 16, 16, 4), dtype=np.int64) / 2
    if data_class != "ties":
        steps = rng.uniform(-1, 1, steps.shape) * (1e6 if data_class == "saturation" else 200)
    real = (steps * y.scale).astype(np.float32)
    content = write_op(
        "QUANTIZE", [Operand("x", real.shape, "float32")], [y.operand("y", real.shape)]
    )
    return content, (real,)


def requantize(rng: np.random.RandomState, data_class: str) -> Written:
    """QUANTIZE from int8: another scale and zero point; with `saturation` a much smaller scale."""
    x, y = draw_quantisation(rng, data_class), draw_quantisation(rng, data_class)
    if data_class == "saturation":
        y = Quantisation(y.scale / 16, y.zero_point)
    return _elementwise("QUANTIZE", x, y)


def dequantize(rng: np.random.RandomState, data_class: str) -> Written:
    """DEQUANTIZE: int8 to float32."""
    x = draw_quantisation(rng, data_class)
    content = write_op("DEQUANTIZE", [x.operand("x", SHAPE)], [Operand("y", SHAPE, "float32")])
    return content, (_all_codes(),)


TABLE = ("all_codes", "ties", "saturation", "zero_point_ends")
CLASSES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("LOGISTIC", "TANH", *RECTIFIERS), TABLE),
    "SOFTMAX": ("random", "all_pairs", "ties", "saturation", "zero_point_ends"),
    "QUANTIZE": ("random", "ties", "saturation", "zero_point_ends"),
    "QUANTIZE/from int8": TABLE,
    "DEQUANTIZE": ("all_codes", "zero_point_ends"),
}
BUILDERS: dict[str, Callable[[np.random.RandomState, str], Written]] = {
    **{op: partial(curve, op) for op in ("LOGISTIC", "TANH")},
    **{op: partial(rectifier, op) for op in RECTIFIERS},
    "SOFTMAX": softmax,
    "QUANTIZE": quantize,
    "QUANTIZE/from int8": requantize,
    "DEQUANTIZE": dequantize,
}

"""Draws an op's numbers on a given geometry: weights, bias, scales and zero points that force what
a class of data asks for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from golden.conformance.mac_geometry import between
from golden.conformance.operands import half_way_bound
from golden.tflite.options import ACTIVATIONS as ACTIVATION_NAMES
from golden.tflite.single_op import SingleOp
from pymodel.geometry import ConvGeometry

ACTIVATIONS = ("NONE", "NONE", "NONE", "RELU", "RELU6", "RELU_N1_TO_1")
STEP = 2.0**-6
"""The input's scale where scales are powers of two."""


@dataclass(frozen=True)
class Numbers:
    """What the numbers of an op force.

    Attributes:
        ties: scales are powers of two and accumulators small, so that many results lie half way
            between two codes.
        near_2_30: biases put the accumulators near +-2^30.
        gain: outputs spread over this many times their range; past 1 they saturate.
        multiplier: the real multiplier is near this value; 0 leaves it to `gain`.
        activation_ties: the bound of a fused activation lies half way between two codes.
        ends: all zero points of input and output are -128 or 127.
        w_zero_point: the weights' zero point is not 0 (LiteRT: FULLY_CONNECTED alone).
    """

    ties: bool = False
    near_2_30: bool = False
    gain: float = 0.5
    multiplier: float = 0.0
    activation_ties: bool = False
    ends: bool = False
    w_zero_point: bool = False


def draw_numbers(
    rng: np.random.RandomState, op: str, geometry: ConvGeometry, numbers: Numbers
) -> tuple[SingleOp, NDArray[np.int8]]:
    """An op on `geometry` and its input, int8 in the op's input shape.

    A quarter have one weight scale for all channels, and a quarter of the fully connected ones no
    bias; LiteRT wants one for convolutions.
    """
    channels, reach = geometry.out_channels, 10 if numbers.ties else 128
    largest = 3 if numbers.ties else int(rng.choice([15, 127]))
    weights = _integers(rng, -largest, largest, geometry.weights_shape).astype(np.int8)
    typical = 0.5 * reach * largest * np.sqrt(geometry.taps * geometry.group_in_channels)
    bias = _integers(rng, -int(typical) - 1, int(typical) + 1, (channels,))
    if numbers.near_2_30:
        bias, weights = _near_2_30(rng, bias, weights)
        typical = 2.0**30
    per_channel = between(rng, 0, 3) > 0
    without_bias = op == "FULLY_CONNECTED" and not numbers.near_2_30 and between(rng, 0, 3) == 0
    w_zero_point = 0
    if numbers.w_zero_point:
        per_channel, w_zero_point = False, int(rng.choice([-128, -3, 5, 100, 127]))
    x_scale, w_scale, y_scale = _scales(rng, numbers, typical, channels if per_channel else 1)
    x_zero_point, y_zero_point = (_zero_point(rng, numbers.ends) for _ in "xy")
    activation = str(rng.choice(ACTIVATIONS))
    if numbers.activation_ties:
        code, y_scale = half_way_bound(rng, y_scale)
        activation = ACTIVATION_NAMES[code]
    single = SingleOp(
        op=op,
        geometry=geometry,
        weights=weights,
        bias=None if without_bias else bias.astype(np.int32),
        x_scale=x_scale,
        x_zero_point=x_zero_point,
        w_scale=w_scale,
        y_scale=y_scale,
        y_zero_point=y_zero_point,
        w_zero_point=w_zero_point,
        fused_activation=activation,
    )
    low, high = max(x_zero_point - reach, -128), min(x_zero_point + reach, 127)
    return single, _integers(rng, low, high, single.input_shape).astype(np.int8)


def _near_2_30(
    rng: np.random.RandomState, bias: NDArray[np.int64], weights: NDArray[np.int8]
) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Biases near +-2^30, on multiples of 2^23 in half of the channels, whose weights are 0: their
    results are ties of the multipliers that `gain` leads to."""
    sign = rng.choice([-1, 1], bias.size)
    still = rng.randint(0, 2, bias.size, dtype=np.int64) == 1
    offset = np.where(still, _integers(rng, -8, 8, bias.shape) * 2**23, bias)
    return sign * 2**30 + offset, np.where(still[:, None, None, None], np.int8(0), weights)


def _scales(
    rng: np.random.RandomState, numbers: Numbers, typical: float, channels: int
) -> tuple[float, NDArray[np.float32], float]:
    """(input scale, weight scales, output scale) that give the outputs their spread."""
    if numbers.ties:
        x_scale, w_scale = STEP, np.ldexp(1.0, _integers(rng, -8, -6, (channels,)))
    else:
        x_scale, w_scale = rng.uniform(0.005, 0.05), rng.uniform(0.002, 0.02, channels)
    product = x_scale * float(w_scale.max())
    if numbers.multiplier:
        y_scale = product / (numbers.multiplier * rng.uniform(0.5, 1.9))
    else:
        y_scale = rng.uniform(0.5, 2) * typical * product / (128 * numbers.gain)
    if numbers.ties:
        y_scale = float(np.ldexp(1.0, int(np.frexp(y_scale)[1])))
    return float(np.float32(x_scale)), w_scale.astype(np.float32), float(np.float32(y_scale))


def _zero_point(rng: np.random.RandomState, ends: bool) -> int:
    """Never 0, so that padding with the number 0 would show."""
    if ends:
        return int(rng.choice([-128, 127]))
    return int(rng.choice([-1, 1])) * between(rng, 1, 126)


def _integers(
    rng: np.random.RandomState, least: int, largest: int, shape: tuple[int, ...]
) -> NDArray[np.int64]:
    drawn: NDArray[np.int64] = rng.randint(least, largest + 1, shape, dtype=np.int64)
    return drawn

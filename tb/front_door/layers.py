"""Small layers for the front door: random ones, and one that is worked out by hand."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pymodel.affine.requantise import quantise_multiplier
from pymodel.convolution import Convolution, accumulate
from pymodel.geometry import ConvGeometry
from pymodel.requantise import Requantise

Layer = tuple[Convolution, NDArray[np.signedinteger]]
"""A layer and its input, int8 NHWC."""

SPREAD = 80.0
"""Largest output before the zero point, about: most codes occur, and few are clamped."""


def random_layer(
    rng: np.random.Generator,
    geometry: ConvGeometry,
    rule: str = "double_away",
    w_zero_point: int = 0,
) -> Layer:
    """A layer of this geometry with every number drawn from `rng`, and its input.

    Every second channel's multiplier is a power of two, so that rounding ties occur; the others'
    is any. Zero points are not 0.
    """
    channels = geometry.out_channels
    weights = rng.integers(-127, 128, geometry.weights_shape, dtype=np.int8)
    bias = rng.integers(-3000, 3001, channels, dtype=np.int32)
    x = rng.integers(-128, 128, geometry.input_shape, dtype=np.int8)
    x_zero_point = int(rng.choice([-128, -7, 5, 127]))
    unscaled = Convolution(
        "sized",
        geometry,
        weights,
        bias,
        x_zero_point,
        w_zero_point,
        _requantise(np.ones(channels), rule, 0),
    )
    largest = np.abs(accumulate(unscaled, x).astype(np.float64)).max(axis=(0, 1, 2)) + 1.0
    scale = SPREAD / largest * rng.uniform(0.5, 1.5, channels)
    scale[::2] = 2.0 ** np.round(np.log2(scale[::2]))
    requantise = _requantise(scale, rule, int(rng.choice([-20, -3, 4, 30])))
    conv = Convolution("random", geometry, weights, bias, x_zero_point, w_zero_point, requantise)
    return conv, x


def _requantise(scale: NDArray[np.float64], rule: str, zero_point: int) -> Requantise:
    multiplier, shift = zip(*(quantise_multiplier(float(real)) for real in scale), strict=True)
    return Requantise(
        rule,
        np.array(multiplier, dtype=np.int32),
        np.array(shift, dtype=np.int32),
        scale.astype(np.float64),
        zero_point,
    )


def scaled_by(
    scale: float,
    geometry: ConvGeometry,
    weights: NDArray[np.signedinteger],
    bias: NDArray[np.int32],
) -> Convolution:
    """A layer for numbers worked out by hand: all zero points 0, one scale, double_away."""
    requantise = _requantise(np.full(geometry.out_channels, scale), "double_away", 0)
    return Convolution("by_hand", geometry, weights, bias, 0, 0, requantise)


QUARTER_INPUT = (-10, -11, 10)
QUARTER_OUTPUTS = {
    "double_away": (-3, -3, 3),
    "double_up": (-2, -2, 3),
    "single": (-2, -3, 3),
}
"""A quarter of QUARTER_INPUT by each rule, worked out by hand.

The two-step rules halve (ties up) to -5, -5, 5 and halve again: -2.5 and 2.5 are ties, which go
away from zero or up. One step has -2.5, -2.75, 2.5: the ties go up.
"""


def quarter_layer(rule: str) -> Layer:
    """One channel, one tap, weight 1: the input's three codes are the accumulators, times 1/4."""
    conv = scaled_by(
        0.25,
        ConvGeometry(1, 1, 3, 1, 1, 1, 1),
        weights=np.ones((1, 1, 1, 1), dtype=np.int8),
        bias=np.zeros(1, dtype=np.int32),
    )
    conv = replace(conv, requantise=replace(conv.requantise, rule=rule))
    return conv, np.array(QUARTER_INPUT, dtype=np.int8).reshape(1, 1, 3, 1)

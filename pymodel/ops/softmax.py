"""SOFTMAX: exp(beta * x) along the last axis, divided by its sum.

| rule        | kernels                            | arithmetic                                |
|-------------|------------------------------------|-------------------------------------------|
| fixed_point | TFLite's reference                 | gemmlowp's exponential and reciprocal     |
| float_table | TFLite's optimised, with XNNPACK   | float32: a table of exp, ties away from 0 |
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.affine.requantise import MOST_SHIFT
from pymodel.errors import InputError
from pymodel.fixed_point import (
    INT32_MAX,
    Int64Array,
    round_half_away,
    rounding_shift_right,
    srdhm,
    wrap,
)
from pymodel.fixed_point_functions import exp_on_negative_values, one_over_one_plus_x
from pymodel.network import Layer, Network
from pymodel.ops.attributes import real
from pymodel.ops.quantised import (
    INT8_MIN,
    Scale,
    int8_input,
    int8_output,
    multiplier,
    require_rule,
    saturate,
)

RULES: tuple[str, ...] = ("fixed_point", "float_table")
OUTPUT = Scale(np.float32(1 / 256), INT8_MIN)
DIFFERENCE_BITS, SUM_BITS = 5, 12
"""Integer bits of the scaled differences and of the sum of exponentials."""
MOST_SUM_BITS = 9
"""Those that the sum may use: TFLite's final shift ends there."""
CODE_BITS = 8


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """The softmax of each row of the last axis, as int8 codes of scale 1/256, zero point -128.

    Raises:
        InputError: an input or output that is not int8 of one shape, at least 1-D and not empty,
            with one scale, another output scale or zero point, an attribute beta that is missing
            or too small, a row whose sum overflows, or an unknown rule.
    """
    require_rule(layer, rule, RULES)
    x, x_scale = int8_input(network, layer, inputs)
    y = int8_output(network, layer, x.shape)
    if not (x.ndim and x.size):
        raise InputError(f"layer {layer.name}: {layer.op} needs rows, found shape {x.shape}")
    if y != OUTPUT:
        raise InputError(
            f"layer {layer.name}: the output of {layer.op} must have scale 1/256 and zero point "
            f"{INT8_MIN}, found {y.scale} and {y.zero_point}"
        )
    beta = real(layer, "beta")
    below = x - x.max(axis=-1, keepdims=True)
    if rule == "float_table":
        return (saturate(_float_table(below, x_scale.scale, beta), y),)
    return (saturate(_fixed_point(layer, below, x_scale.scale, beta), y),)


def _fixed_point(layer: Layer, below: Int64Array, scale: np.float32, beta: float) -> Int64Array:
    """256 * softmax of rows given as differences from their maximum, 0 or less.

    Source: TFLite `Softmax` (reference/softmax.h), `PreprocessSoftmaxScaling`,
    `CalculateInputRadius` (quantization_util.cc) and `GetReciprocal` (internal/common.h).
    """
    fraction_bits = 31 - DIFFERENCE_BITS
    steps = min(beta * float(scale) * 2**fraction_bits, INT32_MAX)
    if steps <= 1:
        raise InputError(
            f"layer {layer.name}: beta * scale of {layer.op} must be above 2^-{fraction_bits}, "
            f"found {beta} * {scale}"
        )
    q, shift = multiplier(layer, steps) if steps < 2**MOST_SHIFT else (0, 31)  # maxima alone count
    least = -((((1 << DIFFERENCE_BITS) - 1) << fraction_bits) >> shift)
    counted = below >= least
    scaled = srdhm(wrap(np.where(counted, below, 0) << shift, 32), q)
    power = np.where(counted, exp_on_negative_values(scaled), 0)
    total = rounding_shift_right(power, SUM_BITS).sum(axis=-1, keepdims=True)
    integer_bits = np.frexp(total.astype(np.float64))[1].astype(np.int64) - (31 - SUM_BITS)
    if np.any(integer_bits > MOST_SUM_BITS):
        raise InputError(
            f"layer {layer.name}: the exponentials of a row of {layer.op} must add up to less "
            f"than {1 << MOST_SUM_BITS}, a maximum counting as 1"
        )
    headroom = SUM_BITS + 1 - integer_bits
    share = one_over_one_plus_x((total << headroom) - (1 << 31))
    return rounding_shift_right(srdhm(share, power), integer_bits - 1 + 31 - CODE_BITS)


def _float_table(below: Int64Array, scale: np.float32, beta: float) -> Int64Array:
    """The same in float32, the sum taken from left to right.

    Source: TFLite `PopulateSoftmaxLookupTable` and `Softmax` (optimized/optimized_ops.h).
    """
    arguments = -scale * np.float32(beta) * np.arange(256, dtype=np.float32)
    table = np.exp(arguments.astype(np.float64)).astype(np.float32)
    power = table[-below]
    total = np.add.accumulate(power, axis=-1, dtype=np.float32)[..., -1:]
    inverse = np.float32(1) / (total * OUTPUT.scale)
    return round_half_away(power * inverse).astype(np.int64)

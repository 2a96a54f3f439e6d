"""The sum or difference of two int8 tensors on a common scale, by the kernels' arithmetic.

| rule         | kernels                      | arithmetic                                        |
|--------------|------------------------------|---------------------------------------------------|
| double_away  | TFLite's reference, CMSIS-NN | inputs rescaled to 2^-20 of twice the larger      |
|              |                              | scale, their sum to the output's; ties away       |
| common_shift | XNNPACK                      | 21-bit multipliers and one shift; a tie goes up   |

XNNPACK leaves scales that are too far apart to TFLite's kernels, and so does common_shift.

TFLite's optimised SUB follows double_away. Its optimised ADD has no rule here: it follows
double_away, but for single outputs in millions, while the sum lies within int16 in steps of the
output's scale. On x86 its vectors keep 16 bits of sum and zero point, so that beyond it they wrap.
"""

import numpy as np
from numpy.typing import NDArray

from pymodel.affine.requantise import scale_accumulator
from pymodel.errors import InputError
from pymodel.fixed_point import Int64Array, rounding_shift_right
from pymodel.network import Layer
from pymodel.ops.binary import Binary
from pymodel.ops.quantised import multiplier, require_rule, saturate

RULES: tuple[str, ...] = ("double_away", "common_shift")
LEFT_SHIFT = 20
"""Bits by which a code is widened before it is rescaled to the common scale."""
MULTIPLIER_BITS = 21
LEAST_RATIO, RATIO_LIMIT = 2.0**-10, 2.0**8
"""Of an input's scale to the output's, where XNNPACK takes the op."""


def weighted_sum(layer: Layer, found: Binary, sign: int, rule: str) -> NDArray[np.int8]:
    """a + sign * b as codes of the output, of the broadcast shape.

    Raises:
        InputError: an unknown rule, or an output scale too small for double_away.
    """
    require_rule(layer, rule, RULES)
    ratios = [scale.scale / found.y.scale for scale in (found.a_scale, found.b_scale)]
    if rule == "common_shift" and all(LEAST_RATIO <= ratio < RATIO_LIMIT for ratio in ratios):
        return saturate(_common_shift(found, ratios, sign), found.y, found.clamp_even)
    return saturate(_double_away(layer, found, sign), found.y, found.clamp)


def _double_away(layer: Layer, found: Binary, sign: int) -> Int64Array:
    """a + sign * b in steps of the output's scale.

    Source: TFLite `Prepare` (kernels/add.cc) and `AddFunc` (reference/integer_ops/add.h)."""
    twice = 2.0 * float(max(found.a_scale.scale, found.b_scale.scale))
    real = twice / float(np.float32(1 << LEFT_SHIFT) * found.y.scale)
    if real >= 1:
        raise InputError(
            f"layer {layer.name}: the output's scale {found.y.scale} of {layer.op} must be above "
            f"2^-{LEFT_SHIFT} of twice the inputs' larger scale, {twice}"
        )
    a, b = (
        scale_accumulator(codes << LEFT_SHIFT, *multiplier(layer, scale / twice), "double_away")
        for codes, scale in (
            (found.a, float(found.a_scale.scale)),
            (found.b, float(found.b_scale.scale)),
        )
    )
    return scale_accumulator(a + sign * b, *multiplier(layer, real), "double_away")


def _common_shift(found: Binary, ratios: list[np.float32], sign: int) -> Int64Array:
    """Source: XNNPACK `xnn_init_qs8_add_minmax_*_params` (microparams-init.c).

    `ratios` are the inputs' scales by the output's.
    """
    shift = MULTIPLIER_BITS - int(np.frexp(max(ratios))[1])
    a, b = (int(np.rint(np.ldexp(ratio, shift))) for ratio in ratios)
    return rounding_shift_right(found.a * a + sign * found.b * b, shift, ties="up")

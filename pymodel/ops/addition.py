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

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.fixed_point import Int64Array, rounding_shift_right
from pymodel.network import Layer, Network
from pymodel.ops.binary import Binary, BinaryScales, binary, binary_scales
from pymodel.ops.quantised import Scale, multiplier, require_rule, saturate
from pymodel.post_processing import LEFT_SHIFT, Elementwise, Scaling, combine

RULES: tuple[str, ...] = ("double_away", "common_shift")
MULTIPLIER_BITS = 21
LEAST_RATIO, RATIO_LIMIT = 2.0**-10, 2.0**8
"""Of an input's scale to the output's, where XNNPACK takes the op."""
AdditionOp = Literal["add", "subtract"]


def weighted_sum(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], op: AdditionOp, rule: str
) -> NDArray[np.int8]:
    """a + b or a - b as codes of the output, of the broadcast shape.

    Raises:
        InputError: operands that are not int8 with one scale each, shapes that do not broadcast or
            are not the output's, an unknown activation or rule, or an output scale too small for
            double_away.
    """
    require_rule(layer, rule, RULES)
    found = binary(network, layer, inputs)
    scales = found.scales
    ratios = [scale.scale / scales.y.scale for scale in (scales.a, scales.b)]
    if rule == "common_shift" and all(LEAST_RATIO <= ratio < RATIO_LIMIT for ratio in ratios):
        return saturate(_common_shift(found, ratios, op), scales.y, scales.clamp_even)
    return combine(found.a, found.b, _double_away(layer, scales, op))


def addition(network: Network, layer: Layer, op: AdditionOp) -> Elementwise:
    """The op's numbers under double_away. InputError as `weighted_sum` raises."""
    return _double_away(layer, binary_scales(network, layer), op)


def _double_away(layer: Layer, scales: BinaryScales, op: AdditionOp) -> Elementwise:
    """Source: TFLite `Prepare` (kernels/add.cc) and `AddFunc` (reference/integer_ops/add.h)."""
    twice = 2.0 * float(max(scales.a.scale, scales.b.scale))
    real = twice / float(np.float32(1 << LEFT_SHIFT) * scales.y.scale)
    if real >= 1:
        raise InputError(
            f"layer {layer.name}: the output's scale {scales.y.scale} of {layer.op} must be above "
            f"2^-{LEFT_SHIFT} of twice the inputs' larger scale, {twice}"
        )

    def scaling(of: Scale, factor: float) -> Scaling:
        q, shift = multiplier(layer, factor)
        return Scaling(zero_point=of.zero_point, multiplier=q, shift=shift)

    return Elementwise(
        op=op,
        a=scaling(scales.a, float(scales.a.scale) / twice),
        b=scaling(scales.b, float(scales.b.scale) / twice),
        y=scaling(scales.y, real),
        clamp_min=scales.clamp[0],
        clamp_max=scales.clamp[1],
    )


def _common_shift(found: Binary, ratios: list[np.float32], op: AdditionOp) -> Int64Array:
    """The result in steps of the output's scale; `ratios` are the inputs' scales by the output's.

    Source: XNNPACK `xnn_init_qs8_add_minmax_*_params` (microparams-init.c).
    """
    shift = MULTIPLIER_BITS - int(np.frexp(max(ratios))[1])
    left, right = (
        offsets * int(np.rint(np.ldexp(ratio, shift)))
        for offsets, ratio in zip(found.offsets, ratios, strict=True)
    )
    exact = left + right if op == "add" else left - right
    return rounding_shift_right(exact, shift, ties="up")

"""Draws a case's numbers from its seed, by a stream that no NumPy release may change."""

import numpy as np
from numpy.typing import NDArray

from golden.cases.manifest import CaseSpec, Range
from golden.tflite.single_op import SingleOp

SCALE_STEPS = 1 << 16
"""Scales are drawn on a grid, so that they come from integers and one exact formula."""


def draw(spec: CaseSpec) -> tuple[SingleOp, NDArray[np.int8]]:
    """The op of a case and its input, NHWC.

    `RandomState` keeps its stream for ever (NEP 19), and only its integers are used: no byte
    depends on a platform's mathematics. The order of the draws is part of the format.

    Raises:
        InputError: the spec describes no possible op.
    """
    rng = np.random.RandomState(spec.seed)
    g = spec.geometry
    x = _integers(rng, spec.input, g.input_shape).astype(np.int8)
    weights = _integers(rng, spec.weights, g.weights_shape).astype(np.int8)
    bias = None
    if spec.bias is not None:
        bias = _integers(rng, spec.bias, (g.out_channels,)).astype(np.int32)
    low, high = spec.w_scale
    steps = _integers(rng, (0, SCALE_STEPS), (g.out_channels if spec.per_channel else 1,))
    w_scale = (low + (high - low) * (steps / SCALE_STEPS)).astype(np.float32)
    op = SingleOp(
        op=spec.op,
        geometry=g,
        weights=weights,
        bias=bias,
        x_scale=float(np.float32(spec.x_scale)),
        x_zero_point=spec.x_zero_point,
        w_scale=w_scale,
        y_scale=float(np.float32(spec.y_scale)),
        y_zero_point=spec.y_zero_point,
        w_zero_point=spec.w_zero_point,
        fused_activation=spec.fused_activation,
    )
    return op, x


def _integers(
    rng: np.random.RandomState, bounds: Range, shape: tuple[int, ...]
) -> NDArray[np.int64]:
    least, largest = bounds
    drawn: NDArray[np.int64] = rng.randint(least, largest + 1, shape, dtype=np.int64)
    return drawn

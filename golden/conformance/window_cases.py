"""Cases of the ops that reduce windows or axes: AVERAGE_POOL_2D, MAX_POOL_2D and MEAN."""

from functools import partial

import numpy as np
import tflite

from golden.conformance.mac_geometry import between
from golden.conformance.operands import (
    Quantisation,
    Written,
    draw_activation,
    draw_codes,
    draw_quantisation,
    draw_shape,
    half_way_bound,
    integers,
)
from golden.tflite.op_writer import write_op
from pymodel.geometry import same_padding

POOLS = ("AVERAGE_POOL_2D", "MAX_POOL_2D")
POOL_CLASSES = (
    "random",
    "saturation",
    "activation_ties",
    "zero_point_ends",
    "large_kernel",
    "line",
)
MEAN_CLASSES = ("random", "ties", "saturation", "zero_point_ends", "axes")


def pool(op: str, rng: np.random.RandomState, data_class: str) -> Written:
    """Windows of 1 to 7, strides of 1 to 3, SAME and VALID; with `saturation` an activation."""
    found, activation = draw_quantisation(rng, data_class), draw_activation(rng)
    if data_class == "saturation":
        activation = tflite.ActivationFunctionType.RELU_N1_TO_1
    if data_class == "activation_ties":
        activation, scale = half_way_bound(rng, found.scale)
        found = Quantisation(scale, found.zero_point)
    image, out, options = _windows(rng, data_class)
    batch, channels = between(rng, 1, 3), between(rng, 1, 20)
    shape = [batch, *image, channels]
    options["fused_activation_function"] = activation
    y = found.operand("y", [batch, *out, channels])
    content = write_op(op, [found.operand("x", shape)], [y], options)
    return content, (draw_codes(rng, shape),)


def _windows(
    rng: np.random.RandomState, data_class: str
) -> tuple[list[int], list[int], dict[str, int]]:
    """(height and width of the image, of the output, the options of the windows)."""
    same = data_class == "large_kernel" or bool(between(rng, 0, 1))
    options = {"padding": tflite.Padding.SAME if same else tflite.Padding.VALID}
    image, out, line = [], [], between(rng, 0, 1)
    for place, axis in enumerate(("h", "w")):
        size, extent, stride = between(rng, 1, 16), between(rng, 1, 7), between(rng, 1, 3)
        if data_class == "large_kernel":
            size, extent = between(rng, 1, 4), between(rng, 5, 7)
        if data_class == "line" and place == line:
            size, extent = 1, 1
        if not same:
            size = max(size, extent)
        pads = sum(same_padding(size, extent, stride, 1)) if same else 0
        image.append(size)
        out.append((size + pads - extent) // stride + 1)
        options |= {f"stride_{axis}": stride, f"filter_{FIELD[axis]}": extent}
    return image, out, options


FIELD = {"h": "height", "w": "width"}


def mean(rng: np.random.RandomState, data_class: str) -> Written:
    """Over the height and width of NHWC, or with `axes` over any; the output with another scale."""
    shape, axes = [*draw_shape(rng, 3, 12), between(rng, 1, 20)], [1, 2]
    if data_class == "axes":
        shape = list(draw_shape(rng, between(rng, 1, 4), 10))
        axes = [int(a) for a in rng.permutation(len(shape))[: between(rng, 1, len(shape))]]
        axes = [axis - len(shape) if between(rng, 0, 2) == 0 else axis for axis in axes]
    keep = bool(between(rng, 0, 1))
    codes = draw_codes(rng, shape)
    x, y = draw_quantisation(rng, data_class), draw_quantisation(rng, data_class)
    if data_class == "saturation":
        y = Quantisation(y.scale / 16, y.zero_point)
    elif between(rng, 0, 3) == 0:
        y = x
    reduced = codes.mean(axis=tuple(axes), keepdims=keep).shape
    content = write_op(
        "MEAN",
        [x.operand("x", shape), integers("axes", axes)],
        [y.operand("y", reduced)],
        {"keep_dims": keep},
    )
    return content, (codes,)


CLASSES = {**dict.fromkeys(POOLS, POOL_CLASSES), "MEAN": MEAN_CLASSES}
BUILDERS = {op: partial(pool, op) for op in POOLS} | {"MEAN": mean}

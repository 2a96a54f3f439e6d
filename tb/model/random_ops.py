"""Generated single ops: any geometry, numbers that force requantise corners, all from a seed."""

import numpy as np
from numpy.typing import NDArray

from golden.tflite.single_op import SingleOp
from pymodel.geometry import ConvGeometry, same_padding

KINDS = ("conv", "grouped", "depthwise", "fully_connected")
NUMBERS = ("ties", "any_scale", "near_2_30")
"""What the numbers of an op force: rounding ties, by scales that are powers of two; nothing, with
any scales; accumulators near +-2^30, by the biases."""


def random_op(seed: int) -> tuple[SingleOp, NDArray[np.int8]]:
    """An op and its input; kind and numbers follow from the seed in turn."""
    rng = np.random.RandomState(seed)
    kind = KINDS[seed % len(KINDS)]
    numbers = NUMBERS[seed // len(KINDS) % len(NUMBERS)]
    geometry = _line(rng) if kind == "fully_connected" else _image(rng, kind)
    largest = 3 if numbers == "ties" else int(rng.choice([15, 127]))
    reach = 10 if numbers == "ties" else 128
    weights = rng.randint(-largest, largest + 1, geometry.weights_shape).astype(np.int8)
    products = geometry.taps * geometry.group_in_channels
    typical = 0.5 * reach * largest * np.sqrt(products)
    bias = rng.randint(-int(typical), int(typical) + 1, geometry.out_channels)
    if numbers == "near_2_30":
        offset = rng.randint(-(2**20), 2**20, geometry.out_channels)
        bias = rng.choice([-1, 1], geometry.out_channels) * 2**30 + offset
        typical = 2.0**30
    without_bias = kind == "fully_connected" and numbers != "near_2_30" and rng.randint(4) == 0
    channels = geometry.out_channels if rng.randint(4) else 1
    w_scale = rng.uniform(0.002, 0.02, channels)
    y_scale = rng.uniform(0.5, 2) * typical * 0.01 * 0.02 / 60
    x_scale = 0.02
    if numbers != "any_scale":
        x_scale, y_scale = 2.0**-6, 2.0 ** round(np.log2(y_scale))
        w_scale = np.ldexp(1.0, rng.randint(-8, -5, channels))
    x_zero_point = _zero_point(rng)
    low, high = _input_range(rng, x_zero_point, reach)
    op = SingleOp(
        op={"depthwise": "DEPTHWISE_CONV_2D", "fully_connected": "FULLY_CONNECTED"}.get(
            kind, "CONV_2D"
        ),
        geometry=geometry,
        weights=weights,
        bias=None if without_bias else bias.astype(np.int32),
        x_scale=float(np.float32(x_scale)),
        x_zero_point=x_zero_point,
        w_scale=w_scale.astype(np.float32),
        y_scale=float(np.float32(y_scale)),
        y_zero_point=_zero_point(rng),
        fused_activation=str(rng.choice(["NONE", "NONE", "RELU", "RELU6", "RELU_N1_TO_1"])),
    )
    return op, rng.randint(low, high + 1, op.input_shape).astype(np.int8)


def _input_range(rng: np.random.RandomState, zero_point: int, reach: int) -> tuple[int, int]:
    """Codes within `reach` of the zero point; now and then, one end of int8 alone."""
    end = rng.randint(8)
    if end < 2 and reach == 128:
        return [(-128, -120), (120, 127)][end]
    return max(zero_point - reach, -128), min(zero_point + reach, 127)


def _zero_point(rng: np.random.RandomState) -> int:
    return int(rng.choice([-128, 127, rng.randint(-127, 127)]))


def _line(rng: np.random.RandomState) -> ConvGeometry:
    batch, in_channels, out_channels = (int(rng.randint(1, most)) for most in (6, 80, 40))
    return ConvGeometry(1, 1, batch, in_channels, out_channels, 1, 1)


def _image(rng: np.random.RandomState, kind: str) -> ConvGeometry:
    in_channels, out_channels, groups = int(rng.randint(1, 20)), int(rng.randint(1, 20)), 1
    if kind == "grouped":
        groups = int(rng.randint(2, 5))
        in_channels, out_channels = groups * int(rng.randint(1, 6)), groups * int(rng.randint(1, 6))
    if kind == "depthwise":
        groups, out_channels = in_channels, in_channels * int(rng.randint(1, 4))
    size, kernel, stride, dilation, pads = [], [], [], [], []
    for _ in ("h", "w"):
        size.append(int(rng.randint(1, 12)))
        kernel.append(int(rng.randint(1, 6)))
        stride.append(int(rng.randint(1, 4)))
        dilation.append(int(rng.randint(1, 4)))
        pads.append(_padding(rng, size[-1], kernel[-1], stride[-1], dilation[-1]))
    return ConvGeometry(
        batch=int(rng.randint(1, 3)),
        in_h=size[0],
        in_w=size[1],
        in_channels=in_channels,
        out_channels=out_channels,
        kernel_h=kernel[0],
        kernel_w=kernel[1],
        stride_h=stride[0],
        stride_w=stride[1],
        dilation_h=dilation[0],
        dilation_w=dilation[1],
        pad_top=pads[0][0],
        pad_bottom=pads[0][1],
        pad_left=pads[1][0],
        pad_right=pads[1][1],
        groups=groups,
    )


def _padding(
    rng: np.random.RandomState, size: int, kernel: int, stride: int, dilation: int
) -> tuple[int, int]:
    """SAME, explicit, or none; never less than the kernel needs."""
    kind = rng.randint(3)
    if kind == 0:
        return same_padding(size, kernel, stride, dilation)
    before, after = (int(rng.randint(4)) for _ in range(2)) if kind == 1 else (0, 0)
    missing = (kernel - 1) * dilation + 1 - (size + before + after)
    return before + max(missing, 0), after

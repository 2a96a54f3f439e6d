"""Random convolutions for the tests: geometries drawn by hypothesis, numbers by a seed."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pymodel.convolution import Convolution
from pymodel.geometry import ConvGeometry
from pymodel.requantise import Requantise

seeds = st.integers(0, 2**32 - 1)


def bounded(examples: int) -> settings:
    """The same examples on every run, as many as stated; a failure prints how to repeat it."""
    return settings(max_examples=examples, deadline=None, derandomize=True, print_blob=True)


@st.composite
def geometries(
    draw: st.DrawFn, largest: int = 8, most_channels: int = 8, most_padding: int = 6
) -> ConvGeometry:
    """Any small geometry whose kernel fits: uneven padding, strides past the kernel, groups."""
    groups = draw(st.integers(1, 3))
    in_h, kernel_h, dilation_h, top, bottom = draw(_axis(largest, most_padding))
    in_w, kernel_w, dilation_w, left, right = draw(_axis(largest, most_padding))
    return ConvGeometry(
        batch=draw(st.integers(1, 2)),
        in_h=in_h,
        in_w=in_w,
        in_channels=groups * draw(st.integers(1, most_channels)),
        out_channels=groups * draw(st.integers(1, most_channels)),
        kernel_h=kernel_h,
        kernel_w=kernel_w,
        stride_h=draw(st.integers(1, 4)),
        stride_w=draw(st.integers(1, 4)),
        dilation_h=dilation_h,
        dilation_w=dilation_w,
        pad_top=top,
        pad_bottom=bottom,
        pad_left=left,
        pad_right=right,
        groups=groups,
    )


@st.composite
def _axis(draw: st.DrawFn, largest: int, most_padding: int) -> tuple[int, int, int, int, int]:
    """(size, kernel, dilation, pad before, pad after); padding may exceed the kernel's reach."""
    size, kernel = draw(st.integers(1, largest)), draw(st.integers(1, 4))
    dilation, before = draw(st.integers(1, 3)), draw(st.integers(0, most_padding))
    missing = max(0, (kernel - 1) * dilation + 1 - size - before)
    return size, kernel, dilation, before, missing + draw(st.integers(0, most_padding))


def random_layer(
    geometry: ConvGeometry, seed: int, rule: str = "double_away", w_zero_point: int = 0
) -> tuple[Convolution, NDArray[np.int8]]:
    """A layer and its input, int8 NHWC: codes over the whole range, many at its ends, and
    multipliers with which the outputs spread over their range."""
    rng = np.random.default_rng(seed)
    channels = geometry.out_channels
    depth = geometry.taps * geometry.group_in_channels
    real = rng.uniform(0.2, 2.0, channels) / (128 * np.sqrt(depth))
    shift = np.ceil(np.log2(real)).astype(np.int32)
    multiplier = np.round(real * 2.0 ** (31.0 - shift)).clip(max=2**31 - 1).astype(np.int32)
    conv = Convolution(
        name=f"random layer {seed}",
        geometry=geometry,
        weights=random_codes(rng, geometry.weights_shape),
        bias=rng.integers(-8000, 8000, channels, dtype=np.int32),
        x_zero_point=int(rng.choice([-128, 127, 0, int(rng.integers(-128, 128))])),
        w_zero_point=w_zero_point,
        requantise=Requantise(
            rule=rule,
            multiplier=multiplier,
            shift=shift,
            scale=real,
            zero_point=int(rng.integers(-40, 40)),
            clamp_min=int(rng.integers(-128, -100)),
            clamp_max=int(rng.integers(100, 128)),
        ),
    )
    return conv, random_codes(rng, geometry.input_shape)


def plain_layer(
    geometry: ConvGeometry, weights: NDArray[np.int8], x_zero_point: int = 0, bias: int = 0
) -> Convolution:
    """A layer whose outputs are its accumulators, as far as int8 goes: multiplier 1."""
    channels = geometry.out_channels
    return Convolution(
        name="plain layer",
        geometry=geometry,
        weights=weights,
        bias=np.full(channels, bias, dtype=np.int32),
        x_zero_point=x_zero_point,
        w_zero_point=0,
        requantise=Requantise(
            rule="double_away",
            multiplier=np.full(channels, 1 << 30, dtype=np.int32),
            shift=np.ones(channels, dtype=np.int32),
            scale=np.ones(channels, dtype=np.float64),
            zero_point=0,
        ),
    )


def random_codes(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.int8]:
    """int8 codes, an eighth of them at the ends of the range."""
    codes = rng.integers(-128, 128, shape, dtype=np.int8)
    ends = rng.choice(np.array([-128, 127], dtype=np.int8), shape)
    return np.where(rng.random(shape) < 0.125, ends, codes)

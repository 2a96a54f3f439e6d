"""The oracles of number formats: values worked by hand, and one oracle against another."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from golden.cases import exact_fixed, exact_float, exact_order, numpy_float
from golden.cases.prepare import clamp_limits
from pymodel.convolution import Convolution
from pymodel.datapath import Datapath, Order
from pymodel.formats.float_format import FLOAT16, FLOAT32, FloatFormat
from pymodel.geometry import ConvGeometry
from pymodel.presets import preset
from pymodel.requantise import Requantise

SEED = 20261123
TAPS = ConvGeometry(1, 1, 3, 1, 1, 1, 3)
CHANNELS = ConvGeometry(1, 1, 1, 4, 1, 1, 1)
ONE = 0x38
"""1.0 in E4M3; its neighbours above are an eighth apart."""


def layer(
    path: Datapath, g: ConvGeometry, weights: Sequence[int], bias: int = 0, shift: int = 0
) -> Convolution:
    """A layer with nothing behind the psum but a shift."""
    least, largest = clamp_limits(path)
    channels = (g.out_channels,)
    return Convolution(
        name="layer",
        geometry=g,
        weights=np.array(weights, dtype=np.int64).astype(path.dtype).reshape(g.weights_shape),
        bias=np.full(channels, bias, dtype=np.int64).astype(np.int32),
        x_zero_point=0,
        w_zero_point=0,
        requantise=Requantise(
            rule="convert" if path.format == "minifloat" else "floor",
            multiplier=np.zeros(channels, dtype=np.int32),
            shift=np.full(channels, shift, dtype=np.int32),
            scale=np.ldexp(np.ones(channels), shift),
            zero_point=0,
            clamp_min=least,
            clamp_max=largest,
        ),
    )


def codes(path: Datapath, g: ConvGeometry, values: Sequence[int]) -> exact_order.Codes:
    return np.array(values, dtype=np.int64).astype(path.dtype).reshape(g.input_shape)


def fixed(path: Datapath, g: ConvGeometry, x: Sequence[int], w: Sequence[int], bias: int) -> int:
    """The psum of the layer's first output."""
    conv = layer(path, g, w, bias)
    psum: int = exact_fixed.psum(conv, codes(path, g, x), path, (0, 0, 0, 0))
    return psum


def floats(path: Datapath, g: ConvGeometry, x: Sequence[int], w: Sequence[int], bias: int) -> int:
    """The bit pattern of the layer's first output."""
    found = exact_float.run(layer(path, g, w, bias), codes(path, g, x), path)
    return int(found.ravel()[0]) % (1 << path.element_bits)


def lanes4(name: str, **changes: Any) -> Datapath:
    return replace(preset(name), ic_lanes=4, oc_lanes=4, **changes)


def test_sixteen_bits() -> None:
    """3 * 2^30 passes 32 bits, and fills a lane of 32 bits to its end."""
    most = [-32768] * 3
    assert fixed(lanes4("dfp16"), TAPS, most, most, 5) == 3 * 2**30 + 5
    assert fixed(lanes4("dfp16", lane_bits=32), TAPS, most, most, 5) == 2**31 - 1 + 5
    narrow = lanes4("dfp16", lane_bits=32, lane_overflow="wrap")
    assert fixed(narrow, TAPS, most, most, 5) == 3 * 2**30 - 2**32 + 5


def test_shift_of_a_wide_psum() -> None:
    """9 * 2^27 shifted by -18 is 4608; a left shift saturates at the element's width."""
    path = lanes4("dfp16")
    x = codes(path, TAPS, [2**14, 2**14, 2**14])
    conv = layer(path, TAPS, [3 * 2**13] * 3, shift=-18)
    assert exact_fixed.run(conv, x, path).ravel().tolist() == [4608]
    conv = layer(path, TAPS, [3 * 2**13] * 3, shift=4)
    assert exact_fixed.run(conv, x, path).ravel().tolist() == [32767]


def test_power_of_two_weights() -> None:
    """Codes of 4 bits: 0b0000 is +1, 0b0111 is +128, 0b1000 is -1, 0b1011 is -8."""
    path = lanes4("pow2_w4")
    assert fixed(path, CHANNELS, [3, 5, 7, 11], [0, 7, 8, 11], 1) == 3 + 5 * 128 - 7 - 88 + 1


@pytest.mark.parametrize(("order", "expected"), [("taps_first", 16), ("tree_first", 17)])
def test_order_of_saturating_sums(order: Order, expected: int) -> None:
    """Each of two taps has the products 64 and -56, for two lanes that end at 127.

    taps_first: the lanes are 127 (not 128) and -112, the tree 15, and the bias makes 16.
    tree_first: the tree gives 8 for each tap, the accumulator 16, and the bias makes 17.
    """
    path = Datapath(
        "narrow",
        format="dynamic_fixed_point",
        element_bits=4,
        lane_bits=8,
        lane_overflow="saturate",
        order=order,
        ic_lanes=2,
    )
    g = ConvGeometry(1, 1, 2, 2, 1, 1, 2)
    assert fixed(path, g, [-8, -8, -8, -8], [-8, 7, -8, 7], 1) == expected


def test_cut_of_each_product() -> None:
    """Products 15, -15 lose 4 bits: floor gives 0 and -1."""
    assert fixed(lanes4("dfp8_trunc4"), CHANNELS, [15, -15, 16, 0], [1, 1, 1, 1], 0) == 0 - 1 + 1


def test_cancellation_is_plus_zero() -> None:
    path = lanes4("minifloat_e4m3")
    assert floats(path, TAPS, [ONE, ONE | 0x80, 0], [ONE] * 3, 0) == 0
    assert floats(path, TAPS, [0x80, 0x80, 0x80], [ONE] * 3, 0x80000000) == 0


def test_output_rounds_to_even_and_saturates() -> None:
    """1 + 1/16 is half way from 1 to 1 + 1/8; 448 + 32 rounds past the largest."""
    path = lanes4("minifloat_e4m3")
    assert floats(path, TAPS, [ONE, 0, 0], [ONE] * 3, 0x3D800000) == ONE
    assert floats(path, TAPS, [ONE + 1, 0, 0], [ONE] * 3, 0x3D800000) == ONE + 2
    assert floats(path, TAPS, [0x7E, 0x60, 0], [ONE] * 3, 0) == 0x7E
    assert floats(path, TAPS, [0xFE, 0xE0, 0], [ONE] * 3, 0) == 0xFE
    infinite = replace(path, element_float=FloatFormat(5, 2))
    assert floats(infinite, TAPS, [0x7B, 0x7B, 0], [0x3C] * 3, 0) == 0x7C


def test_flush_keeps_its_sign_except_ristretto() -> None:
    """2^-9 is E4M3's least; half of it rounds to -0, three quarters to the least.

    Ristretto's least is 1.125 * 2^-7 (code 1): 2^-6 / 2 is below it, and 1.125 * 2^-6 / 2 is it.
    """
    path = lanes4("minifloat_e4m3")
    assert floats(path, TAPS, [0x81, 0, 0], [0x30] * 3, 0) == 0x80
    assert floats(path, TAPS, [0x83, 0, 0], [0x28] * 3, 0) == 0x81
    ristretto = lanes4("ristretto_minifloat_8")
    assert floats(ristretto, TAPS, [0x88, 0, 0], [0x30] * 3, 0) == 0
    assert floats(ristretto, TAPS, [0x89, 0, 0], [0x30] * 3, 0) == 0x81


def test_ristretto_ties_go_away() -> None:
    path = lanes4("ristretto_minifloat_8")
    assert floats(path, TAPS, [ONE, 0, 0], [ONE] * 3, 0x3D800000) == ONE + 1


@pytest.mark.parametrize(("fused", "expected"), [(True, 1), (False, 0)])
def test_fused_rounds_once(fused: bool, expected: int) -> None:
    """1 + p in an accumulator of two fraction bits, where 1.125 is half way from 1 to 1.25.

    p = 2^-4 * 1.25 * 1.75 = 2^-3 * 1.09375 is past half way, and 2^-3 once it is rounded.
    """
    accumulator = FloatFormat(5, 2)
    path = lanes4("minifloat_e5m2", accumulator_float=accumulator, fused=fused)
    assert floats(path, TAPS, [0x3C, 0x2D, 0], [0x3C, 0x3F, 0], 0) == 0x3C + expected


def test_infinity_minus_infinity_is_the_nan() -> None:
    path = lanes4("minifloat_e5m2")
    assert floats(path, TAPS, [0x7C, 0xFC, 0], [0x3C] * 3, 0) == 0x7E
    assert floats(path, TAPS, [0x7C, 0, 0], [0xBC, 0, 0], 0) == 0xFC
    assert floats(path, TAPS, [0xFF, 0, 0], [0x3C] * 3, 0) == 0x7E
    assert floats(path, TAPS, [0x7C, 0, 0], [0x00] * 3, 0) == 0x7E


def test_clamp_is_in_the_order_of_values() -> None:
    """-0 is below +0; NaN is not clamped."""
    path = lanes4("minifloat_e4m3")
    assert exact_float.clamped(0x80, path, 0, 0x7E) == 0
    assert exact_float.clamped(0xB8, path, -128, 0x7E) == -128
    assert exact_float.clamped(0x40, path, -2, 0x38) == 0x38
    assert exact_float.clamped(0xBF, path, 0xB8 - 256, 0x38) == 0xB8 - 256
    assert exact_float.clamped(0x7F, path, 0, 0x38) == 0x7F


def random_layer(
    path: Datapath, g: ConvGeometry, rng: np.random.Generator, fields: tuple[int, int]
) -> tuple[Convolution, exact_order.Codes]:
    """Codes of either sign with an exponent's field of this range, and biases around 1."""
    element = path.floats[0]
    least, beyond = (field << element.mantissa_bits for field in fields)

    def drawn(shape: tuple[int, ...]) -> list[int]:
        signs = rng.integers(0, 2, shape) << (element.width - 1)
        return (rng.integers(least, beyond, shape) + signs).ravel().tolist()

    conv = layer(path, g, drawn(g.weights_shape))
    bias = rng.uniform(-4, 4, g.out_channels).astype(np.float32)
    return replace(conv, bias=bias.view(np.int32)), codes(path, g, drawn(g.input_shape))


@pytest.mark.parametrize("order", ["taps_first", "tree_first"])
@pytest.mark.parametrize("element", numpy_float.NAMES, ids=lambda key: numpy_float.NAMES[key])
def test_exact_floats_are_numpys(element: tuple[int, int, Any, int], order: Order) -> None:
    """Both oracles on layers of any codes; one knows nothing of the other."""
    rng = np.random.default_rng(SEED)
    fmt = FloatFormat(*element, overflow="saturate" if element[2] == "fn" else "ieee")
    path = Datapath(
        "floats",
        format="minifloat",
        element_float=fmt,
        accumulator_float=FLOAT32,
        order=order,
        ic_lanes=2,
    )
    around_one = fmt.offset - 4, fmt.offset + 2
    for groups, fields in product((1, 6), ((0, 2**fmt.exponent_bits), around_one)):
        g = ConvGeometry(1, 4, 4, 6, 6, 2, 3, stride_w=2, pad_left=1, groups=groups)
        conv, x = random_layer(path, g, rng, fields)
        assert numpy_float.takes(conv, x, path)
        expected = numpy_float.run(conv, x, path)
        np.testing.assert_array_equal(exact_float.run(conv, x, path), expected)
    assert len(np.unique(expected)) > 10


def test_what_numpy_cannot_do() -> None:
    """Other accumulators and formats, and fused sums of products that float32 rounds."""
    rng = np.random.default_rng(SEED)
    fused = lanes4("bfloat16")
    conv, x = random_layer(fused, CHANNELS, rng, (100, 140))
    one = codes(fused, CHANNELS, [0x3F80] * 4)
    assert numpy_float.takes(replace(conv, weights=one), one, fused)
    least = codes(fused, CHANNELS, [0x0001] * 4)
    assert not numpy_float.takes(replace(conv, weights=least), least, fused)
    for path in (
        replace(fused, accumulator_float=FLOAT16),
        replace(fused, accumulator_float=replace(FLOAT32, denormals=False)),
        replace(fused, element_float=FloatFormat(8, 7, denormals=False)),
        preset("ristretto_minifloat_8"),
        preset("dfp8"),
    ):
        assert not numpy_float.takes(conv, x, path)

"""Dynamic fixed point against exact rationals, and its stages in the array's order."""

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymodel.array.reduction import reduce
from pymodel.convolution import Convolution
from pymodel.datapath import Datapath, Order
from pymodel.errors import InputError
from pymodel.fixed_point import Rounding, shift_right
from pymodel.formats import dynamic_fixed_point as dfp
from pymodel.formats.width import Cut, Overflow, Width
from pymodel.geometry import ConvGeometry
from tb.model.layers import bounded, geometries, random_codes, random_layer, seeds

ROUNDINGS: tuple[Rounding, ...] = get_args(Rounding)


def rounded(value: Fraction, rounding: Rounding) -> int:
    """The integer that the rule gives, by its definition."""
    down = math.floor(value)
    if rounding == "floor" or value == down:
        return down
    if rounding == "toward_zero":
        return math.trunc(value)
    if value - down != Fraction(1, 2):
        return down + (value - down > Fraction(1, 2))
    if rounding == "nearest_even":
        return down + down % 2
    return down + (value > 0)


def fitted(value: int, width: Width) -> int:
    half = 1 << (width.bits - 1)
    if width.overflow == "saturate":
        return min(max(value, -half), half - 1)
    return (value + half) % (2 * half) - half


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_every_value_and_shift(rounding: Rounding) -> None:
    values = np.arange(-600, 601, dtype=np.int64)
    for shift in range(12):
        expected = [rounded(Fraction(int(v), 2**shift), rounding) for v in values]
        assert shift_right(values, shift, rounding).tolist() == expected


@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize("drop", [0, 1, 4, 7])
def test_every_pair_of_8_bit_operands(rounding: Rounding, drop: int) -> None:
    codes = np.arange(-128, 128, dtype=np.int64)
    found = dfp.multiply(codes[:, np.newaxis], codes, 0, 0, 0, Cut(drop, rounding))
    expected = {p: rounded(Fraction(p, 2**drop), rounding) for p in range(-(2**14), 2**14 + 1)}
    for a, row in zip(codes.tolist(), found.tolist(), strict=True):
        assert row == [expected[a * b] for b in codes.tolist()]


def test_a_masked_product_is_0_and_zero_points_are_refused() -> None:
    assert dfp.multiply(5, -7, 0, 0, 1, Cut(1, "floor")) == 0
    with pytest.raises(InputError, match="no zero points"):
        dfp.multiply(5, 7, 1, 0, 0, Cut())


@pytest.mark.parametrize("bits", [2, 3, 8, 16])
def test_the_fractional_length_is_the_largest_that_does_not_saturate(bits: int) -> None:
    rng = np.random.default_rng(bits)
    for _ in range(200):
        values = rng.normal(0, 2.0 ** rng.integers(-20, 20), 5).astype(np.float32)
        fl = dfp.fractional_length(values, bits)
        exact = [Fraction(float(v)) for v in values]
        steps = [rounded(v * Fraction(2) ** fl, "nearest_away") for v in exact]
        assert dfp.quantise(values, fl, bits).tolist() == steps, "something saturates"
        more = [rounded(v * Fraction(2) ** (fl + 2), "nearest_away") for v in exact]
        assert any(fitted(step, Width(bits)) != step for step in more)


@pytest.mark.parametrize(
    ("values", "bits", "fl"),
    [
        ([0.0, 0.0], 8, 7),
        ([1.0], 8, 6),  # 2^7 would saturate: one less
        ([-1.0], 8, 7),
        ([0.99], 8, 7),  # 126.72 is 127, the largest
        ([0.999], 8, 6),  # 127.87 would round to 128
        ([3.0], 8, 5),
        ([200.0], 8, -1),
    ],
)
def test_fractional_lengths_by_hand(values: list[float], bits: int, fl: int) -> None:
    assert dfp.fractional_length(values, bits) == fl


def test_quantise_saturates_and_rounds_half_away() -> None:
    values = [0.5, -0.5, 1.5, 2.49, 300.0, -300.0]
    assert dfp.quantise(values, 0, 8).tolist() == [1, -1, 2, 2, 127, -128]
    assert dfp.dequantise(dfp.quantise([0.375], 3, 8), 3).tolist() == [0.375]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_has_no_code_is_refused(value: float) -> None:
    with pytest.raises(InputError, match=r"tensor w: element \(1,\) is"):
        dfp.quantise([0.0, value], 0, 8, "w")


def test_sign_and_magnitude() -> None:
    assert dfp.sign_magnitude([0, 1, -1, 127, -127], 8).tolist() == [0, 1, 0x81, 0x7F, 0xFF]
    with pytest.raises(InputError, match=r"element \(1,\) is -128, which has no sign"):
        dfp.sign_magnitude([0, -128], 8)


class Loops:
    """One output element's psum in Python ints, in the words of DESIGN's reduction order."""

    def __init__(self, conv: Convolution, x: Any, path: Datapath) -> None:
        self.conv, self.x, self.path = conv, x, path

    def product(self, place: tuple[int, ...], channel: int, tap: tuple[int, int]) -> int:
        g, (batch, oh, ow, oc) = self.conv.geometry, place
        ih = oh * g.stride_h - g.pad_top + tap[0] * g.dilation_h
        iw = ow * g.stride_w - g.pad_left + tap[1] * g.dilation_w
        if not (0 <= ih < g.in_h and 0 <= iw < g.in_w and channel < g.group_in_channels):
            return 0
        first = oc // g.group_out_channels * g.group_in_channels
        exact = int(self.x[batch, ih, iw, first + channel]) * int(
            self.conv.weights[(oc, *tap, channel)]
        )
        cut = self.path.product_cut
        return rounded(Fraction(exact, 2**cut.bits), cut.rounding)

    def tree(self, values: list[int]) -> int:
        width = self.path.tree
        level = [fitted(value, width) for value in values]
        while len(level) > 1:
            level = [fitted(level[j] + level[j + 1], width) for j in range(0, len(level), 2)]
        return self.root(level[0])

    def root(self, value: int) -> int:
        cut = self.path.root_cut
        return rounded(Fraction(value, 2**cut.bits), cut.rounding)

    def add(self, acc: int, addend: int, width: Width) -> int:
        return fitted(acc + fitted(addend, width), width)

    def psum(self, place: tuple[int, ...]) -> int:
        g, path = self.conv.geometry, self.path
        taps = list(np.ndindex(g.kernel_h, g.kernel_w))
        lanes, psum = 1 if g.depthwise else path.ic_lanes, 0
        for start in range(0, g.group_in_channels, lanes):
            channels = range(start, start + lanes)
            if path.order == "taps_first" or g.depthwise:
                sums = [0] * lanes
                for tap in taps:
                    for lane, channel in enumerate(channels):
                        product = self.product(place, channel, tap)
                        sums[lane] = self.add(sums[lane], product, path.lane)
                addend = self.root(sums[0]) if g.depthwise else self.tree(sums)
            else:
                addend = 0
                for tap in taps:
                    root = self.tree([self.product(place, channel, tap) for channel in channels])
                    addend = self.add(addend, root, path.lane)
            psum = self.add(psum, addend, path.psum)
        return self.add(psum, int(self.conv.bias[place[3]]), path.psum)


cuts = st.tuples(st.integers(0, 6), st.sampled_from(ROUNDINGS))
widths = st.tuples(st.integers(16, 20) | st.just(32), st.sampled_from(get_args(Overflow)))


@bounded(150)
@given(
    geometry=geometries(largest=4, most_channels=4, most_padding=2),
    seed=seeds,
    order=st.sampled_from(get_args(Order)),
    ic_lanes=st.sampled_from([1, 2, 4]),
    stages=st.tuples(widths, widths, widths),
    product=cuts,
    root=cuts,
)
def test_every_stage_follows_the_loops(
    geometry: ConvGeometry,
    seed: int,
    order: Order,
    ic_lanes: int,
    stages: tuple[tuple[int, Overflow], ...],
    product: tuple[int, Rounding],
    root: tuple[int, Rounding],
) -> None:
    (lane, lane_rule), (tree, tree_rule), (psum, psum_rule) = stages
    path = Datapath(
        "drawn",
        format="dynamic_fixed_point",
        lane_bits=lane,
        lane_overflow=lane_rule,
        tree_bits=tree,
        tree_overflow=tree_rule,
        psum_bits=psum,
        psum_overflow=psum_rule,
        product_drop=product[0],
        product_rounding=product[1],
        root_drop=root[0],
        root_rounding=root[1],
        order=order,
        ic_lanes=ic_lanes,
        oc_lanes=2,
    )
    conv, _ = random_layer(geometry, seed)
    conv = replace(conv, x_zero_point=0)
    x = random_codes(np.random.default_rng(seed), geometry.input_shape)
    loops, found = Loops(conv, x, path), reduce(conv, x, path)
    for place in np.ndindex(found.shape):
        assert found[place] == loops.psum(place), place

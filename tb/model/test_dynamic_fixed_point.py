"""Dynamic fixed point against exact rationals, and its stages in the array's order."""

from dataclasses import replace
from fractions import Fraction
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from golden.cases.exact_fixed import psum, rounded
from pymodel.affine.requantise import LEAST_SHIFT, MOST_SHIFT
from pymodel.array.reduction import reduce
from pymodel.datapath import Datapath, Order
from pymodel.errors import InputError
from pymodel.fixed_point import Rounding, shift_right
from pymodel.formats import dynamic_fixed_point as dfp
from pymodel.formats.requantise_fixed import shift_accumulator
from pymodel.formats.width import Cut, Overflow
from pymodel.geometry import ConvGeometry
from tb.model.layers import bounded, geometries, random_codes, random_layer, seeds

ROUNDINGS: tuple[Rounding, ...] = get_args(Rounding)


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


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_an_accumulator_at_every_shift(rounding: Rounding) -> None:
    """Both ends, ties of either sign, and left shifts past 32 bits, which saturate."""
    least, largest = -(2**31), 2**31 - 1
    for shift in range(LEAST_SHIFT, MOST_SHIFT + 1):
        half = 1 << max(-shift, 0) >> 1
        values = [least, least + 1, *range(-3, 4), largest - 1, largest]
        values += [sign * (3 * half + step) for sign in (-1, 1) for step in (-1, 0, 1)]
        values = [value for value in values if least <= value <= largest]
        exact = [rounded(value * Fraction(2) ** shift, rounding) for value in values]
        found = shift_accumulator(np.array(values, dtype=np.int64), shift, rounding)
        assert found.tolist() == [min(max(value, least), largest) for value in exact]


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
        half = 1 << (bits - 1)
        assert any(not -half <= step < half for step in more)


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
def test_every_stage_follows_the_oracle(
    geometry: ConvGeometry,
    seed: int,
    order: Order,
    ic_lanes: int,
    stages: tuple[tuple[int, Overflow], ...],
    product: tuple[int, Rounding],
    root: tuple[int, Rounding],
) -> None:
    (lane, lane_rule), (tree, tree_rule), (total, total_rule) = stages
    path = Datapath(
        "drawn",
        format="dynamic_fixed_point",
        lane_bits=lane,
        lane_overflow=lane_rule,
        tree_bits=tree,
        tree_overflow=tree_rule,
        psum_bits=total,
        psum_overflow=total_rule,
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
    found = reduce(conv, x, path)
    for place in np.ndindex(found.shape):
        assert found[place] == psum(conv, x, path, place), place

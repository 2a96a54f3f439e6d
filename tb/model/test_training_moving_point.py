"""Fixed point whose scaling factor moves: the overflow rule by hand, and what has no code."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pymodel.errors import InputError
from pymodel.formats.dynamic_fixed_point import quantise
from pymodel.formats.float_format import E5M2
from pymodel.training.floating_point import FloatingPoint
from pymodel.training.moving_point import FixedPoint, next_fractional_length, overflows
from pymodel.training.stochastic import round_stochastic


def random() -> np.random.RandomState:
    return np.random.RandomState(1)


@pytest.mark.parametrize(
    ("values", "overflowed", "twice", "expected"),
    [
        (10_000, 2, 50, 3),  # 0.02 % overflow: the scaling factor doubles
        (10_000, 1, 50, 4),  # 0.01 % is not past the maximum, twice the values would be: stays
        (10_000, 0, 2, 4),
        (10_000, 0, 1, 5),  # twice the values would overflow at 0.01 %: halves
        (10_000, 0, 0, 5),
        (10_000, 1, 1, 5),
        (9_999, 1, 9_999, 3),  # 1 of 9,999 is past 0.01 %
        (0, 0, 0, 4),  # nothing was seen
    ],
)
def test_rule_by_hand(values: int, overflowed: int, twice: int, expected: int) -> None:
    assert next_fractional_length(4, values, overflowed, twice, 1e-4) == expected


def test_three_checks_by_hand() -> None:
    """4 bits: codes -8 to 7. First values up to 1.75 = 7 / 4: fl 2.

    9.0 overflows at fl 2 and 1: it doubles twice, to steps of 1, where 9.0 still overflows, then to
    steps of 2; there twice 9.0 would overflow and it stays. Then 0.5 alone: it halves every time
    until 1.0 has no code: 0.5 = 4 / 8, twice that is 8 / 8, one past 7.
    """
    point = FixedPoint(4).reducer(np.array([1.75, -1.0]), "x", random())
    assert point.fl == 2
    found = []
    for value in [9.0] * 4 + [0.5] * 6:
        held = point.reduce(np.array([value, 0.0]), "x", True)
        point.check()
        found.append((float(held[0]), point.fl))
    assert found == [
        (1.75, 1), (3.5, 0), (7.0, -1), (10.0, -1),
        (0.0, 0), (1.0, 1), (0.5, 2), (0.5, 3), (0.5, 3), (0.5, 3),
    ]  # fmt: skip


def test_counts_gather_until_the_check() -> None:
    """One overflow in three batches of 4 is past a quarter only of the first batch's values."""
    point = FixedPoint(4, most_overflow_rate=0.25).reducer(np.full(4, 1.0), "x", random())
    assert point.fl == 2
    for batch in ([1.0, 9.0, 9.0, 1.0], [1.0] * 4, [1.0] * 4):
        point.reduce(np.array(batch), "x", True)
    point.reduce(np.full(4, 100.0), "x", False)  # evaluation counts nothing
    point.reduce(np.zeros(100), "x", True)  # nor do zeros alone
    assert (point.values, point.overflows, point.overflows_of_twice) == (12, 2, 12)
    point.check()
    assert (point.fl, point.values, point.overflows) == (2, 0, 0)


@pytest.mark.parametrize("fl", [-3, 0, 2])
def test_overflows_are_what_saturation_changes(fl: int) -> None:
    """On a fine grid around both ends, ties included."""
    values = np.arange(-200, 200) / 16 * 2.0**-fl
    wide = quantise(values, fl, 16)
    assert overflows(values, fl, 4) == np.count_nonzero(wide != quantise(values, fl, 4)) > 0


def test_plain_fixed_point_stays() -> None:
    """8 bits, 4 of them integer: steps of 1/8 from -16 to 15.875."""
    point = FixedPoint(8, integer_bits=4).reducer(np.array([1e-3]), "x", random())
    for _ in range(3):
        held = point.reduce(np.array([0.0624, 0.0625, 100.0, -100.0]), "x", True)
        point.check()
        assert held.tolist() == [0.0, 0.125, 15.875, -16.0]


def test_stochastic_rounding_is_unbiased() -> None:
    """Means over 20,000 draws lie within five standard errors of the values; codes stay."""
    values = np.array([0.3, -0.3, 2.9, -7.01, 0.5, 1e-3])
    draws = round_stochastic(np.tile(values, (20_000, 1)), random())
    fraction = values - np.floor(values)
    error = np.sqrt(fraction * (1 - fraction) / 20_000)
    assert (np.abs(draws.mean(axis=0) - values) < 5 * error).all()
    assert set(np.unique(draws[:, 3])) == {-8.0, -7.0}
    whole = np.arange(-50.0, 50.0)
    for seed in range(20):
        assert (round_stochastic(whole, np.random.RandomState(seed)) == whole).all()


def test_stochastic_storage() -> None:
    """A change of a tenth of a step is lost by rounding to the nearest; on average not here."""
    start, change = np.full(5_000, 0.5), 0.1 / 8
    nearest = FixedPoint(4).reducer(start, "w", random())
    drawn = FixedPoint(4, rounding="stochastic").reducer(start, "w", random())
    assert (nearest.reduce(start + change, "w", True) == start).all()
    held = drawn.reduce(start + change, "w", True)
    assert set(np.unique(held)) == {0.5, 0.625}
    assert held.mean() == pytest.approx(0.5 + change, abs=3e-3)
    assert (drawn.reduce(np.full(9, 7.0), "w", True) == 0.875).all()
    again = FixedPoint(4, rounding="stochastic").reducer(start, "w", random())
    assert (again.reduce(start + change, "w", True) == held).all()


def test_floating_point_saturates() -> None:
    """E5M2: two bits of mantissa, largest 57344; its infinity is not reached."""
    fmt = FloatingPoint(E5M2)
    found = fmt.reducer(np.zeros(1), "x", random()).reduce(np.array([1.1, -1e9, 1e9]), "x", True)
    assert found.tolist() == [1.0, -57344.0, 57344.0]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: FixedPoint(0), "fixed point: bits must be 2 to 16, found 0"),
        (lambda: FixedPoint(17), "fixed point: bits must be 2 to 16, found 17"),
        (lambda: FixedPoint(8, most_overflow_rate=1.0), "rate must be from 0 to below 1"),
        (lambda: FixedPoint(8, most_overflow_rate=np.nan), "rate must be from 0 to below 1"),
    ],
)
def test_bad_formats(make: Callable[[], object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        make()


@pytest.mark.parametrize("rounding", ["nearest_away", "stochastic"])
def test_nan_is_refused(rounding: Any) -> None:
    point = FixedPoint(8, integer_bits=2, rounding=rounding).reducer(np.ones(2), "w", random())
    with pytest.raises(InputError, match=r"tensor w: element \(1,\) is nan, which"):
        point.reduce(np.array([1.0, np.nan]), "w", True)
    with pytest.raises(InputError, match="rounding must be nearest_away or stochastic"):
        FixedPoint(8, rounding=f"{rounding}?")  # type: ignore[arg-type]

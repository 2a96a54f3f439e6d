"""The requantise rules: hand-worked values, the loop reference, and the legal ranges."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymodel import reference
from pymodel.affine.requantise import INTEGER_RULES, RULES, quantise_multiplier, scale_accumulator
from pymodel.errors import InputError
from pymodel.requantise import Requantise, requantise
from tb.model.layers import bounded

INT32 = st.integers(-(2**31), 2**31 - 1)
CORNERS = np.array(
    [sign * (1 << k) + offset for k in range(31) for sign in (1, -1) for offset in (-1, 0, 1)]
    + [-(2**31), 2**31 - 1, 2**30 + 2**29],
    dtype=np.int64,
)


def parameters(default_rule: str, real: float, **changes: Any) -> Requantise:
    """One channel with the real multiplier `real`."""
    q, shift = quantise_multiplier(real)
    fields: dict[str, Any] = {
        "rule": default_rule,
        "multiplier": np.array([q], dtype=np.int32),
        "shift": np.array([shift], dtype=np.int32),
        "scale": np.array([real], dtype=np.float64),
        "zero_point": 0,
    }
    return Requantise(**fields | changes)


@pytest.mark.parametrize(
    ("real", "q", "shift"),
    [
        (0.5, 2**30, 0),
        (1.0, 2**30, 1),
        (0.75, 3 * 2**29, 0),
        (0.0, 0, 0),
        (1.0 - 2.0**-40, 2**30, 1),  # rounds to 2^31, which becomes 2^30 one octave up
        (1.0 - 2.0**-31, 2**31 - 1, 0),
        (0.5 + 2.0**-32, 2**30 + 1, 0),  # half a step: away from zero
        (2.0**-32, 2**30, -31),
        (2.0**-33, 0, 0),  # too small for any shift
        (2.0**29, 2**30, 30),
    ],
)
def test_quantise_multiplier(real: float, q: int, shift: int) -> None:
    assert quantise_multiplier(real) == (q, shift)


@pytest.mark.parametrize("real", [-0.5, float("nan"), float("inf"), 2.0**30])
def test_multipliers_that_no_shift_expresses(real: float) -> None:
    with pytest.raises(InputError, match="requantise multiplier must be"):
        quantise_multiplier(real)


@pytest.mark.parametrize(
    ("acc", "away", "up", "single"),
    [
        (2, 1, 1, 1),  # 0.5
        (-2, -1, 0, 0),  # -0.5
        (6, 2, 2, 2),  # 1.5; the first rounding is exact
        (-6, -2, -1, -1),  # -1.5
        (1, 1, 1, 0),  # 0.25 is rounded to 0.5 first, then up
        (-1, 0, 0, 0),
        (-10, -3, -2, -2),  # -2.5
        (4, 1, 1, 1),
    ],
)
def test_a_quarter(acc: int, away: int, up: int, single: int) -> None:
    q, shift = quantise_multiplier(0.25)
    for rule, expected in zip(INTEGER_RULES, (away, up, single), strict=True):
        assert scale_accumulator(acc, q, shift, rule) == expected


@pytest.mark.parametrize(
    ("acc", "q", "shift", "rule", "expected"),
    [
        (2**31 - 1, 2**30, 1, "double_away", -1),  # acc << 1 wraps to -2
        (2**31 - 1, 2**30, 1, "single", 2**31 - 1),  # in 64 bits nothing is lost
        (2**30, 2**30, 2, "single", -(2**31)),  # 2^31 wraps at the end
        (-(2**31), 2**31 - 1, 0, "double_up", -(2**31) + 1),
        (-(2**31), 2**31 - 1, -31, "double_away", -1),
        (-(2**31), 2**31 - 1, 30, "double_away", 0),  # every bit is shifted out
        (12345, 0, 0, "single", 0),
    ],
)
def test_extremes(acc: int, q: int, shift: int, rule: str, expected: int) -> None:
    assert scale_accumulator(acc, q, shift, rule) == expected
    assert reference.scale_value(acc, q, shift, rule) == expected


@pytest.mark.parametrize("rule", INTEGER_RULES)
@bounded(500)
@given(acc=INT32, q=st.integers(0, 2**31 - 1), shift=st.integers(-31, 30))
def test_integer_rules_against_the_loop_reference(rule: str, acc: int, q: int, shift: int) -> None:
    assert scale_accumulator(acc, q, shift, rule) == reference.scale_value(acc, q, shift, rule)


@pytest.mark.parametrize("rule", INTEGER_RULES)
@pytest.mark.parametrize("shift", [-31, -30, -8, -1, 0, 1, 8, 30])
@pytest.mark.parametrize("q", [2**30, 3 * 2**29, 2**31 - 1, 2**30 + 1])
def test_integer_rules_at_powers_of_two(rule: str, shift: int, q: int) -> None:
    found = scale_accumulator(CORNERS, q, shift, rule)
    expected = [reference.scale_value(int(acc), q, shift, rule) for acc in CORNERS]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("acc", "real", "even", "away"),
    [
        (1, 0.5, 0, 1),
        (3, 0.5, 2, 2),
        (5, 0.5, 2, 3),
        (-1, 0.5, 0, -1),
        (-5, 0.5, -2, -3),
        (67633153, 2.0**-20, 64, 65),  # 64.5 and a bit: float32 loses the bit and sees a tie
        (2**31 - 1, 2.0**40, 127, 127),
        (-(2**31), 2.0**40, -128, -128),
    ],
)
def test_float_rules(acc: int, real: float, even: int, away: int) -> None:
    for rule, expected in (("float_even", even), ("float_away", away)):
        params = parameters(rule, 0.5, scale=np.array([real], dtype=np.float64))
        assert requantise(np.array([acc], dtype=np.int32), params).tolist() == [expected]


@pytest.mark.parametrize("rule", RULES)
@bounded(300)
@given(acc=st.lists(INT32, min_size=1, max_size=4), real=st.floats(2.0**-34, 8.0))
def test_codes_against_the_loop_reference(rule: str, acc: list[int], real: float) -> None:
    params = parameters(rule, real, zero_point=-17, clamp_min=-100, clamp_max=90)
    codes = requantise(np.array(acc, dtype=np.int32)[:, None], params)
    assert codes.dtype == np.int8
    assert codes[:, 0].tolist() == [reference.requantise_value(a, 0, params) for a in acc]


@pytest.mark.parametrize("rule", RULES)
def test_each_channel_has_its_own_multiplier(rule: str) -> None:
    reals = (1.0, 0.25, 0.125)
    pairs = [quantise_multiplier(real) for real in reals]
    params = Requantise(
        rule=rule,
        multiplier=np.array([q for q, _ in pairs], dtype=np.int32),
        shift=np.array([shift for _, shift in pairs], dtype=np.int32),
        scale=np.array(reals, dtype=np.float64),
        zero_point=1,
    )
    acc = np.full((2, 1, 3), 64, dtype=np.int32)
    np.testing.assert_array_equal(requantise(acc, params), np.broadcast_to([65, 17, 9], acc.shape))


@pytest.mark.parametrize(
    ("channels", "expected"),
    [(3, [-1] * 3), (8, [0] * 8), (11, [0] * 8 + [-1] * 3), (16, [0] * 16), (17, [0] * 16 + [-1])],
)
def test_blocks_of_eight_channels_round_up(channels: int, expected: list[int]) -> None:
    """-0.5 in every channel: up in whole blocks, away from zero in the channels left over."""
    q, shift = quantise_multiplier(0.25)
    params = Requantise(
        rule="double_up_by_8",
        multiplier=np.full(channels, q, dtype=np.int32),
        shift=np.full(channels, shift, dtype=np.int32),
        scale=np.full(channels, 0.25),
        zero_point=0,
    )
    acc = np.full((2, channels), -2, dtype=np.int32)
    assert requantise(acc, params).tolist() == [expected, expected]
    assert [reference.requantise_value(-2, c, params) for c in range(channels)] == expected


@pytest.mark.parametrize(
    ("acc", "zero_point", "code"), [(2**31 - 1, 127, 127), (-(2**31), -128, -128)]
)
def test_the_zero_point_cannot_overflow(acc: int, zero_point: int, code: int) -> None:
    params = parameters("single", 1.0, zero_point=zero_point)
    assert requantise(np.array([acc], dtype=np.int32), params).tolist() == [code]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rule": "nearest"}, "rule must be one of double_away, .*, found 'nearest'"),
        ({"multiplier": np.array([-1], dtype=np.int32)}, "multipliers must not be negative"),
        ({"shift": np.array([31], dtype=np.int32)}, "shifts must lie from -31 to 30, found 31"),
        ({"shift": np.array([-32], dtype=np.int32)}, "shifts must lie from -31 to 30"),
        ({"shift": np.array([0], dtype=np.int64)}, r"shift must be int32 of shape \(1,\)"),
        ({"scale": np.zeros(2)}, r"scale must be float64 of shape \(1,\), .* shape \(2,\)"),
        ({"zero_point": 128}, "zero_point must lie from -128 to 127, found 128"),
        ({"clamp_min": -129}, "clamp_min must lie from -128 to 127"),
        ({"clamp_min": 5, "clamp_max": 4}, "clamp_min 5 is above clamp_max 4"),
    ],
)
def test_parameter_errors(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        parameters("single", 0.5, **changes)


def test_float_rules_are_no_integer_rules() -> None:
    with pytest.raises(InputError, match="rule must be one of double_away, double_up, single"):
        scale_accumulator(1, 1, 0, "float_even")

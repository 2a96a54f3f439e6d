"""Codes found by search are the requantised ones, sum by sum, under every rule."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pymodel.affine.requantise import RULES, quantise_multiplier
from pymodel.reference import requantise_value
from pymodel.requantise import Requantise
from pymodel.stream.levels import Levels

REALS = (0.31, 0.5, 2.0**-4, 0.0077, 1.0, 3.7, 0.0, 1e-9, 0.25, 0.125)
"""Multipliers of the channels, one rule's block of 8 and two more; powers of two make ties."""


def parameters(
    rule: str, reals: tuple[float, ...], zero_point: int, clamp: tuple[int, int]
) -> Requantise:
    """Requantise by these multipliers, one a channel."""
    pairs = [quantise_multiplier(real) for real in reals]
    multiplier, shift = (np.array(column, dtype=np.int32) for column in zip(*pairs, strict=True))
    scale = np.array(reals, dtype=np.float64)
    return Requantise(rule, multiplier, shift, scale, zero_point, *clamp)


def codes_found(params: Requantise, reach: int, sums: NDArray[np.int64]) -> NDArray[np.int64]:
    """Codes (n, oc) of sums (n,), the same in every channel."""
    levels = Levels(params, reach)
    places = levels.places(sums[:, np.newaxis].astype(np.float64) + levels.shift)
    channels, codes = np.divmod(places, 256)
    np.testing.assert_array_equal(
        channels, np.broadcast_to(np.arange(places.shape[1]), places.shape)
    )
    return codes - 128


@pytest.mark.parametrize("clamp", [(-128, 127), (-20, 90)])
@pytest.mark.parametrize("zero_point", [0, -37])
@pytest.mark.parametrize("rule", RULES)
def test_every_sum_within_reach(rule: str, zero_point: int, clamp: tuple[int, int]) -> None:
    params = parameters(rule, REALS, zero_point, clamp)
    reach = 700
    sums = np.arange(-reach, reach + 1, dtype=np.int64)
    expected = [
        [requantise_value(int(acc), channel, params) for channel in range(len(REALS))]
        for acc in sums
    ]
    np.testing.assert_array_equal(codes_found(params, reach, sums), expected)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("reach", [2**23, 2**31 - 1])
def test_sums_up_to_32_bits(rule: str, reach: int) -> None:
    """Multipliers far below 1: the codes spread over the whole reach."""
    params = parameters(rule, (60 / reach, 127 / reach, 2.0**-24), 3, (-128, 127))
    rng = np.random.default_rng(4)
    sums = np.concatenate([rng.integers(-reach, reach + 1, 3000), [-reach, reach, 0]])
    expected = [[requantise_value(int(acc), c, params) for c in range(3)] for acc in sums]
    found = codes_found(params, reach, sums)
    np.testing.assert_array_equal(found, expected)
    assert len(np.unique(found[:, 1])) > 240


def test_sums_that_wrap() -> None:
    """Shifted left by 9 places, sums past 2^22 wrap at 32 bits, and so do sums past 2^31."""
    params = parameters("double_away", (300.0, 0.5), 0, (-128, 127))
    sums = np.array([0, 1, -1, 2**22 - 1, 2**22, 2**23, 2**23 + 1, 2**31 + 1], dtype=np.int64)
    wrapped = [0, 1, -1, 2**22 - 1, 2**22, 2**23, 2**23 + 1, 1 - 2**31]
    expected = [[requantise_value(acc, c, params) for c in range(2)] for acc in wrapped]
    assert expected[4][0] == -128 and expected[5][0] == 0
    np.testing.assert_array_equal(codes_found(params, 2**32, sums), expected)

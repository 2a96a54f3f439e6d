"""The scoreboard: what counts as a mismatch, and how it is told."""

import numpy as np
import pytest

from tb.scoreboard import Mismatch, ScoreboardError, compare

SHAPE = (1, 2, 3, 4)


def _outputs() -> np.ndarray:
    return np.arange(24, dtype=np.int64).reshape(SHAPE) - 12


def test_agreement() -> None:
    comparison = compare(_outputs(), _outputs(), np.zeros(SHAPE, dtype=np.bool_))
    assert (comparison.outputs, comparison.mismatches, comparison.first) == (24, 0, None)
    assert comparison.describe() == "all 24 outputs agree"


@pytest.mark.parametrize("place", [(0, 0, 0, 0), (0, 1, 1, 2), (0, 1, 2, 3)])
def test_one_difference_anywhere(place: tuple[int, ...]) -> None:
    got = _outputs()
    got[place] ^= 1
    comparison = compare(_outputs(), got)
    assert (comparison.mismatches, comparison.unknown) == (1, 0)
    assert comparison.first == Mismatch(place, int(_outputs()[place]), int(got[place]))


def test_unknown_bits_are_mismatches_whatever_their_value() -> None:
    unknown = np.zeros(SHAPE, dtype=np.bool_)
    unknown[0, 1, 0, 2] = True
    comparison = compare(_outputs(), _outputs(), unknown)
    assert (comparison.mismatches, comparison.unknown) == (1, 1)
    assert comparison.first == Mismatch((0, 1, 0, 2), 2, None)
    assert comparison.describe() == (
        "1 of 24 outputs differ (1 of them X); "
        "first at (n=0, h=1, w=0, c=2): expected 2 (0x02), got X"
    )


def test_first_in_c_order_in_decimal_and_hex() -> None:
    got = _outputs()
    got[0, 0, 2, 1] = 127
    got[0, 1, 0, 0] = 5
    assert compare(_outputs(), got).describe() == (
        "2 of 24 outputs differ; first at (n=0, h=0, w=2, c=1): expected -3 (0xFD), got 127 (0x7F)"
    )


def test_wider_elements() -> None:
    assert Mismatch((3,), -1, 1).describe(16) == "(0=3): expected -1 (0xFFFF), got 1 (0x0001)"


def test_nothing_to_compare_is_an_error() -> None:
    with pytest.raises(ScoreboardError, match="no outputs"):
        compare(np.zeros((1, 0, 3, 4), dtype=np.int64), np.zeros((1, 0, 3, 4), dtype=np.int64))


def test_shapes_must_agree() -> None:
    with pytest.raises(ScoreboardError, match=r"shape \(1, 2, 3, 4\), the DUT's have \(24,\)"):
        compare(_outputs(), _outputs().reshape(-1))
    with pytest.raises(ScoreboardError, match="shape"):
        compare(_outputs(), _outputs(), np.zeros((1,), dtype=np.bool_))

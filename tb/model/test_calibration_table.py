"""On data with outliers every other method beats min-max: the figures that the README shows."""

import pytest

from pymodel.calibration import METHODS
from tb.model.calibration_table import Row, demo_rows, lines, synthetic_rows

OTHERS = ("percentile", "mse", "kl")


@pytest.fixture(scope="module")
def demo() -> list[Row]:
    """Scored on a third of the digits that the README's figures are of."""
    return list(demo_rows(scored=120))


def test_synthetic_outliers() -> None:
    """mse has the smallest error of all, which is what it looks for."""
    rows = list(synthetic_rows())
    assert len(rows) == 4
    for row in rows:
        assert all(row.sqnr_db[name] > row.sqnr_db["min_max"] + 0.5 for name in OTHERS)
        assert row.sqnr_db["mse"] >= max(row.sqnr_db.values()) - 0.1


def test_a_bright_pixel_in_calibration(demo: list[Row]) -> None:
    bright = [row for row in demo if row.data != "demo network, pixel x1"]
    assert len(bright) == 4
    for row in bright:
        assert all(row.sqnr_db[name] > row.sqnr_db["min_max"] + 0.5 for name in OTHERS)
        if row.data.endswith("x100"):
            assert all(row.accuracy[name] > row.accuracy["min_max"] + 0.01 for name in OTHERS)


def test_without_outliers_nothing_is_lost(demo: list[Row]) -> None:
    """No method costs more than one digit on clean data."""
    for row in demo[:2]:
        assert min(row.accuracy.values()) >= row.accuracy["min_max"] - 1 / 120 - 1e-9


def test_the_table_has_a_column_for_each_method(demo: list[Row]) -> None:
    table = list(lines(iter(demo)))
    assert len(table) == 2 + len(demo)
    assert {line.count("|") for line in table} == {3 + len(METHODS)}

"""CMSIS-NN's own unit-test vectors through the model, bit for bit."""

from pathlib import Path

import numpy as np
import pytest

from pymodel.layer import run
from tb.model.cmsis_nn import CASES, load


def test_every_case_is_listed(shared_data: Path) -> None:
    assert sorted(path.stem for path in (shared_data / "cmsis_nn").glob("*.npz")) == sorted(CASES)


@pytest.mark.parametrize("name", CASES)
def test_case(shared_data: Path, name: str) -> None:
    conv, x, expected = load(shared_data, name)
    codes = run(conv, x)
    assert codes.size == CASES[name]
    np.testing.assert_array_equal(codes, expected)

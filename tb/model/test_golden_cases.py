"""The committed golden cases: each is what its name says, and reads back as it was written."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from golden.cases import exact
from golden.cases.case import VECTORS, GoldenCase
from golden.cases.encode import encode, write_case
from golden.cases.load import load_case, load_suite
from golden.cases.manifest import load_manifest, manifest_path
from pymodel import convolution
from pymodel.convolution import Convolution
from pymodel.layer import run

NAMES = [spec.name for spec in load_manifest(manifest_path("corner"))]


@pytest.fixture(params=NAMES)
def case(request: pytest.FixtureRequest) -> GoldenCase:
    """Each case of the corner suite."""
    return load_case(VECTORS / "corner" / request.param)


def accumulators(case: GoldenCase) -> np.ndarray:
    return convolution.accumulate(case.convolution, case.x)


def test_suite_lists_every_folder() -> None:
    assert [case.name for case in load_suite("corner")] == NAMES
    assert {path.name for path in (VECTORS / "corner").iterdir()} == set(NAMES)


def test_exact_arithmetic_agrees(case: GoldenCase) -> None:
    """The second oracle, which knows nothing of pymodel or LiteRT, on every case."""
    np.testing.assert_array_equal(exact.run(case.convolution, case.x), case.expected)


def test_small_enough_for_icarus(case: GoldenCase) -> None:
    assert case.convolution.geometry.macs <= 20_000
    assert case.expected.size <= 512


def test_written_folder_reads_back(case: GoldenCase, tmp_path: Path) -> None:
    write_case(case, tmp_path / case.name)
    assert encode(load_case(tmp_path / case.name)) == encode(case)
    assert [path.name for path in tmp_path.iterdir()] == [case.name]


def test_hex_files_hold_the_tensors(case: GoldenCase) -> None:
    """As `$readmemh` reads them: one element a line, two's complement at the element's width."""
    for name, values in case.tensors.items():
        text = (VECTORS / "corner" / case.name / f"{name}.hex").read_text()
        digits = 2 * values.itemsize
        assert re.fullmatch(rf"([0-9a-f]{{{digits}}}\n)+", text)
        codes = [int(line, 16) for line in text.splitlines()]
        signed = [code - (code >> (4 * digits - 1) << 4 * digits) for code in codes]
        assert signed == values.ravel().tolist()


def outputs(conv: Convolution, case: GoldenCase, rule: str) -> np.ndarray:
    return run(replace(conv, requantise=replace(conv.requantise, rule=rule)), case.x)


@pytest.mark.parametrize("name", [name for name in NAMES if "ties" in name])
def test_ties_tell_the_rules_apart(name: str) -> None:
    case = load_case(VECTORS / "corner" / name)
    own = case.convolution.requantise.rule
    for rule in {"double_away", "double_up", "single"} - {own}:
        assert np.any(outputs(case.convolution, case, rule) != case.expected), rule


CORNERS: dict[str, Callable[[GoldenCase], bool]] = {
    "conv_acc_near_plus_2_30": lambda case: bool(accumulators(case).min() > 0.98 * 2**30),
    "conv_acc_near_minus_2_30": lambda case: bool(accumulators(case).max() < -0.98 * 2**30),
    "conv_acc_near_2_31": lambda case: bool(np.ptp(accumulators(case).astype(float)) > 3.5e9),
    "conv_left_shift": lambda case: bool(case.convolution.requantise.shift.min() > 0),
    "conv_multiplier_underflow": lambda case: not case.convolution.requantise.multiplier.any(),
    "conv_saturate_both_ends": lambda case: {-128, 127} <= set(case.expected.ravel().tolist()),
    "conv_largest_products": lambda case: (
        case.convolution.x_zero_point == 127
        and set(case.x.ravel().tolist()) == set(case.convolution.weights.ravel().tolist()) == {-128}
    ),
    "conv_zp_min": lambda case: (
        case.convolution.x_zero_point == case.convolution.requantise.zero_point == -128
    ),
    "conv_zp_max": lambda case: (
        case.convolution.x_zero_point == case.convolution.requantise.zero_point == 127
    ),
    "conv_relu6": lambda case: (
        {case.convolution.requantise.clamp_min, case.convolution.requantise.clamp_max}
        <= set(case.expected.ravel().tolist())
        and case.convolution.requantise.clamp_max < 127
    ),
    "conv3x3_stride2_same_asym": lambda case: (
        case.convolution.geometry.pad_top != case.convolution.geometry.pad_bottom
    ),
    "causal1d_dil4": lambda case: (
        case.convolution.geometry.pad_left == 8 and case.convolution.geometry.pad_right == 0
    ),
    "fc_weights_zero_point": lambda case: case.convolution.w_zero_point != 0,
    "fc_no_bias": lambda case: not case.convolution.bias.any(),
}


@pytest.mark.parametrize("name", CORNERS)
def test_corner_is_what_it_says(name: str) -> None:
    assert CORNERS[name](load_case(VECTORS / "corner" / name))

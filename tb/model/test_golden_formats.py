"""The golden cases of the number formats: every preset has every shape and every kind of number.

Nothing here runs the RTL; tb.system.test_formats_suite does.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from golden.cases.case import VECTORS, GoldenCase
from golden.cases.encode import encode
from golden.cases.exact_number import number, power
from golden.cases.prepare import clamp_limits
from pymodel.datapath import Datapath
from pymodel.layer import run
from pymodel.presets import PRESETS
from tb.model.formats_cases import FLOATS, by_preset

MOST_OUTPUTS = 64
"""Of a case: Icarus simulates some thousand float operations a second."""
MOST_BYTES = 5_000_000
"""Of all committed cases."""
SHAPES = (
    "conv3x3_same",
    "conv1x1_relu",
    "conv3x1_relu6",
    "conv3x3_stride2_dil2",
    "causal1d_dil3",
    "depthwise3x3",
    "depthwise2x3_multiplier2",
    "conv2x2_groups4",
    "conv1x3_groups2",
    "fc",
)


def all_cases() -> Iterator[GoldenCase]:
    for cases in by_preset().values():
        yield from cases


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_has_every_shape(name: str) -> None:
    names = {case.name for case in by_preset()[name]}
    assert {f"{name}_{shape}" for shape in SHAPES} <= names
    for case in by_preset()[name]:
        lanes = case.datapath.ic_lanes
        assert case.datapath == replace(PRESETS[name], ic_lanes=lanes, oc_lanes=lanes)
        assert lanes in (2, 4)
        assert case.expected.size <= MOST_OUTPUTS


def test_each_format_has_an_array_of_two_lanes() -> None:
    two = {case.datapath.format for case in all_cases() if case.datapath.ic_lanes == 2}
    assert two == {path.format for path in PRESETS.values()} - {"affine_int8"}


def test_committed_vectors_are_small() -> None:
    sizes = [path.stat().st_size for path in VECTORS.rglob("*") if path.is_file()]
    assert sum(sizes) < MOST_BYTES


def test_hex_files_hold_patterns_of_stored_width() -> None:
    for case in all_cases():
        for name, values in case.tensors.items():
            text = (VECTORS / "formats" / case.name / f"{name}.hex").read_text()
            digits, bits = 2 * values.itemsize, 8 * values.itemsize
            lines = text.splitlines()
            assert {len(line) for line in lines} == {digits}
            patterns = [code % (1 << bits) for code in values.ravel().tolist()]
            assert [int(line, 16) for line in lines] == patterns, (case.name, name)


def test_folders_hold_what_the_format_has() -> None:
    for case in all_cases():
        assert sorted(encode(case)) == sorted(
            path.name for path in (VECTORS / "formats" / case.name).iterdir()
        )
        assert ("multiplier" in case.tensors) == (case.datapath.format == "affine_int8")
        assert ("shift" in case.tensors) == (case.datapath.format != "minifloat")


def classes(codes: NDArray[np.generic], path: Datapath) -> set[str]:
    """Kinds of numbers among stored codes, by the format's definition."""
    element = path.floats[0]
    found: set[str] = set()
    for code in np.unique(codes).tolist():
        pattern = code % (1 << element.width)
        size = number(pattern, element).size
        exponent = (pattern >> element.mantissa_bits) & ((1 << element.exponent_bits) - 1)
        if isinstance(size, str):
            found.add(size)
        elif size == 0:
            found.add("-0" if pattern >> (element.width - 1) else "+0")
        else:
            found.add("normal" if exponent or element.special == "none" else "denormal")
    return found


SPECIAL: dict[str, set[str]] = {
    "ieee": {"denormal", "infinite", "nan"},
    "fn": {"denormal", "nan"},
    "none": set(),
}


@pytest.mark.parametrize("name", FLOATS)
def test_every_kind_of_float(name: str) -> None:
    """Zeros of both signs, denormals, infinities and NaNs, where there are any; going in and out.

    Ristretto's format gives +0 for what it flushes, and so has no -0 among its outputs.
    """
    path = PRESETS[name]
    special = path.floats[0].special
    expected = {"+0", "-0", "normal"} | SPECIAL[special]
    for tensor in ("input", "weights", "output"):
        values = [case.tensors[tensor] for case in by_preset()[name]]
        found = {kind for array in values for kind in classes(array, path)}
        without = {"-0"} if special == "none" and tensor == "output" else set()
        assert found == expected - without, tensor


@pytest.mark.parametrize("name", FLOATS)
def test_sums_cancel(name: str) -> None:
    """A whole sum of products that are not 0 is +0 in some output."""
    cases = [case for case in by_preset()[name] if case.name.endswith("causal1d_dil3_cancellation")]
    assert cases
    for case in cases:
        assert np.any(case.expected == 0)


@pytest.mark.parametrize("name", [name for name in FLOATS if PRESETS[name].floats[0].denormals])
def test_relu_clamps_minus_zero(name: str) -> None:
    """Some output would be -0, which is below +0."""
    path = PRESETS[name]
    minus_zero = np.array(path.floats[0].sign_code).astype(path.dtype)
    found = 0
    for case in by_preset()[name]:
        if "_relu_" in case.name:
            least, largest = clamp_limits(path)
            free = replace(case.convolution.requantise, clamp_min=least, clamp_max=largest)
            conv = replace(case.convolution, requantise=free)
            found += int(np.count_nonzero(run(conv, case.x, case.datapath) == minus_zero))
    assert found > 0


@pytest.mark.parametrize("name", PRESETS)
def test_relu6_clamps_at_both_ends(name: str) -> None:
    (case,) = (case for case in by_preset()[name] if case.name.endswith("_conv3x1_relu6"))
    numbers = case.convolution.requantise
    assert {numbers.clamp_min, numbers.clamp_max} < set(case.expected.ravel().tolist())
    if name in FLOATS:
        six = number(numbers.clamp_max, PRESETS[name].floats[0])
        assert six.size == 6 * power(0)

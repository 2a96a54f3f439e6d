"""From a case's spec to its layer, in the formats that no .tflite file holds."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from golden.cases import compare, exact_float, numpy_float
from golden.cases.build import build_case
from golden.cases.case import VECTORS
from golden.cases.manifest import CaseSpec, load_manifest, manifest_path
from golden.cases.operand import Operand
from golden.cases.oracle import OracleMismatch
from golden.cases.prepare import prepare
from pymodel import layer
from pymodel.errors import InputError
from pymodel.geometry import ConvGeometry

FIXED = CaseSpec(
    name="case",
    corner="a case",
    op="CONV_2D",
    rule="floor",
    seed=1,
    geometry=ConvGeometry(1, 2, 3, 4, 5, 1, 1),
    input=Operand(-128, 127),
    weights=Operand(-128, 127),
    bias=Operand(-9, 9),
    x_scale=2.0**-4,
    y_scale=2.0**-1,
    w_scale=(2.0**-7, 2.0**-7),
    datapath="dfp8_trunc4",
    ic_lanes=4,
    oc_lanes=4,
)
FLOATS = replace(
    FIXED,
    rule="convert",
    input=Operand(0x28, 0x40, sign=0x80),
    weights=Operand(0x28, 0x40, sign=0x80),
    bias=None,
    x_scale=1.0,
    y_scale=1.0,
    w_scale=(1.0, 1.0),
    datapath="minifloat_e4m3",
)


def test_shift_follows_from_the_scales() -> None:
    """Fractional lengths 4 and 7, of which four bits are cut, against 1: the psum has 6 more."""
    conv = prepare(FIXED).convolution
    assert conv.requantise.shift.tolist() == [-6] * 5
    assert (conv.requantise.clamp_min, conv.requantise.clamp_max) == (-128, 127)
    narrow = prepare(replace(FIXED, datapath="dfp8_narrow"))
    assert narrow.convolution.requantise.shift.tolist() == [-6] * 5


@pytest.mark.parametrize(
    ("spec", "largest", "six"), [(FIXED, 127, 12), (FLOATS, 0x7E, 0x4C)], ids=["fixed", "floats"]
)
def test_activations(spec: CaseSpec, largest: int, six: int) -> None:
    """6 is 12 halves, and in E4M3 1.5 * 2^2: exponent 2 + 7, mantissa 4."""
    for activation, expected in (("RELU", (0, largest)), ("RELU6", (0, six))):
        numbers = prepare(replace(spec, fused_activation=activation)).convolution.requantise
        assert (numbers.clamp_min, numbers.clamp_max) == expected


@pytest.mark.parametrize(
    ("datapath", "least", "largest"),
    [
        ("minifloat_e4m3", -2, 0x7E),
        ("minifloat_e5m2", 0xFC - 256, 0x7C),
        ("ristretto_minifloat_8", -1, 0x7F),
        ("bfloat16", 0xFF80 - 65536, 0x7F80),
    ],
)
def test_float_without_activation_is_not_clamped(datapath: str, least: int, largest: int) -> None:
    """The ends are the infinities, or the largest numbers where there are none."""
    spec = replace(FLOATS, datapath=datapath)
    numbers = prepare(spec).convolution.requantise
    assert (numbers.clamp_min, numbers.clamp_max) == (least, largest)


def test_no_bias_is_zero() -> None:
    assert prepare(FLOATS).convolution.bias.tolist() == [0] * 5
    assert prepare(FLOATS).scales == {"input": [], "weights": [], "output": []}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (replace(FIXED, x_zero_point=1), "dynamic_fixed_point has no zero points"),
        (replace(FLOATS, y_zero_point=1), "minifloat has no zero points"),
        (replace(FIXED, fused_activation="TANH"), "must be one of NONE, RELU, RELU6 in dynamic"),
        (replace(FIXED, x_scale=0.3), "must be a power of two, one for all weights; found 0.3"),
        (replace(FIXED, w_scale=(0.25, 0.5)), "must be a power of two, one for all weights"),
        (
            replace(FIXED, datapath="pow2_w4", weights=Operand(0, 15)),
            "w_scale must be that of the least weight, 0.00390625, found 0.0078125",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_format_has_not(spec: CaseSpec, expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        prepare(spec)


def flipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """One bit of the model's first output is wrong from here on."""
    run = layer.run

    def wrong(*arguments: Any) -> NDArray[np.signedinteger[Any]]:
        found = run(*arguments)
        found.flat[0] ^= 1
        return found

    monkeypatch.setattr(layer, "run", wrong)


@pytest.mark.parametrize("spec", [FIXED, FLOATS], ids=["fixed", "floats"])
def test_a_model_that_is_wrong_makes_no_case(
    spec: CaseSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    flipped(monkeypatch)
    with pytest.raises(OracleMismatch, match="exact rational arithmetic: 1 of 30 elements differ"):
        build_case(spec)


def test_both_oracles_of_floats_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """NumPy alone finds it where the exact oracle makes the model's mistake."""
    assert "exact rational arithmetic; NumPy float32 with ml_dtypes" in build_case(FLOATS).oracle
    flipped(monkeypatch)
    monkeypatch.setattr(exact_float, "run", lambda *arguments: layer.run(*arguments))
    with pytest.raises(OracleMismatch, match=r"NumPy float32 with ml_dtypes .*: 1 of 30"):
        build_case(FLOATS)


def test_without_ml_dtypes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checker says what it could not ask; the generator refuses."""
    monkeypatch.setattr(numpy_float, "available", lambda: False)
    specs = {spec.name: spec for spec in load_manifest(manifest_path("formats"))}
    name = "minifloat_e4m3_causal1d_dil3"
    result = compare.check_case("formats", specs[name], VECTORS / "formats" / name)
    assert (result.status, result.missing) == ("pass", ("ml_dtypes",))
    with pytest.raises(InputError, match="ml_dtypes, an oracle of minifloats, is not installed"):
        build_case(specs[name])
    assert build_case(specs["dfp8_causal1d_dil3"]).oracle == "exact rational arithmetic"

"""Which rule each set of numerics gives an op; the kernels themselves are compared elsewhere."""

import pytest

from golden import litert
from pymodel.affine.requantise import RULES
from pymodel.errors import InputError
from pymodel.ops.numerics import ARRAY_RULES, HOST_RULES, NUMERICS, rtl_rule, rule
from pymodel.ops.registry import ARRAY_OPS, HOST_OPS, RTL_RULE

EXPECTED = {
    "litert-ref": "double_away double_away float_away",
    "litert-opt": "double_up double_up_by_8 double_up",
    "xnnpack": "float_even float_even float_even",
    "cmsis-nn": "double_away double_away double_away",
    "rtl": "double_away double_away double_up",
}
"""Rules of CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED."""


@pytest.mark.parametrize("numerics", NUMERICS)
def test_ops_of_the_array(numerics: str) -> None:
    found = [rule(numerics, op) for op in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")]
    assert found == EXPECTED[numerics].split()


@pytest.mark.parametrize(
    ("numerics", "expected"),
    [
        ("litert-ref", "double_away double_away double_up"),
        ("litert-opt", "double_up double_away double_up"),
        ("xnnpack", "double_away double_away double_up"),
        ("cmsis-nn", "double_away double_away double_away"),
        ("rtl", "double_away double_away double_up"),
    ],
)
def test_rules_that_the_rtl_runs(numerics: str, expected: str) -> None:
    """Those of the numerics that it has, else its own."""
    ops = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
    assert [rtl_rule(numerics, op) for op in ops] == expected.split()


def test_grouped_convolutions_are_the_reference_kernels() -> None:
    assert rule("litert-opt", "CONV_2D", groups=2) == "double_away"
    assert rule("litert-opt", "DEPTHWISE_CONV_2D", groups=16) == "double_up_by_8"
    assert rule("xnnpack", "CONV_2D", groups=2) == "float_even"


def test_kernels_have_numerics() -> None:
    assert litert.rule("FULLY_CONNECTED", "reference") == "float_away"
    assert litert.rule("CONV_2D", "optimised", groups=3) == "double_away"
    assert litert.rule("CONV_2D", "xnnpack") == "float_even"


@pytest.mark.parametrize("op", HOST_OPS)
def test_ops_of_the_host_follow_the_reference_unless_said_otherwise(op: str) -> None:
    for numerics in NUMERICS:
        expected = HOST_RULES.get(numerics, {}).get(op, HOST_OPS[op].RULES[0])
        assert rule(numerics, op) == expected
    assert rule("litert-ref", op) == HOST_OPS[op].RULES[0]


def test_tables_name_what_there_is() -> None:
    assert tuple(ARRAY_RULES) == NUMERICS
    assert ARRAY_RULES["rtl"] == RTL_RULE
    for table in ARRAY_RULES.values():
        assert table.keys() == ARRAY_OPS.keys() and set(table.values()) <= set(RULES)
    assert HOST_RULES["litert-opt"].keys() == HOST_OPS.keys() - {"ADD"}
    assert HOST_RULES["xnnpack"].keys() == HOST_OPS.keys()
    for numerics, host in HOST_RULES.items():
        assert numerics in NUMERICS
        assert all(name in HOST_OPS[op].RULES for op, name in host.items())


def test_unknown_numerics_and_ops() -> None:
    with pytest.raises(InputError, match=r"numerics must be one of litert-ref, .*found 'tflite'"):
        rule("tflite", "CONV_2D")
    with pytest.raises(InputError, match=r"op must be one that has a model, .*found 'WHILE'"):
        rule("rtl", "WHILE")
    with pytest.raises(InputError, match=r"op must be one of the array's, .*found 'PAD'"):
        rtl_rule("rtl", "PAD")

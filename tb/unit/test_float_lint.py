"""The float modules lint without warnings in every kind of format, at both ends of the widths."""

import pytest

from tb import simulators
from tb.lint_rtl import Shape, Target, lint
from tb.paths import RTL_DIR
from tb.sources import rtl_sources
from tb.unit.float_bench import FORMATS, operand_parameters

LEAST, MOST = {"E": 2, "M": 1}, {"E": 8, "M": 23, "BIAS": 255}
ROUNDED: tuple[Shape, ...] = ({}, LEAST, MOST, *FORMATS.values())
SHAPES: dict[str, tuple[Shape, ...]] = {
    "float_add": ROUNDED,
    "float_multiply_accumulate": tuple(
        shape | {"SIG_PRODUCT": bits} for shape in (LEAST, MOST) for bits in (1, 4, 48)
    ),
    "float_round": tuple(shape | {"SIG_W": bits} for shape in ROUNDED[1:5] for bits in (1, 8, 51)),
    "float_multiply": (
        {},
        {"E_X": 2, "M_X": 1, "E_W": 8, "M_W": 23},
        operand_parameters("ristretto", "_X") | operand_parameters("e5m2_flush", "_W"),
        operand_parameters("float32", "_X") | operand_parameters("e4m3fn", "_W"),
    ),
}


@pytest.mark.parametrize("top", SHAPES)
def test_float_lint(sim: str, top: str) -> None:
    """As `make lint` judges: -Wall of either simulator says nothing."""
    target = Target(top, tuple(rtl_sources(top)), RTL_DIR, SHAPES[top])
    tool = simulators.find(sim)
    said = {str(shape): lint(tool, target, shape) for shape in target.shapes}
    assert {shape: warnings for shape, warnings in said.items() if warnings} == {}

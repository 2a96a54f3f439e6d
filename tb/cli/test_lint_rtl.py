"""The RTL's lint: what `python -m tb.lint_rtl` lets pass and what it doesn't."""

from pathlib import Path

import pytest

from tb import simulators
from tb.lint_rtl import TARGETS, Target, lint

DIRTY = {
    # Each simulator's -Wall has its own complaints; both must reach the caller.
    "verilator": "module dirty #(parameter W = 4)(input wire [W-1:0] a, output wire [7:0] y);\n"
    "  assign y = a;\nendmodule\n",
    "icarus": "module dirty (input wire a, output wire y);\n"
    "  implicit_net u (.a(a), .y(typo));\n  assign y = a;\nendmodule\n"
    "module implicit_net (input wire a, output wire y);\n  assign y = a;\nendmodule\n",
}


def _target(top: str, folder: Path) -> Target:
    return Target(top, (folder / f"{top}.v",), folder)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.top)
def test_default_shape_is_clean(sim: str, target: Target) -> None:
    assert lint(simulators.find(sim), target, target.shapes[0]) == ""


def test_warnings_are_reported(sim: str, tmp_path: Path) -> None:
    (tmp_path / "dirty.v").write_text(DIRTY[sim])
    assert "warning" in lint(simulators.find(sim), _target("dirty", tmp_path), {}).lower()


def test_errors_are_reported(sim: str, tmp_path: Path) -> None:
    (tmp_path / "broken.v").write_text("module broken (input wire a;\nendmodule\n")
    assert "error" in lint(simulators.find(sim), _target("broken", tmp_path), {}).lower()

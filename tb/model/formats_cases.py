"""The cases of the suite formats by their preset, for the tests of what they cover."""

from functools import cache

from golden.cases.case import GoldenCase
from golden.cases.load import load_suite
from pymodel.presets import PRESETS

LOSSY = [name for name, path in PRESETS.items() if path.format != "affine_int8"]
"""Presets that can lose something on the way."""
FLOATS = [name for name, path in PRESETS.items() if path.format == "minifloat"]


@cache
def by_preset() -> dict[str, list[GoldenCase]]:
    """Every case, under each preset's name."""
    cases: dict[str, list[GoldenCase]] = {name: [] for name in PRESETS}
    for case in load_suite("formats"):
        cases[case.datapath.name].append(case)
    return cases

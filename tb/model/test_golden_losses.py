"""What each lossy datapath can lose, it loses in a golden case of the suite formats.

The model, which the oracles of each case confirmed, counts the numeric events of a case, and says
what its output would be under another rule. Nothing here runs the RTL.
"""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from golden.cases.case import GoldenCase
from pymodel.array.events import EventCounts
from pymodel.datapath import Datapath
from pymodel.formats.events import KINDS, STAGES
from pymodel.formats.float_format import FloatFormat
from pymodel.layer import run
from pymodel.presets import PRESETS
from tb.model.formats_cases import FLOATS, LOSSY, by_preset

Event = tuple[str, str]


def possible(path: Datapath) -> set[Event]:
    """Events that a datapath's rules have a name for."""
    if path.format == "minifloat":
        kinds = ("saturated", "tie", "flushed")
        stages = [s for s in STAGES if s != "root" and not (s == "product" and path.fused)]
        return {(stage, kind) for stage in stages for kind in kinds}
    events = {("output", kind) for kind in ("truncated", "tie", "saturated")}
    for place, cut in (("product", path.product_cut), ("root", path.root_cut)):
        if cut.bits:
            events.add((place, "truncated"))
            if cut.rounding.startswith("nearest"):
                events.add((place, "tie"))
    for stage in ("lane", "tree", "psum"):
        rule = getattr(path, f"{stage}_overflow")
        events.add((stage, "wrapped" if rule == "wrap" else "saturated"))
    return events


def of(stages: str, kinds: str) -> set[Event]:
    return {(stage, kind) for stage in stages.split() for kind in kinds.split()}


FLOAT32_OF_8_BITS = of("product", "saturated tie flushed") | of(
    "lane tree psum", "saturated flushed"
)
"""Products of 8-bit elements are exact in float32, and neither they nor their sums come near its
ends: 2^-32 to 2^40. A bias does, but then nothing else moves it."""
OUT_OF_REACH: dict[str, set[Event]] = {
    # It takes 2^17 of the largest products to pass 32 bits.
    "dfp8": of("lane tree psum", "wrapped"),
    # Four products of 13 bits are far from 17 bits.
    "dfp8_trunc4_tree_first": of("tree", "saturated"),
    "minifloat_e4m3": FLOAT32_OF_8_BITS,
    "minifloat_e5m2": FLOAT32_OF_8_BITS,
    "ristretto_minifloat_8": FLOAT32_OF_8_BITS,
    # Products have 8 significant bits, as the accumulator.
    "minifloat_e4m3_narrow_tree_first": of("product", "tie"),
    # The sum of two floats is a multiple of the least denormal.
    "bfloat16": of("tree psum", "flushed"),
}


@cache
def occurring(name: str) -> frozenset[Event]:
    counts = EventCounts()
    for case in by_preset()[name]:
        found = run(case.convolution, case.x, case.datapath, counts)
        np.testing.assert_array_equal(found, case.expected)
    hits = np.argwhere(counts.counts > 0)
    return frozenset((STAGES[stage], KINDS[kind]) for stage, kind in hits.tolist())


@pytest.mark.parametrize("name", LOSSY)
def test_every_event_occurs(name: str) -> None:
    assert occurring(name) == possible(PRESETS[name]) - OUT_OF_REACH.get(name, set())


def other_overflow(fmt: FloatFormat) -> FloatFormat:
    return replace(fmt, overflow="ieee" if fmt.overflow == "saturate" else "saturate")


def other_denormals(fmt: FloatFormat) -> FloatFormat:
    return replace(fmt, denormals=not fmt.denormals)


def changes(path: Datapath) -> dict[str, dict[str, Any]]:
    """Datapaths that differ in one rule, by its name."""
    found: dict[str, dict[str, Any]] = {}
    if path.format == "minifloat":
        element, accumulator = path.floats
        found["accumulator's overflow"] = {"accumulator_float": other_overflow(accumulator)}
        found["accumulator's denormals"] = {"accumulator_float": other_denormals(accumulator)}
        if element.special == "none":
            found["element's special codes"] = {"element_float": replace(element, special="fn")}
        else:
            found["element's overflow"] = {"element_float": other_overflow(element)}
            found["element's denormals"] = {"element_float": other_denormals(element)}
        if path.order == "taps_first":
            found["fused"] = {"fused": not path.fused}
    else:
        for stage in ("lane", "tree", "psum"):
            rule = "wrap" if getattr(path, f"{stage}_overflow") == "saturate" else "saturate"
            found[f"{stage}'s overflow"] = {f"{stage}_overflow": rule}
        for place, cut in (("product", path.product_cut), ("root", path.root_cut)):
            rounding = "nearest_away" if cut.rounding == "floor" else "floor"
            if cut.bits:
                found[f"{place}'s rounding"] = {f"{place}_rounding": rounding}
    order = "tree_first" if path.order == "taps_first" else "taps_first"
    found["order"] = {"order": order, "fused": False}
    return found


EXACT_PRODUCTS = {"accumulator's overflow", "accumulator's denormals", "fused"}
NEVER_DECIDES: dict[str, set[str]] = {
    "dfp8": {"lane's overflow", "tree's overflow", "psum's overflow", "order"},
    "dfp8_trunc4_tree_first": {"tree's overflow"},
    "minifloat_e4m3": EXACT_PRODUCTS,
    "minifloat_e5m2": EXACT_PRODUCTS,
    "ristretto_minifloat_8": EXACT_PRODUCTS,
}
"""Rules that OUT_OF_REACH puts out of reach."""


def decided(case: GoldenCase, change: dict[str, Any]) -> bool:
    """Whether the case has another output in a datapath with the change."""
    path = replace(case.datapath, **change)
    return bool(np.any(run(case.convolution, case.x, path) != case.expected))


@pytest.mark.parametrize("name", LOSSY)
def test_every_rule_decides(name: str) -> None:
    cases = by_preset()[name]
    silent = {
        rule
        for rule, change in changes(PRESETS[name]).items()
        if not any(decided(case, change) for case in cases)
    }
    assert silent == NEVER_DECIDES.get(name, set())


@pytest.mark.parametrize("name", [name for name in LOSSY if name not in FLOATS])
def test_every_rounding_of_outputs_decides(name: str) -> None:
    """Each rule of the shift gives some case another output than each of the others would."""
    rules = {"nearest_away", "nearest_even", "floor", "toward_zero"}
    apart: set[tuple[str, str]] = set()
    for case in by_preset()[name]:
        own = case.convolution.requantise
        for rule in rules - {own.rule}:
            conv = replace(case.convolution, requantise=replace(own, rule=rule))
            if np.any(run(conv, case.x, case.datapath) != case.expected):
                apart.add((own.rule, rule))
    assert apart == {(own, rule) for own in rules for rule in rules - {own}}


def test_pairs_of_datapaths_differ_only_where_lanes_meet() -> None:
    """The same numbers in both orders: some outputs differ, and no depthwise one."""
    differing = {}
    for name in ("dfp8_trunc4", "minifloat_e4m3_narrow"):
        others = {case.name: case for case in by_preset()[f"{name}_tree_first"]}
        for case in by_preset()[name]:
            other = others[case.name.replace(name, f"{name}_tree_first")]
            np.testing.assert_array_equal(case.x, other.x)
            count = int(np.count_nonzero(case.expected != other.expected))
            differing[case.name] = count
    assert differing["dfp8_trunc4_depthwise3x3"] == 0
    assert sum(count for name, count in differing.items() if name.startswith("dfp8")) > 0
    assert sum(count for name, count in differing.items() if name.startswith("mini")) > 0

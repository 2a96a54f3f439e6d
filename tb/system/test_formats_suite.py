"""The golden cases of the other number formats, each in its own datapath, on both simulators."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np

from golden.cases.case import GoldenCase
from golden.cases.load import load_suite
from pymodel.array.config import ArrayConfig
from pymodel.array.reduction import reduce
from pymodel.datapath import Datapath
from pymodel.requantise import requantise
from tb.bulk.host import Simulation, run_bulk
from tb.bulk.plan import Settings, Task

CASES = load_suite("formats")
OUT_OF_REACH = {("dfp8_trunc4_tree_first", "tree"), ("dfp8_trunc4_tree_first", "psum")}
"""A tree of four products, and three groups of one saturated lane, stay within these widths."""


def by_datapath() -> Iterator[tuple[Datapath, list[GoldenCase]]]:
    cases = sorted(CASES, key=lambda case: case.datapath.name)
    for path, of_path in groupby(cases, key=lambda case: case.datapath):
        yield path, list(of_path)


def test_every_output_of_every_case(sim: str) -> None:
    outputs = 0
    for path, cases in by_datapath():
        config = ArrayConfig(replace(path, oc_lanes=4))
        tasks = [Task(i, case.convolution, case.x, case.expected) for i, case in enumerate(cases)]
        records = run_bulk(tasks, Simulation(sim, Settings(config)))
        found = {
            case.name: (record.error, record.outputs, record.mismatches)
            for case, record in zip(cases, records, strict=True)
        }
        assert found == {case.name: (None, case.expected.size, 0) for case in cases}
        outputs += sum(record.outputs for record in records)
    assert outputs == sum(case.expected.size for case in CASES)


def changed(case: GoldenCase, path: Datapath) -> bool:
    """Whether the case has another output in `path`."""
    found = requantise(reduce(case.convolution, case.x, path), case.convolution.requantise)
    return bool(np.any(found != case.expected))


def test_the_order_decides_lossy_outputs() -> None:
    """The same layers in both orders: where anything is lost, some outputs differ."""
    cases = {case.name: case for case in CASES}
    differing = {}
    for name, case in cases.items():
        if case.datapath.name == "dfp8_trunc4":
            other = cases[name.replace("dfp8_trunc4", "dfp8_trunc4_tree_first")]
            assert np.array_equal(case.x, other.x), name
            differing[name] = int(np.count_nonzero(case.expected != other.expected))
    assert differing["dfp8_trunc4_depthwise3x3"] == 0, "there is no tree to come first"
    assert sum(differing.values()) > 0, differing


def test_the_cases_reach_what_their_datapaths_lose() -> None:
    """Each rule of a lossy datapath decides the output of some of its cases."""
    reached = {}
    for path, cases in by_datapath():
        for stage in ("lane", "tree", "psum"):
            rule = "wrap" if getattr(path, f"{stage}_overflow") == "saturate" else "saturate"
            change: dict[str, Any] = {f"{stage}_overflow": rule}
            reached[path.name, stage] = any(
                changed(case, replace(path, **change)) for case in cases
            )
        if path.product_drop:
            reached[path.name, "product"] = any(
                changed(case, replace(path, product_rounding="nearest_away")) for case in cases
            )
        if path.root_drop:
            reached[path.name, "root"] = any(
                changed(case, replace(path, root_rounding="floor")) for case in cases
            )
    lossy = {key: hit for key, hit in reached.items() if key[0] != "dfp8"}
    assert {key for key, hit in lossy.items() if not hit} == OUT_OF_REACH
    assert {hit for key, hit in reached.items() if key[0] == "dfp8"} == {False}

"""The address sequence of small jobs, worked by hand."""

from dataclasses import replace
from typing import Any

import numpy as np

from pymodel.array.address_generator import sequence
from pymodel.array.config import ArrayConfig
from pymodel.array.job import Job
from pymodel.array.tiler import tile
from pymodel.datapath import Datapath
from pymodel.geometry import ConvGeometry
from tb.model.layers import plain_layer

CONFIG = ArrayConfig(datapath=Datapath("2x2", ic_lanes=2, oc_lanes=2))


def job_of(**sizes: Any) -> Job:
    """The one job of a geometry."""
    defaults = {
        "batch": 1,
        "in_h": 1,
        "in_w": 1,
        "in_channels": 1,
        "out_channels": 1,
        "kernel_h": 1,
        "kernel_w": 1,
    }
    geometry = ConvGeometry(**defaults | sizes)
    jobs = tile(plain_layer(geometry, np.zeros(geometry.weights_shape, dtype=np.int8)), CONFIG)
    assert len(jobs) == 1
    return jobs[0]


def flags(steps: dict[str, Any], name: str) -> str:
    return "".join("01"[int(bit)] for bit in steps[name])


def test_groups_then_taps_within_each_output() -> None:
    steps = sequence(job_of(in_w=2, in_channels=3, out_channels=3, kernel_w=2), CONFIG)
    # pixel 0 is words 0 and 1 (two groups), pixel 1 words 2 and 3
    assert steps["act_addr"].tolist() == [0, 2, 1, 3] * 2
    assert steps["weight_addr"].tolist() == list(range(8))
    assert steps["param_addr"].tolist() == [0] * 4 + [1] * 4
    assert steps["psum_addr"].tolist() == [0] * 4 + [1] * 4
    assert flags(steps, "pad") == "00000000"
    assert flags(steps, "first_tap") == "10101010"
    assert flags(steps, "last_tap") == "01010101"
    assert flags(steps, "first_group") == "11001100"
    assert flags(steps, "last_group") == "00110011"
    assert flags(steps, "last") == "00000001"
    assert (
        steps["lane_mask"].tolist()
        == [[False, False]] * 2 + [[False, True]] * 2 + [[False, False]] * 2 + [[False, True]] * 2
    )
    assert steps["keep"].tolist() == [[True, True]] * 4 + [[True, False]] * 4


def test_padding_stride_and_dilation() -> None:
    # inputs 0..4 at stride 2, kernel reaching 0 and 3, one pad before: windows at -1, 1, 3
    job = job_of(in_w=5, kernel_w=2, stride_w=2, dilation_w=3, pad_left=1, pad_right=2)
    steps = sequence(job, CONFIG)
    assert flags(steps, "pad") == "100001"
    inside = steps["act_addr"][~steps["pad"]]
    assert inside.tolist() == [2, 1, 4, 3]
    assert steps["weight_addr"].tolist() == [0, 1] * 3
    assert steps["psum_addr"].tolist() == [0, 0, 1, 1, 2, 2]


def test_rows_lie_behind_each_other_and_kernel_rows_outside_columns() -> None:
    steps = sequence(job_of(in_h=3, in_w=2, kernel_h=2, kernel_w=2, stride_h=1), CONFIG)
    assert steps["act_addr"].tolist() == [0, 1, 2, 3, 2, 3, 4, 5]
    assert flags(steps, "first_tap") == "10001000"
    assert flags(steps, "last_tap") == "00010001"


def test_a_ring_starts_at_its_base_and_wraps() -> None:
    job = replace(job_of(in_w=4), act_base=6, act_wrap=8)
    assert sequence(job, CONFIG)["act_addr"].tolist() == [6, 7, 0, 1]


def test_dtypes_and_shapes() -> None:
    steps = sequence(job_of(in_w=3, in_channels=5), CONFIG)
    signals = (
        "act_addr",
        "weight_addr",
        "param_addr",
        "psum_addr",
        "pad",
        "first_tap",
        "last_tap",
        "first_group",
        "last_group",
        "last",
    )
    shapes = dict.fromkeys(signals, (9,)) | dict.fromkeys(("lane_mask", "keep"), (9, 2))
    assert {name: array.shape for name, array in steps.items()} == shapes
    assert all(steps[name].dtype == np.int64 for name in steps if name.endswith("addr"))
    assert all(steps[name].dtype == np.bool_ for name in steps if not name.endswith("addr"))

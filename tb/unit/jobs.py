"""Jobs for the unit benches: a small legal one to vary, pinned corners, and random ones."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from pymodel.array.job import Job

SMALL = Job(
    in_h=4,
    in_w=5,
    out_h=2,
    out_w=3,
    kernel_h=3,
    kernel_w=3,
    stride_h=1,
    stride_w=1,
    dilation_h=1,
    dilation_w=1,
    pad_top=0,
    pad_left=0,
    in_channels=3,
    out_channels=2,
    act_base=0,
    act_wrap=128,
    rounding="double_away",
    load_psum=False,
    keep_psum=False,
    depthwise=False,
    x_zero_point=0,
    w_zero_point=0,
    y_zero_point=0,
    clamp_min=-128,
    clamp_max=127,
    batch=0,
    rows=range(2),
    cols=range(3),
    out_channel_range=range(2),
    in_rows=range(4),
    in_cols=range(5),
    in_channel_range=range(3),
)
"""A 3x3 VALID convolution of 20 pixels."""


def vary(job: Job, changes: Mapping[str, Any]) -> Job:
    """Return `job` with the fields that `changes` names replaced."""
    return replace(job, **changes)


def corner_jobs(ic_lanes: int, oc_lanes: int) -> dict[str, Job]:
    """Return one job for each corner of the address sequence; the lanes set the channel counts."""
    more_ic, more_oc = ic_lanes + 1, 2 * oc_lanes
    return {
        "valid": SMALL,
        "one_step": replace(SMALL, in_h=1, in_w=1, out_h=1, out_w=1, kernel_h=1, kernel_w=1),
        "same": replace(SMALL, out_h=4, out_w=5, pad_top=1, pad_left=1),
        "strides": replace(SMALL, stride_h=2, stride_w=3, out_h=2, out_w=2, pad_top=1),
        "dilations": replace(SMALL, dilation_h=2, dilation_w=3, pad_top=2, pad_left=3),
        "all_padding": replace(SMALL, out_h=1, out_w=1, pad_top=9, pad_left=9),
        "one_dimension": replace(SMALL, in_h=1, out_h=1, kernel_h=1, dilation_w=2, pad_left=4),
        "groups": replace(SMALL, in_channels=more_ic),
        "full_lanes": replace(SMALL, in_channels=ic_lanes, out_channels=oc_lanes),
        "blocks": replace(SMALL, out_channels=more_oc, kernel_h=1, kernel_w=1),
        "uneven": replace(SMALL, in_channels=2 * ic_lanes + 1, out_channels=oc_lanes + 1, out_h=1),
        "ring": replace(SMALL, act_base=37, act_wrap=45, in_channels=more_ic),
        "bases": replace(
            SMALL, act_start=11, act_base=30, act_wrap=33, weight_base=3, param_base=1
        ),
        "depthwise": depthwise(SMALL, 1),
        "depthwise_full_block": depthwise(SMALL, min(ic_lanes, oc_lanes)),
        "depthwise_blocks": depthwise(replace(SMALL, act_base=90, pad_top=1), more_ic + oc_lanes),
    }


def depthwise(job: Job, channels: int) -> Job:
    """Return `job` with each of its `channels` on its own."""
    return replace(job, depthwise=True, in_channels=channels, out_channels=channels)


def random_job(random: np.random.Generator, ic_lanes: int, oc_lanes: int) -> Job:
    """Return a legal job of a few hundred steps, its image anywhere in a ring buffer."""
    sizes = random.integers(1, 5, 12)
    in_channels = int(random.integers(1, 2 * ic_lanes + 2))
    on_its_own = bool(random.random() < 0.3)
    out_channels = in_channels if on_its_own else int(random.integers(1, 2 * oc_lanes + 1))
    in_lanes = min(ic_lanes, oc_lanes) if on_its_own else ic_lanes
    words = int(sizes[0] * sizes[1]) * -(-in_channels // in_lanes)
    wrap = words + int(random.integers(0, 20))
    return replace(
        SMALL,
        in_h=int(sizes[0]),
        in_w=int(sizes[1]),
        out_h=int(sizes[2]),
        out_w=int(sizes[3]),
        kernel_h=int(sizes[4]),
        kernel_w=int(sizes[5]),
        stride_h=int(sizes[6]),
        stride_w=int(sizes[7]),
        dilation_h=int(sizes[8]),
        dilation_w=int(sizes[9]),
        pad_top=int(sizes[10]) - 1,
        pad_left=int(sizes[11]) - 1,
        in_channels=in_channels,
        out_channels=out_channels,
        depthwise=on_its_own,
        act_base=int(random.integers(0, wrap)),
        act_wrap=wrap,
        act_start=int(random.integers(0, 6)),
        weight_base=int(random.integers(0, 6)),
        param_base=int(random.integers(0, 2)),
    )

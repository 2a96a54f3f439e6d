"""The order in which a job visits its operands: one entry for each MAC cycle."""

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

from pymodel.array.config import ArrayConfig
from pymodel.array.extent import extent
from pymodel.array.job import Job

ADDRESSES = ("act_addr", "weight_addr", "param_addr", "psum_addr")
FLAGS = ("pad", "first_tap", "last_tap", "first_group", "last_group", "last")


def sequence(job: Job, config: ArrayConfig) -> dict[str, NDArray[np.int64] | NDArray[np.bool_]]:
    """What the address generator puts out, cycle by cycle; one row for each MAC vector.

    Returns:
        act_addr, weight_addr, param_addr, psum_addr: int64 (cycles,), words of their buffers;
            act_addr is 0, and means nothing, where `pad` is set.
        pad: bool (cycles,), the tap lies outside the input.
        lane_mask: bool (cycles, IC_LANES), the lane has no input channel. Padding is not in it.
        keep: bool (cycles, OC_LANES), the lane has an output channel.
        first_tap, last_tap: bool (cycles,), of the kernel.
        first_group, last_group: bool (cycles,), set through all taps of that group.
        last: bool (cycles,), the job's last cycle.
    """
    steps = list(_steps(job, config))
    result: dict[str, NDArray[np.int64] | NDArray[np.bool_]] = {}
    for name in ADDRESSES:
        result[name] = np.array([step[name] for step in steps], dtype=np.int64)
    for name in (*FLAGS, "lane_mask", "keep"):
        result[name] = np.array([step[name] for step in steps], dtype=np.bool_)
    return result


def _steps(job: Job, config: ArrayConfig) -> Iterator[dict[str, int | bool | list[bool]]]:
    size, path = extent(job, config), config.datapath
    loops = (size.blocks, job.out_h, job.out_w, size.groups, job.kernel_h, job.kernel_w)
    for ocb, oh, ow, g, kh, kw in product(*map(range, loops)):
        ih = oh * job.stride_h - job.pad_top + kh * job.dilation_h
        iw = ow * job.stride_w - job.pad_left + kw * job.dilation_w
        inside = 0 <= ih < job.in_h and 0 <= iw < job.in_w
        pixel_word = ocb if job.depthwise else g
        word = job.act_base + (ih * job.in_w + iw) * size.pixel_words + pixel_word
        if word >= job.act_wrap:
            word -= job.act_wrap
        weight = ((ocb * size.groups + g) * job.kernel_h + kh) * job.kernel_w + kw
        vector = (ocb * job.out_h + oh) * job.out_w + ow
        last_tap = (kh, kw) == (job.kernel_h - 1, job.kernel_w - 1)
        last_group = g == size.groups - 1
        outputs = min(size.block_lanes, job.out_channels - ocb * size.block_lanes)
        inputs = outputs if job.depthwise else job.in_channels - g * path.ic_lanes
        yield {
            "act_addr": job.act_start + word if inside else 0,
            "weight_addr": job.weight_base + weight,
            "param_addr": job.param_base + ocb,
            "psum_addr": vector,
            "pad": not inside,
            "lane_mask": [i >= inputs for i in range(path.ic_lanes)],
            "keep": [o < outputs for o in range(path.oc_lanes)],
            "first_tap": (kh, kw) == (0, 0),
            "last_tap": last_tap,
            "first_group": g == 0,
            "last_group": last_group,
            "last": vector == size.vectors(job) - 1 and last_group and last_tap,
        }

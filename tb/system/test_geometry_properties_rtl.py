"""Geometries drawn by a seed, on the RTL: it equals the model, which equals LiteRT.

All kinds of op, kernel 1 to 9, stride 1 to 3, dilation 1 to 4, every padding, windows larger than
the image, lines, channels that fill no lanes, groups, depth multipliers 1 to 4, batch 1 to 3 and
weights with a zero point; on one array with small buffers, that cuts them up, and on a wide one.
A finding names its seed: `drawn(seed)` is the layer.
"""

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from golden import litert
from golden.conformance.mac_geometry import draw_geometry
from golden.conformance.mac_numbers import Numbers, draw_numbers
from golden.tflite.importer import parse_tflite
from golden.tflite.writer import write_tflite
from pymodel.array.config import ArrayConfig
from pymodel.array.tiler import tile
from pymodel.layer import run
from pymodel.ops.registry import convolution as lower
from pymodel.presets import preset
from tb.bulk.host import Simulation, run_bulk
from tb.bulk.plan import Record, Settings, Task

OPS = {
    "": "CONV_2D",
    "grouped": "CONV_2D",
    "depthwise": "DEPTHWISE_CONV_2D",
    "fully_connected": "FULLY_CONNECTED",
}
KINDS = ("any", "dilated", "large_kernel", "line")
NUMBERS = (Numbers(ties=True), Numbers(), Numbers(ends=True), Numbers(near_2_30=True, ties=True))
"""By seed // 16, seed // 4 and seed, in turn: 64 seeds have each combination once."""
SEEDS = range(64)
ICARUS_MACS, ICARUS_SEEDS = 12_000, 12
"""Icarus runs the first few seeds with no more multiplications than these."""
KERNELS: dict[str, litert.Kernel] = {"FULLY_CONNECTED": "optimised"}
"""LiteRT's kernel whose rule the RTL has; the reference kernels for other ops."""


def _array(lanes: int, **depths: Any) -> ArrayConfig:
    datapath = replace(preset("int8"), ic_lanes=lanes, oc_lanes=lanes)
    return ArrayConfig(datapath, **depths)


ARRAYS = {
    "4x4_small_buffers": _array(4, act_depth=100, weight_depth=64, param_depth=1, psum_depth=12),
    "16x16": _array(16),
}


def drawn(seed: int) -> Task:
    """The op of a seed, lowered for the array, with LiteRT's output, which the model's equals."""
    rng = np.random.RandomState(seed)
    form = list(OPS)[seed % 4]
    op, kind, numbers = OPS[form], KINDS[seed // 4 % 4], NUMBERS[seed // 16 % 4]
    kind = kind if form != "fully_connected" or kind == "line" else "any"
    geometry = draw_geometry(rng, form, kind)
    if form == "fully_connected":
        numbers = replace(numbers, w_zero_point=seed // 16 % 2 == 0)
    single, x = draw_numbers(rng, op, geometry, numbers)
    content, kernel = write_tflite(single), KERNELS.get(op, "reference")
    network = parse_tflite(content, f"seed {seed}", f"seed {seed}")
    layer = network.layers[-1]
    rule = litert.rule(op, kernel, geometry.groups)
    conv = replace(lower(network, layer, rule), geometry=geometry)  # with the padding of a PAD op
    image = x.reshape(geometry.input_shape)
    expected = litert.run(content, [x], kernel)[layer.outputs[0]].reshape(geometry.output_shape)
    np.testing.assert_array_equal(run(conv, image), expected, err_msg=f"seed {seed}")
    return Task(seed, conv, image, expected)


def finding(task: Task, record: Record) -> str | None:
    """What is wrong with a task, in a line; None if every output was compared and agrees."""
    if record.error is not None:
        return record.error
    if record.first is not None:
        return f"{record.mismatches} of {record.outputs} differ; {record.first.describe(8)}"
    found = (record.outputs, record.mismatches, record.unknown)
    return None if found == (task.expected.size, 0, 0) else f"recorded {found}"


def check_on_rtl(tasks: list[Task], sim: str, config: ArrayConfig) -> None:
    """All outputs of all tasks agree; the error says for each seed what does not."""
    records = run_bulk(tasks, Simulation(sim, Settings(config)))
    found = {f"seed {t.index}": finding(t, r) for t, r in zip(tasks, records, strict=True)}
    assert {seed: what for seed, what in found.items() if what is not None} == {}


@pytest.mark.parametrize("array", ARRAYS)
def test_drawn_geometries_on_verilator(array: str) -> None:
    check_on_rtl([drawn(seed) for seed in SEEDS], "verilator", ARRAYS[array])


def test_small_drawn_geometries_on_icarus() -> None:
    tasks = [task for task in map(drawn, SEEDS) if task.conv.geometry.macs <= ICARUS_MACS]
    assert len(tasks) >= ICARUS_SEEDS
    check_on_rtl(tasks[:ICARUS_SEEDS], "icarus", ARRAYS["4x4_small_buffers"])


def test_the_drawn_geometries_hold_what_they_are_for() -> None:
    """Over all seeds: each form, corner of geometry and way of cutting."""
    held: Counter[str] = Counter()
    for task in map(drawn, SEEDS):
        conv, g = task.conv, task.conv.geometry
        jobs = tile(conv, ARRAYS["4x4_small_buffers"])
        pads = (g.pad_top, g.pad_bottom, g.pad_left, g.pad_right)
        held["grouped"] += 1 < g.groups < g.in_channels
        held["depthwise"] += g.depthwise
        held["depth multiplier"] += g.depthwise and g.group_out_channels > 1
        held["weight zero point"] += conv.w_zero_point != 0
        held["batch"] += g.batch > 1
        held["strided and dilated"] += g.stride_h > 1 and g.dilation_h > 1
        held["uneven padding"] += pads[0] != pads[1] or pads[2] != pads[3]
        held["window past the image"] += g.reach_h > g.in_h or g.reach_w > g.in_w
        held["zero point at an end"] += conv.x_zero_point in (-128, 127)
        held["lanes left over"] += g.in_channels % 16 > 0 and g.out_channels % 16 > 0
        held["several jobs"] += len(jobs) > g.batch
        held["phases"] += any(job.rows.step > 1 or job.cols.step > 1 for job in jobs)
        held["kept psums"] += any(job.keep_psum for job in jobs)
    assert {name: count for name, count in held.items() if count < 5} == {}

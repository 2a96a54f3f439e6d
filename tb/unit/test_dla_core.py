"""rtl/dla_core.v: whole jobs through its streams, against the array's explicit reduction."""

from collections.abc import Iterator
from typing import Any

import cocotb
import numpy as np
import pytest
from cocotb.triggers import Timer
from numpy.typing import NDArray

from pymodel.array.config import ArrayConfig
from pymodel.array.events import EventCounts
from pymodel.array.job import Job
from pymodel.array.tiler import tile
from pymodel.datapath import Datapath
from pymodel.formats.float_format import E4M3, FloatFormat
from pymodel.geometry import ConvGeometry
from pymodel.layer import run
from tb.adapter import NO_EVENTS
from tb.array_parameters import array_parameters
from tb.image import JobImage, Packet, build_image
from tb.model.datapath_layers import Codes, random_layer_in
from tb.registers import load_definitions
from tb.unit.bench import (
    cycle,
    expect,
    random_generator,
    read,
    run_bench,
    start_clock,
    unpack,
    write,
)
from tb.unit.rules import datapath_of

DEPTHS: dict[str, Any] = {"ACT_DEPTH": 64, "WEIGHT_DEPTH": 24, "PARAM_DEPTH": 2, "PSUM_DEPTH": 32}
CYCLE_LIMIT = 20_000
RESET_MOMENTS = 60
PIPELINE_STAGES = 6
IDLE = {
    **dict.fromkeys(("start", "clear", "load_addr", "m_axis_tready"), 0),
    **dict.fromkeys(("s_axis_tvalid", "s_axis_operand_tvalid"), 0),
}


def config_of(dut: Any) -> ArrayConfig:
    """Return the configuration that the DUT was elaborated with."""
    depths = {name.lower(): DEPTHS[name] for name in DEPTHS}
    return ArrayConfig(datapath_of(dut), **depths, events=bool(int(dut.EVENTS.value)))


def geometries(config: ArrayConfig) -> Iterator[ConvGeometry]:
    """Layers that fill the lanes, leave some empty, and need several jobs of kept psums; then
    depthwise ones, with lanes left over, and groups that share the lanes."""
    ic, oc = config.datapath.ic_lanes, config.datapath.oc_lanes
    yield ConvGeometry(1, 4, 4, ic, oc, 3, 3, pad_top=1, pad_bottom=1, pad_left=1, pad_right=1)
    yield ConvGeometry(1, 3, 5, ic + 1, oc + 1, 1, 2, stride_w=2, dilation_w=2, pad_left=1)
    yield ConvGeometry(1, 2, 2, 6 * ic, oc, 2, 3, pad_left=2)
    own = max(2, min(ic, oc))
    yield ConvGeometry(1, 3, 3, own, own, 3, 3, groups=own, pad_top=1, pad_bottom=1)
    yield ConvGeometry(1, 1, 6, own + 1, 2 * (own + 1), 1, 3, dilation_w=2, groups=own + 1)
    yield ConvGeometry(1, 2, 2, 12, 6, 1, 2, groups=6, pad_left=1)


async def load(dut: Any, packet: Packet) -> None:
    """Send one packet at full speed."""
    write(dut, {"load_addr": packet.address})
    for number, beat in enumerate(packet.beats):
        stream = {"s_axis_tdata": int.from_bytes(beat.tobytes(), "little"), "s_axis_tvalid": 1}
        write(dut, {**stream, "s_axis_tdest": packet.tdest})
        await cycle(dut, {"s_axis_tlast": number == len(packet.beats) - 1})
    write(dut, {"s_axis_tvalid": 0})


async def run_job(dut: Any, image: JobImage, accept: float) -> list[list[int]]:
    """Load and start one job; return its beats' elements. The sink takes a beat by chance."""
    random, path = random_generator(), datapath_of(dut)
    lanes, bits = path.oc_lanes, path.storage_bits
    for packet in image.packets:
        await load(dut, packet)
    first = load_definitions()["REG_IN_SIZE"]
    job = sum(value << 8 * (address - first) for address, value in image.writes)
    await cycle(dut, {"job": job, "start": 1})
    write(dut, {"start": 0})
    beats = []
    for _ in range(CYCLE_LIMIT):
        write(dut, {"m_axis_tready": random.random() < accept})
        await Timer(1, unit="ns")
        assert not (read(dut.busy) and read(dut.s_axis_tready)), "loads during a job"
        if read(dut.m_axis_tvalid) and read(dut.m_axis_tready):
            beats.append(unpack(read(dut.m_axis_tdata), lanes, bits).tolist())
            last = len(beats) == image.output_beats
            assert read(dut.m_axis_tlast) == last
        await cycle(dut)
        if read(dut.done):
            assert not read(dut.error)
            assert read(dut.mac_cycles) == image.mac_cycles
            return beats
    raise AssertionError(f"the job did not end within {CYCLE_LIMIT} cycles")


def counters(dut: Any) -> NDArray[np.int64]:
    """Return the counters of numeric events."""
    word = read(dut.event_counts)
    return np.array([word >> 32 * place & 0xFFFFFFFF for place in range(len(NO_EVENTS))])


def expected_beats(output: Codes, image: JobImage, config: ArrayConfig) -> NDArray[np.int64]:
    """Return the layer's outputs of the image's job as its stream orders them, lanes without one
    0."""
    job, block = image.job, config.block_lanes(image.job.depthwise)
    part = output[job.output_index]
    filled = np.pad(part, ((0, 0), (0, 0), (0, -part.shape[2] % block)))
    blocks = filled.reshape(-1, filled.shape[2] // block, block).transpose(1, 0, 2)
    lanes = np.pad(blocks, ((0, 0), (0, 0), (0, config.datapath.oc_lanes - block)))
    return lanes.reshape(-1, config.datapath.oc_lanes).astype(np.int64)


@cocotb.test()
@cocotb.parametrize(accept=[1.0, 0.3])
async def bench_layers(dut: Any, accept: float) -> None:
    """Random layers, job by job, and what they count; kept psums stay on chip, whatever runs
    before they are loaded."""
    config = config_of(dut)
    path = config.datapath
    await start_clock(dut, IDLE)
    between = plain_image(config)
    loaded = 0
    for seed, geometry in enumerate(geometries(config)):
        conv, x = random_layer_in(path, geometry, seed, calm=True)
        counts, counted = EventCounts(), np.zeros(len(NO_EVENTS), dtype=np.int64)
        output = run(conv, x, path, counts if config.events else None)
        for job in tile(conv, config):
            if job.load_psum:
                loaded += 1
                await run_job(dut, between, accept)
            image = build_image(conv, x, job, config)
            beats = await run_job(dut, image, accept)
            counted += counters(dut)
            assert len(beats) == image.output_beats
            if not job.keep_psum:
                present = lanes_with_channel(job, config)
                expected = expected_beats(output, image, config)
                got = (np.array(beats) * present).ravel()
                expect(expected.ravel(), got, path.storage_bits)
        assert counted.tolist() == list(counts.as_tuple()), conv.name
    assert loaded, "no job started from kept psums"


def plain_image(config: ArrayConfig) -> JobImage:
    """Return the one job of a small layer that neither loads nor keeps psums."""
    conv, x = random_layer_in(config.datapath, next(geometries(config)), 0, calm=True)
    (job,) = tile(conv, config)
    return build_image(conv, x, job, config)


def lanes_with_channel(job: Job, config: ArrayConfig) -> NDArray[np.bool_]:
    """Return which lanes of each beat hold a channel."""
    block = config.block_lanes(job.depthwise)
    blocks = -(-job.out_channels // block)
    filled = np.arange(blocks * block).reshape(blocks, block) < job.out_channels
    present = np.pad(filled, ((0, 0), (0, config.datapath.oc_lanes - block)))
    return np.repeat(present, job.out_h * job.out_w, axis=0)


@cocotb.test()
async def bench_reset_in_a_job(dut: Any) -> None:
    """A reset at any moment of a job, stalled or not, leaves nothing that still comes out."""
    await start_clock(dut, IDLE)
    image = plain_image(config_of(dut))
    whole = await run_job(dut, image, 1.0)
    for moment in range(1, RESET_MOMENTS):
        await cycle(dut, {"start": 1, "m_axis_tready": moment % 3 > 0})
        write(dut, {"start": 0})
        for _ in range(moment):
            await cycle(dut)
        await cycle(dut, {"rst": 1})
        write(dut, {"rst": 0})
        for _ in range(PIPELINE_STAGES):
            assert not (read(dut.busy) or read(dut.done) or read(dut.m_axis_tvalid))
            await cycle(dut)
    assert await run_job(dut, image, 1.0) == whole


def _lanes(ic_lanes: int, oc_lanes: int, **changes: Any) -> Datapath:
    return Datapath("unit", ic_lanes=ic_lanes, oc_lanes=oc_lanes, **changes)


FIXED_POINT: dict[str, Any] = {"format": "dynamic_fixed_point"}
DATAPATHS = {
    "1x1": _lanes(1, 1),
    "4x4_narrow": _lanes(4, 4, lane_bits=18, tree_bits=19, psum_bits=20),
    "16x4_narrow": _lanes(16, 4, lane_bits=24, tree_bits=19, psum_bits=22),
    "8x8": _lanes(8, 8),
    "4x16": _lanes(4, 16),
    "16x16": _lanes(16, 16),
    "fixed_point_4x4": _lanes(4, 4, **FIXED_POINT),
    "fixed_point_4x8_cut_and_saturated": _lanes(
        4,
        8,
        **FIXED_POINT,
        product_drop=4,
        product_rounding="nearest_even",
        lane_bits=14,
        lane_overflow="saturate",
        tree_bits=15,
        tree_overflow="saturate",
        root_drop=2,
        root_rounding="toward_zero",
        psum_bits=14,
        psum_overflow="saturate",
    ),
    "tree_first_4x4_narrow": _lanes(
        4, 4, lane_bits=18, tree_bits=19, psum_bits=20, order="tree_first"
    ),
    "fixed_point_tree_first_8x4": _lanes(
        8,
        4,
        order="tree_first",
        format="dynamic_fixed_point",
        product_drop=3,
        product_rounding="nearest_away",
        lane_bits=15,
        lane_overflow="saturate",
        tree_bits=14,
        root_drop=1,
        root_rounding="nearest_even",
        psum_bits=15,
    ),
    "fixed_point_8x2_cut_and_wrapped": _lanes(
        8,
        2,
        **FIXED_POINT,
        product_drop=3,
        product_rounding="nearest_away",
        lane_bits=16,
        tree_bits=14,
        root_drop=1,
        root_rounding="floor",
        psum_bits=15,
    ),
    "fixed_point_16_bits_2x4": _lanes(
        2,
        4,
        **FIXED_POINT,
        element_bits=16,
        weight_bits=9,
        lane_bits=40,
        tree_bits=41,
        psum_bits=48,
    ),
    "power_of_two_4x2": _lanes(
        4, 2, format="power_of_two", weight_bits=4, lane_bits=17, tree_bits=18, psum_bits=20
    ),
    "minifloat_fused_2x2": _lanes(
        2,
        2,
        format="minifloat",
        element_float=E4M3,
        accumulator_float=FloatFormat(5, 5, denormals=False, overflow="saturate"),
        fused=True,
    ),
}
FEW = ("4x4_narrow", "tree_first_4x4_narrow")
"""Those that run every time, the others being slow."""
COUNTING = ("tree_first_4x4_narrow", "fixed_point_tree_first_8x4", "minifloat_fused_2x2")
"""Those with counters of numeric events."""


@pytest.mark.parametrize(
    "name",
    [name if name in FEW else pytest.param(name, marks=pytest.mark.slow) for name in DATAPATHS],
)
def test_dla_core(sim: str, name: str) -> None:
    depths = {key.lower(): DEPTHS[key] for key in DEPTHS}
    config = ArrayConfig(DATAPATHS[name], **depths, events=name in COUNTING)
    run_bench("dla_core", __name__, sim, array_parameters(config))

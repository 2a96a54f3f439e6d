"""Cuts a layer into jobs that fit the array's buffers."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from pymodel.array.config import ArrayConfig
from pymodel.array.job import Job
from pymodel.array.section import Section, sections
from pymodel.array.tile_size import REGISTER_MAX, TileSize, act_words, choose
from pymodel.array.window import Axis
from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.post_processing import PostProcessing
from pymodel.requantise import ARRAY_RULES

GEOMETRY_REGISTERS = (
    "in_h",
    "in_w",
    "out_h",
    "out_w",
    "kernel_h",
    "kernel_w",
    "stride_h",
    "stride_w",
    "dilation_h",
    "dilation_w",
    "pad_top",
    "pad_left",
    "in_channels",
    "out_channels",
)


def tile(conv: Convolution, config: ArrayConfig, post: PostProcessing | None = None) -> list[Job]:
    """The layer's jobs, each with `post`, in an order in which the array can run them.

    Every output of the layer is put out by exactly one job. Jobs that share their outputs and
    differ in the groups of input channels follow each other, and hand their psums on through the
    psum memory.

    Raises:
        InputError: the requantise rule is none of the RTL's, a register would overflow, or the
            taps of one output do not fit the buffers; it names the layer.
    """
    rules = ARRAY_RULES[config.datapath.format]
    if conv.requantise.rule not in rules:
        raise InputError(
            f"layer {conv.name}: the array requantises by "
            f"{', '.join(rules)}, found {conv.requantise.rule}"
        )
    sizes: dict[tuple[int, int], TileSize] = {}
    jobs: list[Job] = []
    for batch, section in product(range(conv.geometry.batch), sections(conv.geometry, config)):
        channels = len(section.in_channels), len(section.out_channels)
        if channels not in sizes:
            sizes[channels] = choose(conv, section, config)
        found = _section_jobs(conv, config, batch, section, sizes[channels])
        jobs += [replace(job, post=post) for job in found]
    for job in jobs:
        _require_registers(conv, job)
    return jobs


def _section_jobs(
    conv: Convolution, config: ArrayConfig, batch: int, section: Section, size: TileSize
) -> Iterator[Job]:
    out_tiles = _cut(section.out_channels, size.blocks * config.block_lanes(section.depthwise))
    in_tiles = [section.in_channels]
    if not section.depthwise:
        in_tiles = _cut(section.in_channels, size.groups * config.datapath.ic_lanes)
    down = [(axis, part) for axis in size.down for part in _cut(axis.outputs, size.rows)]
    across = [(axis, part) for axis in size.across for part in _cut(axis.outputs, size.cols)]
    for place in product(out_tiles, down, across, in_tiles):
        yield _job(conv, config, batch, section, *place)


def _job(
    conv: Convolution,
    config: ArrayConfig,
    batch: int,
    section: Section,
    out_tile: range,
    row_tile: tuple[Axis, range],
    col_tile: tuple[Axis, range],
    in_tile: range,
) -> Job:
    """The job of one tile: output rows and columns with the axis that they are cut from."""
    g = conv.geometry
    (down, out_rows), (across, out_cols) = row_tile, col_tile
    in_rows, pad_top = down.region(out_rows)
    in_cols, pad_left = across.region(out_cols)
    return Job(
        in_h=len(in_rows),
        in_w=len(in_cols),
        out_h=len(out_rows),
        out_w=len(out_cols),
        kernel_h=g.kernel_h,
        kernel_w=g.kernel_w,
        stride_h=down.stride,
        stride_w=across.stride,
        dilation_h=down.dilation,
        dilation_w=across.dilation,
        pad_top=pad_top,
        pad_left=pad_left,
        in_channels=len(out_tile) if section.depthwise else len(in_tile),
        out_channels=len(out_tile),
        act_base=0,
        act_wrap=act_words(config),
        rounding=conv.requantise.rule,
        load_psum=in_tile.start > section.in_channels.start,
        keep_psum=in_tile.stop < section.in_channels.stop,
        depthwise=section.depthwise,
        x_zero_point=conv.x_zero_point,
        w_zero_point=conv.w_zero_point,
        y_zero_point=conv.requantise.zero_point,
        clamp_min=conv.requantise.clamp_min,
        clamp_max=conv.requantise.clamp_max,
        batch=batch,
        rows=out_rows,
        cols=out_cols,
        out_channel_range=out_tile,
        in_rows=in_rows,
        in_cols=in_cols,
        in_channel_range=in_tile,
    )


def _require_registers(conv: Convolution, job: Job) -> None:
    for name in GEOMETRY_REGISTERS:
        if getattr(job, name) > REGISTER_MAX:
            raise InputError(
                f"layer {conv.name}: {name} must be at most {REGISTER_MAX}, the "
                f"register's largest value, found {getattr(job, name)}"
            )


def _cut(places: range, size: int) -> list[range]:
    """The places in parts of `size`, the last one shorter."""
    return [places[start : start + size] for start in range(0, len(places), size)]

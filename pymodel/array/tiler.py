"""Cuts a layer into jobs that fit the array's buffers."""

from itertools import product

from pymodel.affine.requantise import INTEGER_RULES
from pymodel.array.config import ArrayConfig
from pymodel.array.job import Job, Range
from pymodel.array.tile_size import REGISTER_MAX, act_words, choose
from pymodel.array.window import columns, rows
from pymodel.convolution import Convolution
from pymodel.errors import InputError

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


def tile(conv: Convolution, config: ArrayConfig) -> list[Job]:
    """The layer's jobs, in an order in which the array can run them.

    Every output of the layer is put out by exactly one job. Jobs that share their outputs and
    differ in the groups of input channels follow each other, and hand their psums on through the
    psum memory.

    Raises:
        InputError: the requantise rule is none of the RTL's, a register would overflow, or the
            taps of one output do not fit the buffers; it names the layer.
    """
    if conv.requantise.rule not in INTEGER_RULES:
        raise InputError(
            f"layer {conv.name}: the array requantises by "
            f"{', '.join(INTEGER_RULES)}, found {conv.requantise.rule}"
        )
    geometry, size = conv.geometry, choose(conv, config)
    in_tiles = _cut(geometry.group_in_channels, size.groups * config.datapath.ic_lanes)
    out_tiles = _cut(geometry.group_out_channels, size.blocks * config.datapath.oc_lanes)
    places = product(
        range(geometry.batch),
        range(geometry.groups),
        out_tiles,
        _cut(geometry.out_h, size.rows),
        _cut(geometry.out_w, size.cols),
        in_tiles,
    )
    jobs = [_job(conv, config, *place) for place in places]
    for job in jobs:
        _require_registers(conv, job)
    return jobs


def _job(
    conv: Convolution,
    config: ArrayConfig,
    batch: int,
    group: int,
    out_tile: Range,
    row_tile: Range,
    col_tile: Range,
    in_tile: Range,
) -> Job:
    """The job of one tile; channel ranges are given within the convolution's group."""
    g = conv.geometry
    in_rows, pad_top = rows(g).region(row_tile)
    in_cols, pad_left = columns(g).region(col_tile)
    first_in, first_out = group * g.group_in_channels, group * g.group_out_channels
    return Job(
        in_h=_length(in_rows),
        in_w=_length(in_cols),
        out_h=_length(row_tile),
        out_w=_length(col_tile),
        kernel_h=g.kernel_h,
        kernel_w=g.kernel_w,
        stride_h=g.stride_h,
        stride_w=g.stride_w,
        dilation_h=g.dilation_h,
        dilation_w=g.dilation_w,
        pad_top=pad_top,
        pad_left=pad_left,
        in_channels=_length(in_tile),
        out_channels=_length(out_tile),
        act_base=0,
        act_wrap=act_words(config),
        rounding=conv.requantise.rule,
        load_psum=in_tile[0] > 0,
        keep_psum=in_tile[1] < g.group_in_channels,
        x_zero_point=conv.x_zero_point,
        w_zero_point=conv.w_zero_point,
        y_zero_point=conv.requantise.zero_point,
        clamp_min=conv.requantise.clamp_min,
        clamp_max=conv.requantise.clamp_max,
        batch=batch,
        rows=row_tile,
        cols=col_tile,
        out_channel_range=(first_out + out_tile[0], first_out + out_tile[1]),
        in_rows=in_rows,
        in_cols=in_cols,
        in_channel_range=(first_in + in_tile[0], first_in + in_tile[1]),
    )


def _require_registers(conv: Convolution, job: Job) -> None:
    for name in GEOMETRY_REGISTERS:
        if getattr(job, name) > REGISTER_MAX:
            raise InputError(
                f"layer {conv.name}: {name} must be at most {REGISTER_MAX}, the "
                f"register's largest value, found {getattr(job, name)}"
            )


def _cut(total: int, size: int) -> list[Range]:
    """0..total in parts of `size`, the last one shorter."""
    return [(start, min(start + size, total)) for start in range(0, total, size)]


def _length(extent: Range) -> int:
    return extent[1] - extent[0]

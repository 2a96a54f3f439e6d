"""Runs convolutions on the RTL in bulk and turns what came of them into rows of a report."""

import sys
from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from pymodel.array.config import ArrayConfig
from pymodel.array.tiler import tile
from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.geometry import ConvGeometry
from tb.bulk.host import Simulation, run_bulk
from tb.bulk.plan import Record, Task
from tb.verify.report import LayerReport


def describe_geometry(geometry: ConvGeometry) -> str:
    """Input, kernel and output in a few characters: 8x8x16 *3x3/2 d2 g4 > 4x4x32."""
    g = geometry
    batch = f"{g.batch}x" if g.batch > 1 else ""
    stride = "" if (g.stride_h, g.stride_w) == (1, 1) else f"/{_pair(g.stride_h, g.stride_w)}"
    dilation = (
        "" if (g.dilation_h, g.dilation_w) == (1, 1) else f" d{_pair(g.dilation_h, g.dilation_w)}"
    )
    groups = "" if g.groups == 1 else f" g{g.groups}"
    return (
        f"{batch}{g.in_h}x{g.in_w}x{g.in_channels} *{g.kernel_h}x{g.kernel_w}{stride}{dilation}"
        f"{groups} > {g.out_h}x{g.out_w}x{g.out_channels}"
    )


def _pair(h: int, w: int) -> str:
    return str(h) if h == w else f"{h},{w}"


def fits(conv: Convolution, config: ArrayConfig) -> str | None:
    """None if the layer can be cut into jobs for the array; else why not."""
    try:
        tile(conv, config)
    except InputError as error:
        return str(error)
    return None


def run_rows(
    rows: Sequence[LayerReport], tasks: Sequence[Task], simulation: Simulation, console: Console
) -> list[LayerReport]:
    """`rows` with the RTL's part filled in where there is a task of the same index."""
    if not tasks:
        return list(rows)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        bar = progress.add_task(f"RTL on {simulation.sim}", total=len(tasks))
        if not console.is_terminal:
            print(f"running {len(tasks)} layers on the RTL ({simulation.sim})", file=sys.stderr)
        records = run_bulk(tasks, simulation, lambda done: progress.advance(bar, done))
    found = {task.index: (task, record) for task, record in zip(tasks, records, strict=True)}
    config = simulation.settings.config
    return [
        _with_rtl(row, *found[row.index], config) if row.index in found else row for row in rows
    ]


def _with_rtl(row: LayerReport, task: Task, record: Record, config: ArrayConfig) -> LayerReport:
    """The row with one task's record; outputs that were not compared count as mismatches."""
    details = list(row.details)
    mismatches = record.mismatches
    if record.error is not None:
        mismatches = task.expected.size
        details.append(f"RTL: {record.error}")
    elif record.first is not None:
        first = record.first.describe(config.datapath.element_bits)
        unknown = f" ({record.unknown} of them X)" if record.unknown else ""
        details.append(
            f"RTL against model: {mismatches} of {record.outputs} outputs differ{unknown}; "
            f"first at {first}"
        )
    lanes = config.datapath.ic_lanes * config.datapath.oc_lanes
    return replace(
        row,
        mismatches=mismatches,
        cycles=record.busy if record.error is None else None,
        utilisation=row.macs / (lanes * record.busy) if record.busy else None,
        wall_s=row.wall_s + record.wall_s,
        status="fail" if mismatches or row.status == "fail" else "pass",
        details=tuple(details),
    )

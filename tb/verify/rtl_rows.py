"""Runs convolutions on the RTL in bulk and turns what came of them into rows of a report."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from pymodel.array.config import ArrayConfig
from pymodel.array.events import named_events
from pymodel.array.tiler import tile
from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.geometry import ConvGeometry
from tb.bulk.host import Simulation, run_bulk
from tb.bulk.plan import Record, Task
from tb.bulk.planned import Planned
from tb.scoreboard import Comparison
from tb.verify.details import of_runs, plural
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


@contextmanager
def progress_of(
    comparisons: int, what: str, simulation: Simulation, console: Console
) -> Iterator[Callable[[int], None]]:
    """Show how many of the `comparisons` have been recorded; the function is told of each few more.

    A bar on a terminal, elsewhere one line at the start, that `what` runs.
    """
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        bar = progress.add_task(f"RTL on {simulation.sim}", total=comparisons)
        if not console.is_terminal:
            print(f"running {what} on the RTL ({simulation.sim})", file=sys.stderr)
        yield lambda done: progress.advance(bar, done)


def run_rows(
    rows: Sequence[LayerReport], tasks: Sequence[Task], simulation: Simulation, console: Console
) -> list[LayerReport]:
    """`rows` with the RTL's part filled in where there are tasks.

    Task number run * len(rows) + row.index is that row's in that run.
    """
    if not tasks:
        return list(rows)
    with progress_of(len(tasks), plural(len(tasks), "layer"), simulation, console) as finished:
        records = run_bulk(tasks, simulation, finished)
    return with_records(rows, tasks, records, simulation.settings.config)


def with_records(
    rows: Sequence[LayerReport],
    planned: Sequence[Planned],
    records: Sequence[Record],
    config: ArrayConfig,
) -> list[LayerReport]:
    """`rows` with what came of everything planned, numbered as in `run_rows`."""
    found: dict[int, list[tuple[Planned, Record]]] = {}
    for plan, record in zip(planned, records, strict=True):
        found.setdefault(plan.index % len(rows), []).append((plan, record))
    return [_with_rtl(row, found[row.index], config) if row.index in found else row for row in rows]


def _with_rtl(
    row: LayerReport, found: Sequence[tuple[Planned, Record]], config: ArrayConfig
) -> LayerReport:
    """The row with the records of all runs; outputs that were not compared are mismatches."""
    records = [record for _, record in found]
    mismatches = sum(
        plan.expected.size if record.error is not None else record.mismatches
        for plan, record in found
    )
    complete = all(record.error is None for record in records)
    busy = sum(record.busy for record in records)
    wall_s = sum(record.wall_s for record in records)
    lanes = config.datapath.ic_lanes * config.datapath.oc_lanes
    return replace(
        row,
        mismatches=mismatches,
        cycles=busy if complete and busy else None,
        utilisation=row.macs / (lanes * busy) if complete and busy and row.macs else None,
        wall_s=row.wall_s + wall_s,
        rtl_wall_s=wall_s,
        events=_events(records, config),
        status="fail" if mismatches or row.status == "fail" else "pass",
        details=(*row.details, *of_runs([_finding(record, config) for record in records])),
    )


def _events(records: Sequence[Record], config: ArrayConfig) -> dict[str, dict[str, int]] | None:
    """Numeric events of all records, by stage and kind; None where the array counts none."""
    if not config.events:
        return None
    counts = np.array([record.events for record in records], dtype=np.int64).sum(axis=0)
    return named_events(tuple(int(count) for count in counts))


def _finding(record: Record, config: ArrayConfig) -> list[str]:
    """What is wrong in one record, if anything."""
    if record.error is not None:
        return [f"RTL: {record.error}"]
    comparison = Comparison(record.outputs, record.mismatches, record.unknown, record.first)
    if comparison.first is None:
        return []
    return [f"RTL against model: {comparison.describe(config.datapath.storage_bits)}"]

"""Shows a report: a rich table on a terminal, aligned plain lines elsewhere."""

import math

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tb.verify.report import LayerReport, Report
from tb.verify.summary import speed, summary

HEADINGS = (
    "layer", "op", "geometry", "outputs", "RTL≠model", "model≠oracle", "rule≠rule", "SQNR dB",
    "MACs", "cycles", "util", "time", "status",
)  # fmt: skip
_LEFT = {"layer", "op", "geometry", "status"}
_STYLES = {"pass": "green", "fail": "bold red", "not_checked": "yellow", "model_only": "cyan"}
_VERDICT_STYLES = {"pass": "bold green", "fail": "bold red", "incomplete": "bold yellow"}
NAME_WIDTH = 28
OPTIONAL = {"rule≠rule": "rule_differences", "SQNR dB": "sqnr_db"}
"""Columns that only some reports have, and the field that fills them."""


def _count(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def _decibels(value: float | None) -> str:
    """Infinite is exact: no noise at all."""
    return "-" if value is None else "exact" if value == math.inf else f"{value:.1f}"


def short_name(name: str, width: int = NAME_WIDTH) -> str:
    """A tensor-derived layer name cut to its telling part: the first of TFLite's fused names."""
    first = name.split(";")[0]
    return first if len(first) <= width else "…" + first[-(width - 1) :]


def cells(layer: LayerReport) -> tuple[str, ...]:
    """One row, in the order of HEADINGS."""
    return (
        f"{layer.index} {short_name(layer.name)}",
        layer.op,
        layer.geometry,
        _count(layer.outputs),
        _count(layer.mismatches),
        _count(layer.oracle_mismatches),
        _count(layer.rule_differences),
        _decibels(layer.sqnr_db),
        _count(layer.macs or None),
        _count(layer.cycles),
        "-" if layer.utilisation is None else f"{layer.utilisation:.2f}",
        f"{layer.wall_s:.2f} s",
        layer.status,
    )


def table_of(layers: list[LayerReport]) -> list[tuple[str, ...]]:
    """Headings and cells, without the columns of OPTIONAL in which no layer has anything."""
    rows = [HEADINGS, *(cells(layer) for layer in layers)]
    absent = {
        heading
        for heading, field in OPTIONAL.items()
        if all(getattr(layer, field) is None for layer in layers)
    }
    kept = [place for place, heading in enumerate(HEADINGS) if heading not in absent]
    return [tuple(row[place] for place in kept) for row in rows]


def plain_lines(layers: list[LayerReport]) -> list[str]:
    """The table as aligned text, a line each, headings first."""
    rows = table_of(layers)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            text.ljust(width) if heading in _LEFT else text.rjust(width)
            for text, width, heading in zip(row, widths, rows[0], strict=True)
        ).rstrip()
        for row in rows
    ]


def _rich_table(layers: list[LayerReport]) -> Table:
    headings, *rows = table_of(layers)
    table = Table(header_style="bold")
    for heading in headings:
        left = heading in _LEFT
        table.add_column(heading, justify="left" if left else "right", no_wrap=not left)
    for *row, status in rows:
        table.add_row(*map(Text, row), Text(status, style=_STYLES[status]))
    return table


def show(report: Report, console: Console) -> None:
    """Print the table, what was found wrong, and as the last line the verdict."""
    layers = report.rows
    if console.is_terminal:
        console.print(_rich_table(layers))
    else:
        for line in plain_lines(layers):
            print(line, file=console.file)
    for layer in layers:
        for detail in layer.details:
            line = f"{layer.index} {layer.name} ({layer.op}): {detail}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    pace = speed(report)
    if pace is not None:
        console.print(Text(pace), soft_wrap=True)
    if report.verdict == "fail":
        console.print(f"run again: {report.again}", markup=False, highlight=False, soft_wrap=True)
    console.print(Text(summary(report), style=_VERDICT_STYLES[report.verdict]), soft_wrap=True)

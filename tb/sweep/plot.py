"""Draws the sweep: bits of a weight against accuracy, and against the output's noise."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pymodel.errors import InputError
from tb.sweep.labels import spread
from tb.sweep.points import Point

COLOURS = {
    "affine_int8": "#1b6ca8",
    "dynamic_fixed_point": "#2a9d58",
    "power_of_two": "#d1770f",
    "minifloat": "#8e44ad",
}
ORDER_MARKS = {"taps_first": "o", "tree_first": "s"}
GREY = "#666666"
LABEL_WIDTH = 4.6
"""Of the room for labels right of each group of points, on the axis of bits."""
LABEL_GAP = 0.043
"""Between labels, of the axis' height."""
DODGE = 0.22
"""Between points that would cover each other, on the axis of bits."""


def require_matplotlib() -> Any:
    """matplotlib.pyplot, drawing to files. InputError where it is not installed."""
    try:
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import pyplot
    except ImportError as error:
        raise InputError(
            f"matplotlib cannot be imported ({error}); `make sweep` installs it, --no-plot does "
            "without"
        ) from error
    return pyplot


def draw(points: Sequence[Point], float_accuracy: float, path: Path) -> None:
    """Write the plot of `points` to `path`, a .png. InputError where matplotlib is missing."""
    pyplot = require_matplotlib()
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(15, 7.2), layout="constrained")
    figure.suptitle(
        "The demo network's float weights in every datapath: 360 held-out digits, "
        "model and RTL identical",
        fontsize=13,
    )
    accuracy = [100 * point.accuracy for point in points]
    noise = [point.sqnr_db for point in points]
    _panel(left, points, accuracy, "accuracy of the held-out digits, %")
    left.axhline(100 * float_accuracy, color=GREY, linewidth=1, linestyle="--", zorder=1)
    left.annotate(
        f"float network {100 * float_accuracy:.1f} %",
        (0.01, 100 * float_accuracy),
        xycoords=("axes fraction", "data"),
        xytext=(0, 4),
        textcoords="offset points",
        color=GREY,
        fontsize=9,
    )
    _panel(right, points, noise, "signal-to-quantisation-noise ratio of the output, dB")
    _legend(left, points)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130)
    pyplot.close(figure)


def _panel(axes: Any, points: Sequence[Point], values: Sequence[float], name: str) -> None:
    """One quantity over the bits of a weight, a label beside each point."""
    low, high = min(values), max(values)
    margin = 0.08 * (high - low) or 1.0
    low, high = low - margin, high + margin
    axes.set_ylim(low, high)
    bits = sorted({point.weight_bits for point in points})
    places = {bit: rank * (LABEL_WIDTH + 1.0) for rank, bit in enumerate(bits)}
    axes.set_xlim(-0.6, places[bits[-1]] + LABEL_WIDTH + 0.6)
    axes.set_xticks(list(places.values()), [f"{bit}" for bit in bits])
    axes.set_xlabel("bits of a weight")
    axes.set_ylabel(name)
    axes.grid(axis="y", color="#e2e2e2", zorder=0)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for bit in bits:
        group = [place for place, point in enumerate(points) if point.weight_bits == bit]
        _group(axes, [points[i] for i in group], [values[i] for i in group], places[bit])


def _group(axes: Any, points: Sequence[Point], values: Sequence[float], at: float) -> None:
    """Points of one width, those of nearly the same value side by side, and their labels."""
    low, high = axes.get_ylim()
    near = 0.018 * (high - low)
    order = sorted(range(len(points)), key=lambda place: values[place])
    shifts: dict[int, float] = {}
    for place in order:
        taken = {shifts[i] for i in shifts if abs(values[i] - values[place]) < near}
        steps = (step * DODGE for step in range(len(points)))
        shifts[place] = next(shift for shift in steps if shift not in taken)
    edge = at + max(shifts.values()) + 0.35
    heights = spread(values, LABEL_GAP * (high - low), low + near, high - near)
    for place, point in enumerate(points):
        colour, x, y = COLOURS[point.format], at + shifts[place], values[place]
        mark = ORDER_MARKS[point.order]
        axes.plot([x, edge], [y, heights[place]], color=colour, linewidth=0.6, zorder=2)
        axes.plot(x, y, mark, color=colour, markersize=7, markeredgecolor="white", zorder=3)
        axes.text(edge + 0.05, heights[place], point.preset, color=colour, fontsize=9, va="center")


def _legend(axes: Any, points: Sequence[Point]) -> None:
    """Colours of the formats that there are, and the marks of the two orders."""
    formats = [name for name in COLOURS if any(point.format == name for point in points)]
    for name in formats:
        axes.plot([], [], "o", color=COLOURS[name], label=name)
    for order, mark in ORDER_MARKS.items():
        axes.plot([], [], mark, color=GREY, markerfacecolor="none", label=order)
    axes.legend(loc="lower right", frameon=False, fontsize=9)

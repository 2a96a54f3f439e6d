"""Draws the sweep: bits of a weight against accuracy, and against the output's noise."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pymodel.errors import InputError
from tb.sweep.labels import fanned, spread
from tb.sweep.points import Point

COLOURS = {
    "affine_int8": "#1b6ca8",
    "dynamic_fixed_point": "#2a9d58",
    "power_of_two": "#d1770f",
    "minifloat": "#8e44ad",
}
ORDER_MARKS = {"taps_first": "o", "tree_first": "s"}
GREY = "#666666"
CHARACTER = 0.135
"""Room of a label's character, in units of the axis of bits."""
LABEL_GAP = 0.043
"""Between labels, of the axis' height."""
DODGE = 0.22
"""Between points that would cover each other, in the same units."""
LEADER = 0.35
"""From the last of them to the labels."""
NEAR = 0.018
"""Values that are nearer to each other than this part of the axis' height stand side by side."""


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
    same = all(point.status == "pass" for point in points)
    verdict = "model and RTL identical" if same else "the RTL has not passed everywhere"
    figure.suptitle(f"The demo network's float weights in every datapath: {verdict}", fontsize=13)
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
    places, end = [], 0.0
    for bit in bits:
        group = [place for place, point in enumerate(points) if point.weight_bits == bit]
        places.append(end)
        end += _group(axes, [points[i] for i in group], [values[i] for i in group], end) + 1.0
    axes.set_xlim(-0.6, end)
    axes.set_xticks(places, [f"{bit}" for bit in bits])
    axes.set_xlabel("bits of a weight")
    axes.set_ylabel(name)
    axes.grid(axis="y", color="#e2e2e2", zorder=0)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _group(axes: Any, points: Sequence[Point], values: Sequence[float], at: float) -> float:
    """Points of one width, those of nearly the same value side by side, and their labels.

    Returns the room that they take from `at` on.
    """
    low, high = axes.get_ylim()
    near = NEAR * (high - low)
    rows = _rows(values, near)
    shifts = {place: step * DODGE for row in rows for step, place in enumerate(row)}
    edge = at + max(shifts.values()) + LEADER
    upwards = [place for row in rows for place in fanned(row)]
    heights = spread(sorted(values), LABEL_GAP * (high - low), low + near, high - near)
    for place, height in zip(upwards, heights, strict=True):
        point, x, y = points[place], at + shifts[place], values[place]
        colour = COLOURS[point.format]
        axes.plot([x, edge], [y, height], color=colour, linewidth=0.6, zorder=2)
        axes.plot(
            x, y, ORDER_MARKS[point.order], color=colour, markersize=7, markeredgecolor="white",
            zorder=3,
        )  # fmt: skip
        axes.text(
            edge + 0.05, height, point.preset, color=colour, fontsize=9, va="center", zorder=4,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip
    return edge - at + CHARACTER * max(len(point.preset) for point in points)


def _rows(values: Sequence[float], near: float) -> list[list[int]]:
    """Places of values that lie within `near` of their neighbour, row by row upwards."""
    rows: list[list[int]] = []
    for place in sorted(range(len(values)), key=lambda place: values[place]):
        if rows and values[place] - values[rows[-1][-1]] < near:
            rows[-1].append(place)
        else:
            rows.append([place])
    return rows


def _legend(axes: Any, points: Sequence[Point]) -> None:
    """Colours of the formats that there are, and the marks of the two orders."""
    formats = [name for name in COLOURS if any(point.format == name for point in points)]
    for name in formats:
        axes.plot([], [], "o", color=COLOURS[name], label=name)
    for order, mark in ORDER_MARKS.items():
        axes.plot([], [], mark, color=GREY, markerfacecolor="none", label=order)
    axes.legend(loc="lower right", frameon=False, fontsize=9)

"""Draws the test error of low-precision training: the grid of widths, and where each way breaks."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pymodel.errors import InputError
from tb.sweep.labels import spread
from tb.training.points import Point, one

NEAREST, STOCHASTIC, FIXED, FLOAT, GREY = "#1b6ca8", "#d1770f", "#8e44ad", "#2a9d58", "#666666"
CHANCE = 90.0
"""Percent of errors of a network that always names one digit."""
LEAST, MOST = 2.0, 110.0
LABEL_GAP = 0.17
"""Between the names of float formats, in the logarithm of the error."""
NAMES_END = 22.6
"""The axis of bits has room for the names behind 16."""
TICKS = (2, 3, 5, 10, 20, 50, 90)


def require_matplotlib() -> Any:
    """matplotlib.pyplot, drawing to files. InputError where it is not installed."""
    try:
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import pyplot
    except ImportError as error:
        raise InputError(
            f"matplotlib cannot be imported ({error}); `make train-table` installs it, --no-plot "
            "does without"
        ) from error
    return pyplot


def draw(points: Sequence[Point], path: Path) -> None:
    """Write the plot to `path`, a .png. InputError where matplotlib is missing."""
    pyplot = require_matplotlib()
    figure, (grid, curves) = pyplot.subplots(
        1, 2, figsize=(14.5, 5.8), layout="constrained", width_ratios=(1.15, 1)
    )
    figure.suptitle(
        "Training with low-precision multiplications: 64-32-10 network, error on held-out digits",
        fontsize=13,
    )
    _grid(grid, points)
    _curves(curves, points)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130)
    pyplot.close(figure)


def _grid(axes: Any, points: Sequence[Point]) -> None:
    """Each pair of widths as a coloured cell with its error in percent."""
    ways = [point.way for point in points if point.way.family == "dynamic"]
    propagation = sorted({way.propagation_bits for way in ways})
    parameters = sorted({way.parameter_bits for way in ways})
    errors = np.array(
        [[100 * one(points, "dynamic", p, b).error for b in parameters] for p in propagation]
    )
    shades = np.log(np.maximum(errors, LEAST))
    axes.imshow(
        shades, origin="lower", cmap="YlOrRd", aspect="auto",
        vmin=np.log(LEAST), vmax=np.log(CHANCE),
    )  # fmt: skip
    for (row, column), error in np.ndenumerate(errors):
        dark = shades[row, column] > np.log(30.0)
        axes.text(
            column, row, f"{error:.1f}", ha="center", va="center", fontsize=9,
            color="white" if dark else "black",
        )  # fmt: skip
    axes.set_xticks(range(len(parameters)), [str(bits) for bits in parameters])
    axes.set_yticks(range(len(propagation)), [str(bits) for bits in propagation])
    axes.set_xlabel("bits of stored parameters")
    axes.set_ylabel("bits of propagations")
    axes.set_title("dynamic fixed point, test error in %", fontsize=11)
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _curves(axes: Any, points: Sequence[Point]) -> None:
    """The error of each family against the bits of the parameters, every seed as a dot."""
    widest = max(p.way.propagation_bits for p in points if p.way.family == "dynamic")
    dynamic = [p for p in points if p.way.family == "dynamic" and p.way.propagation_bits == widest]
    bits = [point.way.parameter_bits for point in dynamic]
    stochastic = [p for p in points if p.way.family == "stochastic"]
    fixed = [p for p in points if p.way.family == "fixed"]
    _line(axes, dynamic, NEAREST, f"dynamic, propagations of {widest} bits")
    _line(axes, stochastic, STOCHASTIC, f"dynamic {widest}, parameters rounded stochastically")
    _line(axes, fixed, FIXED, "plain fixed point, one width for all")
    _floats(axes, [p for p in points if p.way.family == "float"])
    (reference,) = [100 * p.error for p in points if p.way.family == "float64"]
    names = ((reference, 0.01, f"float64 {reference:.1f} %"), (CHANCE, 0.9, "chance"))
    for height, place, text in names:
        axes.axhline(height, color=GREY, linewidth=1, linestyle="--", zorder=1)
        axes.annotate(
            text, (place, height), xycoords=("axes fraction", "data"), xytext=(0, 3),
            textcoords="offset points", color=GREY, fontsize=9,
        )  # fmt: skip
    axes.set_yscale("log")
    axes.set_ylim(LEAST, MOST)
    axes.set_xlim(min(bits) - 0.4, NAMES_END)
    axes.set_xticks(bits, [str(bit) for bit in bits])
    axes.set_yticks(TICKS, [str(tick) for tick in TICKS])
    axes.set_yticks([], minor=True)
    axes.set_xlabel("bits of stored parameters")
    axes.set_ylabel("test error, %")
    axes.set_title("where the parameters' width breaks it", fontsize=11)
    axes.grid(axis="y", color="#e2e2e2", zorder=0)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.plot([], [], "D", color=FLOAT, markersize=5, label="floating point")
    axes.legend(frameon=False, fontsize=9, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.12))


def _line(axes: Any, points: Sequence[Point], colour: str, label: str) -> None:
    bits = [point.way.parameter_bits for point in points]
    axes.plot(
        bits, [100 * point.error for point in points], "o-", color=colour, label=label,
        markersize=5, markeredgecolor="white", zorder=3,
    )  # fmt: skip
    for point, at in zip(points, bits, strict=True):
        axes.plot(
            [at] * len(point.errors), [100 * error for error in point.errors], ".", color=colour,
            markersize=3, alpha=0.6, zorder=2,
        )  # fmt: skip


def _floats(axes: Any, points: Sequence[Point]) -> None:
    """A diamond for each float format, and its name beside it."""
    for bits in sorted({point.way.parameter_bits for point in points}):
        group = sorted(
            (point for point in points if point.way.parameter_bits == bits),
            key=lambda point: point.error,
        )
        errors = [max(100 * point.error, LEAST) for point in group]
        heights = spread(np.log(errors).tolist(), LABEL_GAP, np.log(LEAST), np.log(MOST))
        for point, error, height in zip(group, errors, np.exp(heights), strict=True):
            axes.plot([bits, bits + 0.5], [error, height], color=FLOAT, linewidth=0.6, zorder=2)
            axes.plot(bits, error, "D", color=FLOAT, markersize=5, zorder=4)
            axes.text(
                bits + 0.6, height, point.way.name, color=FLOAT, fontsize=9, va="center", zorder=4
            )

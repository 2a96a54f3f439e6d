"""The demo network's float weights in every preset: `python -m tb.sweep`, behind `make sweep`.

For each datapath: the accuracy over all held-out digits and the output's signal-to-quantisation-
noise ratio, in the model, and the RTL against the model on the first of them. Prints a table;
writes build/sweep.json and build/sweep.png.

Exit status: 0 the RTL agreed everywhere, 1 it did not, 2 bad usage or input, 3 a layer was left
out, 130 interrupted.
"""

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from pymodel.array.config import ArrayConfig
from pymodel.errors import InputError
from pymodel.presets import PRESETS
from tb import runner, simulators
from tb.bulk.host import Simulation
from tb.bulk.plan import Settings
from tb.paths import BUILD_DIR
from tb.sweep.plot import draw, require_matplotlib
from tb.sweep.points import DemoNetwork, Point
from tb.verify.datapath_options import datapath_named
from tb.verify.details import plural
from tb.verify.report import write_json

SCHEMA = 1
HEADINGS = ("preset", "weight bits", "activation bits", "accumulator", "order", "lanes", "accuracy",
            "SQNR dB", "RTL outputs", "mismatches", "status")  # fmt: skip
TEXT = {"preset", "accumulator", "order", "lanes", "status"}
EXIT_STATUS = {"pass": 0, "fail": 1, "not_checked": 3}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        raise InputError(f"{message}; `python -m tb.sweep --help` lists the options")


def main(arguments: Sequence[str] | None = None, folder: Path = BUILD_DIR) -> int:
    """Run the command, results go to `folder`; returns its exit status."""
    try:
        options = _options(arguments)
        if options.plot:
            require_matplotlib()
        points, float_accuracy = _sweep(options)
        write_json(folder / "sweep.json", _document(points, float_accuracy, options))
        if options.plot:
            draw(points, float_accuracy, folder / "sweep.png")
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted: nothing is recorded", file=sys.stderr)
        return 130
    print(*lines(points), sep="\n")
    print(_verdict(points, float_accuracy, options.sim))
    return max((EXIT_STATUS[point.status] for point in points), key=lambda one: (one == 1, one))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser(prog="python -m tb.sweep", description=__doc__,
                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument(
        "--datapath", action="append", help="preset or .json file; all presets by default"
    )
    parser.add_argument("--runs", type=int, default=2, help="digits that the RTL runs")
    parser.add_argument("--sim", default=simulators.DEFAULT, help="verilator or icarus")
    parser.add_argument("--jobs", type=int, default=1, help="simulators side by side")
    parser.add_argument("--no-plot", dest="plot", action="store_false", help="write no picture")
    options = parser.parse_args(arguments)
    for name in ("runs", "jobs"):
        if getattr(options, name) < 1:
            raise InputError(f"--{name} must be at least 1, found {getattr(options, name)}")
    simulators.find(options.sim)
    return options


def _sweep(options: argparse.Namespace) -> tuple[list[Point], float]:
    """A point for each datapath, and the float network's accuracy."""
    datapaths = [datapath_named(name) for name in options.datapath or PRESETS]
    demo, console = DemoNetwork(), Console(soft_wrap=True)
    seed = runner.default_seed()
    simulation = Simulation(options.sim, Settings(ArrayConfig()), jobs=options.jobs, seed=seed)
    points = []
    for datapath in datapaths:
        print(f"{datapath.name}: ", end="", file=sys.stderr, flush=True)
        points.append(demo.point(datapath, simulation, options.runs, console))
    return points, demo.float_accuracy()


def _document(
    points: Sequence[Point], float_accuracy: float, options: argparse.Namespace
) -> dict[str, Any]:
    rows = [asdict(point) for point in points]
    for row in rows:
        row["sqnr_db"] = row["sqnr_db"] if math.isfinite(row["sqnr_db"]) else None
    return {
        "schema": SCHEMA,
        "sim": options.sim,
        "seed": runner.default_seed(),
        "float_accuracy": float_accuracy,
        "points": rows,
    }


def lines(points: Sequence[Point]) -> list[str]:
    """The table as aligned text, headings first, and under it what is wrong."""
    rows = [HEADINGS, *(_cells(point) for point in points)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    table = [
        "  ".join(
            text.ljust(width) if heading in TEXT else text.rjust(width)
            for text, width, heading in zip(row, widths, HEADINGS, strict=True)
        ).rstrip()
        for row in rows
    ]
    return table + [f"{point.preset}: {line}" for point in points for line in point.details]


def _cells(point: Point) -> tuple[str, ...]:
    return (
        point.preset,
        str(point.weight_bits),
        str(point.activation_bits),
        point.accumulator,
        point.order,
        point.lanes,
        f"{100 * point.accuracy:.1f} %",
        f"{point.sqnr_db:.1f}",
        f"{point.outputs:,}",
        f"{point.mismatches:,}",
        point.status,
    )


def _verdict(points: Sequence[Point], float_accuracy: float, sim: str) -> str:
    outputs = sum(point.outputs for point in points)
    mismatches = sum(point.mismatches for point in points)
    failed = [point.preset for point in points if point.status != "pass"]
    return (
        f"{'FAIL' if failed else 'PASS'}: {plural(len(points), 'datapath')} on the RTL ({sim}), "
        f"{outputs:,} outputs, {mismatches:,} mismatches against the model; the float network has "
        f"{100 * float_accuracy:.1f} %" + (f"; not passed: {', '.join(failed)}" if failed else "")
    )


if __name__ == "__main__":
    sys.exit(main())

"""Lint all Verilog over several shapes with both simulators: `python -m tb.lint_rtl`.

The array, the harness of its bulk path and the second DUT. Any warning fails: of Verilator's -Wall,
less the waivers in the sources, each with its reason, and of Icarus's -Wall in its Verilog-2005
mode. Exit status 0 clean, 1 warnings, 2 a missing simulator.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from pymodel.array.config import ArrayConfig
from pymodel.datapath import Datapath, Order
from pymodel.errors import InputError
from pymodel.formats.float_format import FLOAT32
from pymodel.presets import PRESETS, preset
from tb import simulators
from tb.array_parameters import array_parameters
from tb.bulk import harness
from tb.commands import TIMESCALE
from tb.paths import RTL_DIR
from tb.sources import rtl_sources

Shape = dict[str, int]


@dataclass(frozen=True)
class Target:
    """A module to lint in several shapes: parameter values, {} for its own.

    sources: its Verilog. include_dir: where its include files lie.
    """

    top: str
    sources: tuple[Path, ...]
    include_dir: Path
    shapes: tuple[Shape, ...] = ({},)


SERIAL_DIR = harness.HDL_DIR / "serial_mac"
SERIAL_DEPTHS = ("ACT_DEPTH", "WEIGHT_DEPTH", "PARAM_DEPTH", "PSUM_DEPTH", "OUT_DEPTH")
NARROWER = replace(
    preset("dfp16"), name="narrower", element_bits=11, weight_bits=6, lane_bits=20, root_drop=1
)
"""Activations and weights that fill no field of their own width."""
FLOAT32_ELEMENTS = Datapath(
    "float32", format="minifloat", element_float=FLOAT32, accumulator_float=FLOAT32
)


def preset_shapes() -> Iterator[Shape]:
    """Every preset, and other widths of elements, in both orders, with and without counters."""
    for path in (*PRESETS.values(), NARROWER, FLOAT32_ELEMENTS):
        orders = get_args(Order) if not path.fused else (path.order,)
        for order, (ic_lanes, oc_lanes) in zip(orders, ((2, 2), (4, 2)), strict=False):
            shape = replace(path, order=order, ic_lanes=ic_lanes, oc_lanes=oc_lanes)
            config = ArrayConfig(shape, events=order == path.order)
            yield {name: int(value) for name, value in array_parameters(config).items()}


ARRAY = Target(
    "dla_top",
    tuple(rtl_sources("dla_top")),
    RTL_DIR,
    (
        {},
        {"IC_LANES": 1, "OC_LANES": 1},
        {"IC_LANES": 4, "OC_LANES": 16},
        {"IC_LANES": 16, "OC_LANES": 4},
        {"IC_LANES": 32, "OC_LANES": 32},
        {"IC_LANES": 8, "OC_LANES": 8, "LANE_W": 20, "TREE_W": 22, "PSUM_W": 24},
        {"IC_LANES": 2, "OC_LANES": 2, "ACT_DEPTH": 1, "WEIGHT_DEPTH": 1, "PARAM_DEPTH": 1},
        {"IC_LANES": 1, "OC_LANES": 2, "EVENTS": 1},
        *preset_shapes(),
    ),
)
HARNESS = Target(
    harness.TOPLEVEL,
    (harness.SOURCE, *ARRAY.sources),
    RTL_DIR,
    ({}, {"IC_LANES": 1}, {"HDL_CLOCK": 0}, {"IC_LANES": 2, "OC_LANES": 2, "EVENTS": 1}),
)
SERIAL = Target(
    "serial_mac",
    tuple(rtl_sources("serial_mac", SERIAL_DIR)),
    SERIAL_DIR,
    ({}, *(dict.fromkeys(SERIAL_DEPTHS, depth) for depth in (1, 49, 65536))),
)
TARGETS = (ARRAY, HARNESS, SERIAL)


def main() -> int:
    """Lint every shape; print each complaint once it is found, and a closing line."""
    try:
        tools = [simulators.find(name) for name in simulators.NAMES]
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    unclean = 0
    for target in TARGETS:
        for tool in tools:
            for shape in target.shapes:
                complaint = lint(tool, target, shape)
                if complaint:
                    unclean += 1
                    print(f"{target.top} on {tool.name}, {shape or 'default shape'}:\n{complaint}")
        print(f"{target.top}: {len(target.shapes)} shapes on {len(tools)} simulators")
    print(f"{unclean} of them with warnings")
    return 1 if unclean else 0


def lint(tool: simulators.Simulator, target: Target, shape: Shape) -> str:
    """Return what `tool` has to say about `target` in `shape`; nothing when it is clean."""
    top = target.top
    if tool.name == "verilator":
        command = ["perl", str(tool.executable), "--lint-only", "-Wall", "--timing"]
        command += ["--timescale", TIMESCALE, "--top-module", top]
        command += [f"-G{name}={value}" for name, value in shape.items()]
    else:
        command = [str(tool.executable), "-g2005", "-Wall", "-t", "null", "-s", top]
        command += [f"-P{top}.{name}={value}" for name, value in shape.items()]
    command += [f"-I{target.include_dir}", *map(str, target.sources)]
    environment = {**os.environ, **tool.environment}
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    said = "\n".join(
        line for line in (run.stdout + run.stderr).splitlines() if not line.startswith("- ")
    )
    return said or (f"exit status {run.returncode}" if run.returncode else "")


if __name__ == "__main__":
    sys.exit(main())

"""Lint the RTL over several shapes with both simulators: `python -m tb.lint_rtl`.

Any warning fails: of Verilator's -Wall, less the waivers in the sources, each with its reason, and
of Icarus's -Wall in its Verilog-2005 mode. Exit status 0 clean, 1 warnings, 2 a missing simulator.
"""

import os
import subprocess
import sys
from pathlib import Path

from pymodel.errors import InputError
from tb import simulators
from tb.paths import RTL_DIR
from tb.sources import rtl_sources

TOP = "dla_top"
SHAPES: tuple[dict[str, int], ...] = (
    {},
    {"IC_LANES": 1, "OC_LANES": 1},
    {"IC_LANES": 4, "OC_LANES": 16},
    {"IC_LANES": 16, "OC_LANES": 4},
    {"IC_LANES": 32, "OC_LANES": 32},
    {"IC_LANES": 8, "OC_LANES": 8, "LANE_W": 20, "TREE_W": 22, "PSUM_W": 24},
    {"IC_LANES": 2, "OC_LANES": 2, "ACT_DEPTH": 1, "WEIGHT_DEPTH": 1, "PARAM_DEPTH": 1},
)


def main() -> int:
    """Lint every shape; print each complaint once it is found, and a closing line."""
    try:
        tools = [simulators.find(name) for name in simulators.NAMES]
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    unclean = 0
    for tool in tools:
        for shape in SHAPES:
            complaint = lint(tool, shape)
            if complaint:
                unclean += 1
                print(f"{tool.name} {shape or 'default shape'}:\n{complaint}")
    print(f"{TOP}: {len(SHAPES)} shapes on {len(tools)} simulators, {unclean} with warnings")
    return 1 if unclean else 0


def lint(
    tool: simulators.Simulator, shape: dict[str, int], top: str = TOP, rtl_dir: Path = RTL_DIR
) -> str:
    """Return what `tool` has to say about `top` in `shape`; nothing when it is clean."""
    sources = [str(path) for path in rtl_sources(top, rtl_dir)]
    if tool.name == "verilator":
        command = ["perl", str(tool.executable), "--lint-only", "-Wall", "--top-module", top]
        command += [f"-G{name}={value}" for name, value in shape.items()]
    else:
        command = [str(tool.executable), "-g2005", "-Wall", "-t", "null", "-s", top]
        command += [f"-P{top}.{name}={value}" for name, value in shape.items()]
    command += [f"-I{rtl_dir}", *sources]
    environment = {**os.environ, **tool.environment}
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    said = "\n".join(
        line for line in (run.stdout + run.stderr).splitlines() if not line.startswith("- ")
    )
    return said or (f"exit status {run.returncode}" if run.returncode else "")


if __name__ == "__main__":
    sys.exit(main())

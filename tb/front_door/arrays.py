"""The arrays that the front-door benches run on, and the one call that runs a module of them."""

import os
from dataclasses import replace

from pymodel.array.config import ArrayConfig
from pymodel.datapath import Datapath
from pymodel.presets import preset
from tb import runner
from tb.array_parameters import array_parameters
from tb.sources import rtl_sources

TOPLEVEL = "dla_top"


def _array(ic_lanes: int, oc_lanes: int) -> ArrayConfig:
    """Buffers that small layers fill, so that every limit is within a bench's reach."""
    datapath = Datapath(f"int8_{ic_lanes}x{oc_lanes}", ic_lanes=ic_lanes, oc_lanes=oc_lanes)
    return ArrayConfig(datapath, act_depth=96, weight_depth=48, param_depth=4, psum_depth=32)


SQUARE, COUNTING = "4x4", "4x2_counting"
ARRAYS = {
    f"{ic_lanes}x{oc_lanes}": _array(ic_lanes, oc_lanes)
    for ic_lanes, oc_lanes in ((1, 1), (4, 4), (4, 16))
} | {
    COUNTING: ArrayConfig(
        replace(preset("dfp8_narrow"), ic_lanes=4, oc_lanes=2),
        act_depth=128,
        weight_depth=40,
        param_depth=4,
        psum_depth=32,
        events=True,
    )
}
"""By IC_LANES x OC_LANES; the one that counts numeric events cuts and saturates."""
_ENVIRONMENT = "FRONT_DOOR_ARRAY"


def array_under_test() -> ArrayConfig:
    """The array that the running simulation was built for."""
    return ARRAYS[os.environ[_ENVIRONMENT]]


def run_benches(sim: str, module: str, array: str = SQUARE) -> runner.RunResult:
    """Run all cocotb benches of `module` in one simulation of dla_top, as one of ARRAYS.

    Modules that run on the same array share one cached build. Raises SimulationFailed when a
    bench fails.
    """
    return runner.run(
        toplevel=TOPLEVEL,
        module=module,
        sources=rtl_sources(TOPLEVEL),
        sim=sim,
        parameters=array_parameters(ARRAYS[array]),
        extra_env={_ENVIRONMENT: array},
        top_only=True,
        optimise="-O1",  # the drivers in Python set the pace
    )

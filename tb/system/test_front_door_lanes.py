"""The front door of arrays that aren't square: one lane, and more output lanes than input lanes."""

import cocotb
import pytest

from pymodel.geometry import ConvGeometry
from tb.front_door.arrays import run_benches
from tb.front_door.layers import random_layer
from tb.front_door.ports import DlaTop
from tb.front_door.testbench import TB, bench

GEOMETRIES = {
    "full_kernel": ConvGeometry(1, 3, 3, 2, 3, 2, 2, pad_top=1, pad_right=1),
    "groups_and_blocks": ConvGeometry(1, 2, 3, 9, 18, 1, 1),
    "dilated_stride": ConvGeometry(1, 6, 5, 3, 4, 3, 2, stride_h=2, dilation_w=2, pad_left=2),
}


@bench
@cocotb.parametrize(geometry=[cocotb.Param(value, name=name) for name, value in GEOMETRIES.items()])
async def bench_geometry(dut: DlaTop, geometry: ConvGeometry) -> None:
    """Every output agrees with the model, with no stalls and with stalls everywhere."""
    tb = TB(dut)
    await tb.start()
    for profile in ("none", "half", "long"):
        if profile != "none":
            tb.set_idle_generator(tb.stalls(profile))
            tb.set_backpressure_generator(tb.stalls(profile))
        await tb.check_layer(*random_layer(tb.rng, geometry, w_zero_point=-9))


@pytest.mark.parametrize(
    "array", ["1x1", pytest.param("4x16", marks=pytest.mark.slow_on("verilator"))]
)
def test_lanes(sim: str, array: str) -> None:
    run_benches(sim, __name__, array)

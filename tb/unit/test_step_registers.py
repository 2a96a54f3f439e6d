"""rtl/step_registers.v: each stage shows what the one before it showed an enabled cycle earlier."""

from typing import Any

import cocotb
import pytest

from tb.unit.bench import DRAWS, cycle, random_generator, read, run_bench, start_clock

WIDTHS = {"lane_mask": "IC_LANES", "keep": "OC_LANES", "param_addr": "PARAM_AW"}
WIDTHS |= {"psum_addr": "PSUM_AW"}
FLAGS = ("valid", "pad", "first_tap", "last_tap", "first_group", "last_group", "last")
STAGES = {
    1: ("valid", "first_tap", "root", "first_group", "mask", "keep", "psum_addr"),
    2: ("root", "first_group", "final", "keep", "param_addr"),
    3: ("final", "last", "keep", "psum_addr"),
}
CONTROL = ("valid", "root", "final")
"""What a reset clears; the rest means nothing without them."""


def in_stage_1(step: dict[str, int], lanes: int) -> dict[str, int]:
    """A step as the pipeline carries it."""
    root = step["valid"] & step["last_tap"]
    mask = (1 << lanes) - 1 if step["pad"] else step["lane_mask"]
    return {**step, "root": root, "final": root & step["last_group"], "mask": mask}


@cocotb.test()
async def bench_random_steps(dut: Any) -> None:
    """Random steps, pauses and resets; every output after every cycle."""
    random = random_generator()
    bits = dict.fromkeys(FLAGS, 1)
    bits |= {name: int(getattr(dut, parameter).value) for name, parameter in WIDTHS.items()}
    await start_clock(dut, {"en": 0})
    stages: dict[int, dict[str, int]] = {stage: dict.fromkeys(CONTROL, 0) for stage in STAGES}
    for _ in range(DRAWS):
        step = {name: int(random.integers(0, 1 << width)) for name, width in bits.items()}
        en, rst = random.random() < 0.8, random.random() < 0.02
        inputs = {f"s0_{name}": value for name, value in step.items()}
        await cycle(dut, {**inputs, "en": en, "rst": rst})
        if en:
            first = in_stage_1(step, bits["lane_mask"])
            stages = {1: first, 2: stages[1], 3: stages[2]}
        if rst:
            stages = {
                stage: carried | dict.fromkeys(CONTROL, 0) for stage, carried in stages.items()
            }
        for stage, names in STAGES.items():
            for name in set(names) & set(stages[stage]):
                got = read(getattr(dut, f"s{stage}_{name}"))
                assert got == stages[stage][name], f"s{stage}_{name}"


@pytest.mark.parametrize(("ic_lanes", "oc_lanes"), [(1, 1), (4, 16)])
def test_step_registers(sim: str, ic_lanes: int, oc_lanes: int) -> None:
    parameters = {"IC_LANES": ic_lanes, "OC_LANES": oc_lanes, "PARAM_AW": 3, "PSUM_AW": 6}
    run_bench("step_registers", __name__, sim, parameters)

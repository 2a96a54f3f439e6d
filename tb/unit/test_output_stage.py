"""rtl/output_stage.v against pymodel's bias, requantise and clamp."""

from typing import Any

import cocotb
import numpy as np
import pytest

from pymodel.affine.requantise import INTEGER_RULES, requantise
from pymodel.fixed_point import widen
from pymodel.formats.affine_int8 import accumulate
from pymodel.formats.width import Width
from tb.unit.bench import DRAWS, Column, draw, evaluate, expect, random_generator, run_bench
from tb.unit.parameters import random_requantise, register_inputs

CHANNELS = 40


@cocotb.test()
@cocotb.parametrize(rule=INTEGER_RULES)
async def bench_random_layers(dut: Any, rule: str) -> None:
    """Random channels of random layers; biases reach far enough for the psum to wrap."""
    random, psum_bits = random_generator(), len(dut.psum)
    for _ in range(DRAWS // CHANNELS):
        params = random_requantise(random, rule, CHANNELS)
        wide = draw(random, psum_bits, CHANNELS)
        psum = np.where(random.random(CHANNELS) < 0.7, wide >> psum_bits - 14, wide)
        bias = draw(random, 32, CHANNELS) >> np.where(random.random(CHANNELS) < 0.7, 20, 0)
        acc = accumulate(psum, bias, Width(psum_bits)).astype(np.int32)
        inputs: dict[str, Column] = {
            "psum": psum,
            "bias": bias,
            "multiplier": widen(params.multiplier),
            "shift": widen(params.shift),
        }
        inputs |= {name: [value] * CHANNELS for name, value in register_inputs(params).items()}
        got = await evaluate(dut, "y", inputs)
        expect(requantise(acc, params).astype(np.int64), got, len(dut.y), inputs)


@pytest.mark.parametrize("psum_bits", [32, 20])
def test_output_stage(sim: str, psum_bits: int) -> None:
    run_bench("output_stage", __name__, sim, {"PSUM_W": psum_bits})

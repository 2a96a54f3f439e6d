"""rtl/output_stage.v against pymodel's bias, requantise and clamp."""

from typing import Any

import cocotb
import numpy as np
import pytest

from pymodel.affine.requantise import INTEGER_RULES, Requantise, requantise
from pymodel.fixed_point import widen
from pymodel.formats.affine_int8 import accumulate
from tb.registers import load_definitions
from tb.unit.bench import DRAWS, Column, draw, evaluate, expect, random_generator, run_bench

CHANNELS = 40


@cocotb.test()
@cocotb.parametrize(rule=INTEGER_RULES)
async def bench_random_layers(dut: Any, rule: str) -> None:
    """Random channels of random layers; biases reach far enough for their sum to wrap."""
    random, psum_bits = random_generator(), len(dut.psum)
    for _ in range(DRAWS // CHANNELS):
        params = random_layer(random, rule)
        wide = draw(random, psum_bits, CHANNELS)
        psum = np.where(random.random(CHANNELS) < 0.7, wide >> psum_bits - 14, wide)
        bias = draw(random, 32, CHANNELS) >> np.where(random.random(CHANNELS) < 0.7, 20, 0)
        acc = accumulate(bias, psum, 32).astype(np.int32)
        inputs: dict[str, Column] = {
            "psum": psum,
            "bias": bias,
            "multiplier": widen(params.multiplier),
            "shift": widen(params.shift),
            "rounding": [load_definitions()[f"ROUND_{rule.upper()}"]] * CHANNELS,
            "zero_point": [params.zero_point] * CHANNELS,
            "clamp_min": [params.clamp_min] * CHANNELS,
            "clamp_max": [params.clamp_max] * CHANNELS,
        }
        got = await evaluate(dut, "y", inputs)
        expect(requantise(acc, params).astype(np.int64), got, len(dut.y), inputs)


def random_layer(random: np.random.Generator, rule: str) -> Requantise:
    """Return parameters of CHANNELS channels that bring psums of 14 bits into and past int8."""
    multiplier = random.integers(1 << 30, 1 << 31, CHANNELS).astype(np.int32)
    shift = random.integers(-9, -2, CHANNELS).astype(np.int32)
    clamp_min, clamp_max = np.sort(draw(random, 8, 2))
    return Requantise(
        rule=rule,
        multiplier=multiplier,
        shift=shift,
        scale=np.ldexp(multiplier.astype(np.float64), shift - 31),
        zero_point=int(draw(random, 8, 1)[0]),
        clamp_min=int(clamp_min),
        clamp_max=int(clamp_max),
    )


@pytest.mark.parametrize("psum_bits", [32, 20])
def test_output_stage(sim: str, psum_bits: int) -> None:
    run_bench("output_stage", __name__, sim, {"PSUM_W": psum_bits})

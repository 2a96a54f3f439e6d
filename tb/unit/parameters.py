"""Random requantise parameters for the output benches."""

import numpy as np

from pymodel.requantise import Requantise
from tb.registers import load_definitions
from tb.unit.bench import draw


def random_requantise(random: np.random.Generator, rule: str, channels: int) -> Requantise:
    """Return parameters that bring accumulators of about 14 bits into and past int8."""
    multiplier = random.integers(1 << 30, 1 << 31, channels).astype(np.int32)
    shift = random.integers(-9, -2, channels).astype(np.int32)
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


def register_inputs(params: Requantise) -> dict[str, int]:
    """Return what a job's registers hold of `params`, by port."""
    return {
        "rounding": load_definitions()[f"ROUND_{params.rule.upper()}"],
        "zero_point": params.zero_point,
        "clamp_min": params.clamp_min,
        "clamp_max": params.clamp_max,
    }

"""Ways to program a job that the array must refuse, each with the error code that says why."""

from collections.abc import Iterator
from dataclasses import dataclass

from pymodel.array.config import ArrayConfig
from pymodel.geometry import ConvGeometry
from tb.registers import Definitions, halves, load_definitions

LEGAL = ConvGeometry(1, 3, 4, 6, 5, 2, 2)
"""A job that is legal on 4 x 4 lanes; each illegal program is this one with one thing wrong."""
HUGE = 1 << 15
"""HUGE * HUGE * 4 is 2^32: nothing, to a check that multiplies in 32 bits."""


@dataclass(frozen=True)
class IllegalProgram:
    """Register writes (name to value) that turn a legal job into one refused with `code`."""

    name: str
    code: str
    writes: dict[str, int]


def illegal_programs(config: ArrayConfig) -> list[IllegalProgram]:
    """All of them, for every code that a start can be refused with."""
    definitions = load_definitions()
    return [
        *_zero_sizes(),
        *_image_ranges(config),
        *_weight_ranges(config),
        *_psum_ranges(config, definitions),
        IllegalProgram("rounding", "ERR_ROUNDING", {"REG_MODE": 3 << definitions["MODE_ROUNDING"]}),
        *_clamps(),
        *_depthwise(definitions),
        *_post_clamps(definitions),
    ]


def _zero_sizes() -> Iterator[IllegalProgram]:
    """Each size as 0, the other half of its register as 1."""
    for register in ("IN_SIZE", "OUT_SIZE", "KERNEL", "STRIDE", "DILATION", "CHANNELS"):
        for half, value in (("high", halves(0, 1)), ("low", halves(1, 0))):
            yield IllegalProgram(f"{register}_{half}", "ERR_ZERO_SIZE", {f"REG_{register}": value})


def _image_ranges(config: ArrayConfig) -> Iterator[IllegalProgram]:
    words = LEGAL.in_h * LEGAL.in_w * config.in_groups(LEGAL.in_channels)
    four_groups = halves(4 * config.datapath.ic_lanes, 1)
    side = config.act_depth
    for name, writes in {
        "image_over_ring": {"REG_ACT_WRAP": words - 1},
        "image_over_buffer": {"REG_IN_SIZE": halves(side // 2 + 1, 1)},
        "image_of_2^32": {"REG_IN_SIZE": halves(HUGE, HUGE), "REG_CHANNELS": four_groups},
        "ring_over_buffer": {"REG_ACT_WRAP": side + 1},
        "ring_over_16_bits": {"REG_ACT_WRAP": 1 << 16 | side},
        "ring_empty": {"REG_ACT_WRAP": 0},
        "base_at_ring_end": {"REG_ACT_BASE": side},
        "base_over_16_bits": {"REG_ACT_BASE": 1 << 16},
        "start_over_buffer": {"REG_ACT_START": 1},
        "start_over_32_bits": {"REG_ACT_START": (1 << 32) - side},
    }.items():
        yield IllegalProgram(name, "ERR_ACT_RANGE", writes)


def _weight_ranges(config: ArrayConfig) -> Iterator[IllegalProgram]:
    blocks = -(-LEGAL.out_channels // config.datapath.oc_lanes)
    words = config.in_groups(LEGAL.in_channels) * blocks
    kernel = halves(config.weight_depth // words + 1, 1)
    yield IllegalProgram("kernel", "ERR_WEIGHT_RANGE", {"REG_KERNEL": kernel})
    pixel, four_groups = halves(1, 1), halves(4 * config.datapath.ic_lanes, 1)
    writes = {"REG_KERNEL": halves(HUGE, HUGE), "REG_IN_SIZE": pixel, "REG_CHANNELS": four_groups}
    yield IllegalProgram("kernel_of_2^32", "ERR_WEIGHT_RANGE", writes)
    channels = halves(1, config.param_depth * config.datapath.oc_lanes + 1)
    writes = {"REG_KERNEL": pixel, "REG_CHANNELS": channels}
    yield IllegalProgram("channels", "ERR_PARAM_RANGE", writes)
    for code, name, base in (
        ("ERR_WEIGHT_RANGE", "weight_base", halves(0, config.weight_depth)),
        ("ERR_WEIGHT_RANGE", "weight_base_of_16_bits", halves(0, 0xFFFF)),
        ("ERR_PARAM_RANGE", "param_base", halves(config.param_depth, 0)),
        ("ERR_PARAM_RANGE", "param_base_of_16_bits", halves(0xFFFF, 0)),
    ):
        yield IllegalProgram(name, code, {"REG_BUFFER_BASE": base})


def _psum_ranges(config: ArrayConfig, definitions: Definitions) -> Iterator[IllegalProgram]:
    load, keep = 1 << definitions["MODE_LOAD_PSUM"], 1 << definitions["MODE_KEEP_PSUM"]
    over = config.psum_depth + 1
    one_block = halves(LEGAL.in_channels, 1)
    half_blocks = halves(over // 2 + 1, 1)
    for name, mode, size, channels in (
        ("keep", keep, halves(over, 1), one_block),
        ("load", load, halves(1, over), one_block),
        ("load_and_keep", load | keep, halves(over, 1), one_block),
        ("blocks", keep, half_blocks, halves(LEGAL.in_channels, LEGAL.out_channels)),
    ):
        writes = {"REG_MODE": mode, "REG_OUT_SIZE": size, "REG_CHANNELS": channels}
        yield IllegalProgram(f"psum_{name}", "ERR_PSUM_RANGE", writes)


def _depthwise(definitions: Definitions) -> Iterator[IllegalProgram]:
    mode = 1 << definitions["MODE_DEPTHWISE"]
    for name, channels in (("more_outputs", halves(1, 2)), ("more_inputs", halves(2, 1))):
        writes = {"REG_MODE": mode, "REG_CHANNELS": channels}
        yield IllegalProgram(f"depthwise_{name}", "ERR_DEPTHWISE", writes)


def _post_clamps(definitions: Definitions) -> Iterator[IllegalProgram]:
    for op in ("ADD", "SUBTRACT", "MULTIPLY"):
        clamp = 1 << definitions["POST_CLAMP_MIN"] | 0 << definitions["POST_CLAMP_MAX"]
        mode = definitions[f"POST_{op}"] << definitions["POST_MODE_OP"]
        writes = {"REG_POST_MODE": mode, "REG_POST_CLAMP": clamp}
        yield IllegalProgram(f"post_{op.lower()}", "ERR_POST", writes)


def _clamps() -> Iterator[IllegalProgram]:
    for low, high in ((1, 0), (127, -128), (0, -1)):
        writes = {"REG_CLAMP_MIN": low & 0xFF, "REG_CLAMP_MAX": high & 0xFF}
        yield IllegalProgram(f"clamp_{low}_{high}", "ERR_CLAMP", writes)

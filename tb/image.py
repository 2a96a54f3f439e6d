"""A job and its tensors as the array takes them: register writes and stream packets.

Both ways into the DUT share this: the bulk path writes an image into its program and tape, the
front door sends it over AXI.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pymodel.array.config import ArrayConfig
from pymodel.array.extent import extent
from pymodel.array.job import Job
from pymodel.array.layout import (
    pack_activations,
    pack_operand,
    pack_parameters,
    pack_weights,
)
from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.formats.requantise_fixed import SHIFT_RULES
from pymodel.post_processing import Elementwise, PostProcessing, Scaling
from tb.registers import halves, load_definitions, word

PARAMETER_BITS = 32
TABLE_BEAT_ENTRIES = 4
"""Entries of the table in a beat."""

_ROUNDING: dict[str, str] = {
    "double_away": "ROUND_DOUBLE_AWAY",
    "double_up": "ROUND_DOUBLE_UP",
    "single": "ROUND_SINGLE",
    **{rule: f"ROUNDING_{rule.upper()}" for rule in SHIFT_RULES},
    "convert": "ROUND_CONVERT",
}


@dataclass(frozen=True)
class Packet:
    """One stream packet: `beats` uint8 (beats, bytes that carry data), byte 0 low on the bus.

    `tdest` names the buffer, `address` the buffer word that the packet starts at.
    """

    tdest: int
    address: int
    beats: NDArray[np.uint8]


@dataclass(frozen=True)
class JobImage:
    """Everything that one job needs from outside, in the order in which it is sent.

    writes: (register address, 32-bit value), without LOAD_ADDR and CONTROL.
    packets: activations, weights, parameters, and the table where there is one.
    operand: bytes (vectors, OC_LANES * bits / 8) for the operand stream, one for each output
    vector; none where the job has no element-wise op.
    output_beats: output vectors that leave the array; 0 when the job keeps its psums.
    mac_cycles: MAC vectors that the job issues, one a cycle: the base of any cycle limit.
    """

    job: Job
    writes: tuple[tuple[int, int], ...]
    packets: tuple[Packet, ...]
    operand: NDArray[np.uint8]
    output_beats: int
    mac_cycles: int


def register_writes(job: Job) -> tuple[tuple[int, int], ...]:
    """The job's geometry and numbers as (address, 32-bit value). InputError past 16 bits."""
    definitions = load_definitions()
    mode = definitions[_ROUNDING[job.rounding]]
    mode |= int(job.load_psum) << definitions["MODE_LOAD_PSUM"]
    mode |= int(job.keep_psum) << definitions["MODE_KEEP_PSUM"]
    mode |= int(job.depthwise) << definitions["MODE_DEPTHWISE"]
    values = {
        "REG_IN_SIZE": halves(job.in_h, job.in_w),
        "REG_OUT_SIZE": halves(job.out_h, job.out_w),
        "REG_KERNEL": halves(job.kernel_h, job.kernel_w),
        "REG_STRIDE": halves(job.stride_h, job.stride_w),
        "REG_DILATION": halves(job.dilation_h, job.dilation_w),
        "REG_PAD": halves(job.pad_top, job.pad_left),
        "REG_CHANNELS": halves(job.in_channels, job.out_channels),
        "REG_ACT_BASE": job.act_base,
        "REG_ACT_WRAP": job.act_wrap,
        "REG_MODE": mode,
        "REG_X_ZERO_POINT": word(job.x_zero_point),
        "REG_W_ZERO_POINT": word(job.w_zero_point),
        "REG_Y_ZERO_POINT": word(job.y_zero_point),
        "REG_CLAMP_MIN": word(job.clamp_min),
        "REG_CLAMP_MAX": word(job.clamp_max),
        "REG_ACT_START": job.act_start,
        "REG_BUFFER_BASE": halves(job.param_base, job.weight_base),
        **post_registers(job.post or PostProcessing()),
    }
    return tuple((definitions[name], value) for name, value in values.items())


def post_registers(post: PostProcessing) -> dict[str, int]:
    """Registers of the post-processing unit, 32-bit values by name."""
    definitions = load_definitions()
    op = "NONE" if post.elementwise is None else post.elementwise.op.upper()
    mode = definitions[f"POST_{op}"] << definitions["POST_MODE_OP"]
    mode |= int(post.table is not None) << definitions["POST_MODE_TABLE"]
    numbers = post.elementwise or _NO_NUMBERS
    scalings = {"A": numbers.a, "B": numbers.b, "Y": numbers.y}
    places = {name: definitions[f"POST_{name}"] for name in scalings}
    return {
        "REG_POST_MODE": mode,
        **{f"REG_POST_{name}_MULTIPLIER": each.multiplier for name, each in scalings.items()},
        "REG_POST_SHIFTS": sum(
            (each.shift & 0xFF) << places[name] for name, each in scalings.items()
        ),
        "REG_POST_ZERO_POINTS": sum(
            (each.zero_point & 0xFF) << places[name] for name, each in scalings.items()
        ),
        "REG_POST_CLAMP": (numbers.clamp_min & 0xFF) << definitions["POST_CLAMP_MIN"]
        | (numbers.clamp_max & 0xFF) << definitions["POST_CLAMP_MAX"],
    }


_NO_SCALING = Scaling(zero_point=0)
_NO_NUMBERS = Elementwise(op="add", a=_NO_SCALING, b=_NO_SCALING, y=_NO_SCALING)
"""What the registers hold where a job has no element-wise op: the array does not look at it."""


def element_bytes(elements: NDArray[np.integer], bits: int) -> NDArray[np.uint8]:
    """Codes (..., lanes) as little-endian bytes (rows, lanes * bits / 8), a row for each vector.

    Codes keep their low `bits` (8, 16 or 32): two's complement.
    """
    lanes = elements.shape[-1]
    patterns = elements.astype(np.int64).astype(f"<i{bits // 8}")
    return np.ascontiguousarray(patterns).reshape(-1, lanes).view(np.uint8)


def _activation_packets(
    words: NDArray[np.signedinteger], job: Job, config: ArrayConfig
) -> list[Packet]:
    """The job's input words from ACT_BASE on, in two packets where the ring buffer wraps.

    ACT_BASE counts from the ring's start.
    """
    beats = element_bytes(words, config.datapath.storage_bits)
    room = job.act_wrap - job.act_base
    tdest = load_definitions()["DEST_ACTIVATIONS"]
    packets = [Packet(tdest, job.act_start + job.act_base, beats[:room])]
    if len(beats) > room:
        packets.append(Packet(tdest, job.act_start, beats[room:]))
    return packets


def table_packets(post: PostProcessing | None) -> list[Packet]:
    """The table, where there is one."""
    if post is None or post.table is None:
        return []
    beats = element_bytes(post.table.reshape(-1, TABLE_BEAT_ENTRIES), bits=8)
    return [Packet(load_definitions()["DEST_TABLE"], 0, beats)]


def _operand_beats(
    operand: NDArray[np.signedinteger] | None, job: Job, config: ArrayConfig
) -> NDArray[np.uint8]:
    """The operand's vectors. InputError unless there is one exactly where the job needs it."""
    needed = job.post is not None and job.post.elementwise is not None and not job.keep_psum
    if needed and operand is None:
        raise InputError("a job with an element-wise op needs an operand, found none")
    bits, lanes = config.datapath.storage_bits, config.datapath.oc_lanes
    if not needed or operand is None:
        return np.zeros((0, lanes * bits // 8), dtype=np.uint8)
    return element_bytes(pack_operand(operand, job, config), bits)


def build_image(
    conv: Convolution,
    x: NDArray[np.signedinteger],
    job: Job,
    config: ArrayConfig,
    operand: NDArray[np.signedinteger] | None = None,
) -> JobImage:
    """The image of one job of `conv` on input x (NHWC), complete in itself.

    operand: second operand of the job's element-wise op, of the layer's whole output shape.

    Raises:
        InputError: the job needs an operand and has none.
    """
    definitions = load_definitions()
    weights = element_bytes(pack_weights(conv, job, config), config.datapath.storage_bits)
    parameters = pack_parameters(conv, job, config).reshape(-1, 1)
    size = extent(job, config)
    return JobImage(
        job=job,
        writes=register_writes(job),
        packets=(
            *_activation_packets(pack_activations(x, conv, job, config), job, config),
            Packet(definitions["DEST_WEIGHTS"], job.weight_base, weights),
            Packet(
                definitions["DEST_PARAMETERS"],
                job.param_base,
                element_bytes(parameters, PARAMETER_BITS),
            ),
            *table_packets(job.post),
        ),
        operand=_operand_beats(operand, job, config),
        output_beats=0 if job.keep_psum else size.vectors(job),
        mac_cycles=size.steps(job),
    )

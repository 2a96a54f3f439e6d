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
from pymodel.array.layout import pack_activations, pack_parameters, pack_weights
from pymodel.convolution import Convolution
from pymodel.formats.requantise_fixed import SHIFT_RULES
from tb.registers import halves, load_definitions, word

PARAMETER_BITS = 32

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
    packets: activations, weights, parameters.
    output_beats: output vectors that leave the array; 0 when the job keeps its psums.
    mac_cycles: MAC vectors that the job issues, one a cycle: the base of any cycle limit.
    """

    job: Job
    writes: tuple[tuple[int, int], ...]
    packets: tuple[Packet, ...]
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
    }
    return tuple((definitions[name], value) for name, value in values.items())


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
    """The job's input words from ACT_BASE on, in two packets where the ring buffer wraps."""
    beats = element_bytes(words, config.datapath.storage_bits)
    room = job.act_wrap - job.act_base
    tdest = load_definitions()["DEST_ACTIVATIONS"]
    packets = [Packet(tdest, job.act_base, beats[:room])]
    if len(beats) > room:
        packets.append(Packet(tdest, 0, beats[room:]))
    return packets


def build_image(
    conv: Convolution, x: NDArray[np.signedinteger], job: Job, config: ArrayConfig
) -> JobImage:
    """The image of one job of `conv` on input x (NHWC), complete in itself."""
    definitions = load_definitions()
    weights = element_bytes(pack_weights(conv, job, config), config.datapath.storage_bits)
    parameters = pack_parameters(conv, job, config).reshape(-1, 1)
    size = extent(job, config)
    return JobImage(
        job=job,
        writes=register_writes(job),
        packets=(
            *_activation_packets(pack_activations(x, conv, job, config), job, config),
            Packet(definitions["DEST_WEIGHTS"], 0, weights),
            Packet(definitions["DEST_PARAMETERS"], 0, element_bytes(parameters, PARAMETER_BITS)),
        ),
        output_beats=0 if job.keep_psum else size.vectors(job),
        mac_cycles=size.steps(job),
    )

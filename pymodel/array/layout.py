"""How a job's tensors lie in the array's buffers and on its output stream."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pymodel.array.config import ArrayConfig
from pymodel.array.extent import extent
from pymodel.array.job import Job, as_slice
from pymodel.convolution import Convolution

Codes = NDArray[np.signedinteger]
"""Stored codes, in the datapath's dtype."""
Code = TypeVar("Code", bound=np.generic)


def job_activations(x: Codes, conv: Convolution, job: Job) -> Codes:
    """The job's part of the layer's input x (NHWC): codes (in_h, in_w, in_channels).

    A depthwise job's channels are those of its output channels, an input channel repeated for each
    of them that sees it.
    """
    image = x[job.batch, as_slice(job.in_rows), as_slice(job.in_cols)]
    if job.depthwise:
        return image[..., np.array(job.out_channel_range) // conv.geometry.group_out_channels]
    return image[..., as_slice(job.in_channel_range)]


def job_weights(conv: Convolution, job: Job) -> Codes:
    """The job's weights: codes (out_channels, kernel_h, kernel_w, in_channels or 1 if depthwise).

    Where a job holds several groups, an output channel's weights for the input channels of another
    group than its own are the zero point, so that their products are 0.
    """
    g, inputs, outputs = conv.geometry, job.in_channel_range, job.out_channel_range
    weights = conv.weights[as_slice(outputs)]
    if job.depthwise:
        return weights
    dense = np.full((*weights.shape[:3], len(inputs)), conv.w_zero_point, dtype=weights.dtype)
    channels = np.array(outputs) // g.group_out_channels
    for group in np.unique(channels):
        first = int(group) * g.group_in_channels
        start, stop = max(first, inputs.start), min(first + g.group_in_channels, inputs.stop)
        rows = channels == group
        dense[rows, :, :, start - inputs.start : stop - inputs.start] = weights[
            rows, :, :, start - first : stop - first
        ]
    return dense


def pack_activations(x: Codes, conv: Convolution, job: Job, config: ArrayConfig) -> Codes:
    """The job's part of the layer's input as activation words, from `act_base` on.

    Word (ih * IN_W + iw) * G + g holds lane i = input channel g * IC_LANES + i; lanes without a
    channel hold 0, which the array masks. In a depthwise job a word has the channels of a block.

    Args:
        x: the layer's whole input, stored codes NHWC.

    Returns:
        Codes (IN_H * IN_W * G, IC_LANES).
    """
    tile, lanes = job_activations(x, conv, job), config.datapath.ic_lanes
    if not job.depthwise:
        return _fill(tile, -1, lanes).reshape(-1, lanes)
    block = config.block_lanes(job.depthwise)
    return _fill(_fill(tile, -1, block).reshape(-1, block), -1, lanes)


def pack_weights(conv: Convolution, job: Job, config: ArrayConfig) -> Codes:
    """The job's weights as weight words, from word 0 on.

    Word ((ocb * G + g) * KH + kh) * KW + kw holds, for output lane o and input lane i, the weight
    of output channel ocb * OC_LANES + o and input channel g * IC_LANES + i; 0 without one. In a
    depthwise job lane i of output lane i holds the weight of channel i of the block.

    Returns:
        Codes (OCB * G * KH * KW, OC_LANES, IC_LANES).
    """
    path, weights = config.datapath, job_weights(conv, job)
    if job.depthwise:
        block = config.block_lanes(job.depthwise)
        channels = _fill(weights[..., 0], 0, block).reshape(-1, block, *weights.shape[1:3])
        words = np.zeros(
            (len(channels) * conv.geometry.taps, path.oc_lanes, path.ic_lanes), weights.dtype
        )
        diagonal = np.arange(block)
        words[:, diagonal, diagonal] = channels.transpose(0, 2, 3, 1).reshape(-1, block)
        return words
    lanes = _fill(_fill(weights, 0, path.oc_lanes), 3, path.ic_lanes)
    split = lanes.reshape(
        -1, path.oc_lanes, *lanes.shape[1:3], lanes.shape[3] // path.ic_lanes, path.ic_lanes
    )
    return split.transpose(0, 4, 2, 3, 1, 5).reshape(-1, path.oc_lanes, path.ic_lanes)


def pack_parameters(conv: Convolution, job: Job, config: ArrayConfig) -> NDArray[np.int64]:
    """The job's requantise parameters, from parameter word 0 on; 0 for lanes without a channel.

    Returns:
        int64 (OCB, OC_LANES, 3): bias, multiplier, signed shift.
    """
    channels = as_slice(job.out_channel_range)
    columns = (conv.bias, conv.requantise.multiplier, conv.requantise.shift)
    table = np.stack([column[channels].astype(np.int64) for column in columns], axis=1)
    block = config.block_lanes(job.depthwise)
    return _fill(_fill(table, 0, block).reshape(-1, block, 3), 1, config.datapath.oc_lanes)


def pack_operand(operand: Codes, job: Job, config: ArrayConfig) -> Codes:
    """The operand stream's vectors, in the order in which the outputs leave the array.

    Args:
        operand: second operand of the job's element-wise op, of the layer's whole output shape.

    Returns:
        Codes (OCB * OUT_H * OUT_W, OC_LANES); 0 for lanes without a channel.
    """
    lanes = extent(job, config).block_lanes
    blocks = _fill(operand[job.output_index], -1, lanes).reshape(job.out_h, job.out_w, -1, lanes)
    return _fill(blocks.transpose(2, 0, 1, 3).reshape(-1, lanes), -1, config.datapath.oc_lanes)


def place_output(
    out: NDArray[np.generic], beats: NDArray[np.generic], job: Job, config: ArrayConfig
) -> None:
    """Writes a job's output vectors into the layer's output, in place.

    Args:
        out: the layer's whole output, NHWC, of any dtype that holds the beats' values.
        beats: (OCB * OUT_H * OUT_W, OC_LANES) in the order in which they leave the array: output
            blocks outermost, then rows, then columns. Lanes without a channel are dropped.
    """
    lanes = extent(job, config).block_lanes
    vectors = beats[:, :lanes].reshape(-1, job.out_h, job.out_w, lanes)
    channels = vectors.transpose(1, 2, 0, 3).reshape(job.out_h, job.out_w, -1)
    out[job.output_index] = channels[..., : job.out_channels]


def _fill(array: NDArray[Code], axis: int, lanes: int) -> NDArray[Code]:
    """The array with zeros behind it along `axis`, up to a multiple of `lanes`."""
    widths = [(0, 0)] * array.ndim
    widths[axis] = (0, -array.shape[axis] % lanes)
    return np.pad(array, widths)

"""How a job's tensors lie in the array's buffers and on its output stream."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pymodel.array.config import ArrayConfig
from pymodel.array.job import Job
from pymodel.convolution import Convolution

Code = TypeVar("Code", bound=np.generic)


def pack_activations(x: NDArray[np.int8], job: Job, config: ArrayConfig) -> NDArray[np.int8]:
    """The job's part of the layer's input as activation words, from `act_base` on.

    Word (ih * IN_W + iw) * G + g holds lane i = input channel g * IC_LANES + i; lanes without a
    channel hold 0, which the array masks.

    Args:
        x: the layer's whole input, int8 NHWC.

    Returns:
        int8 (IN_H * IN_W * G, IC_LANES).
    """
    tile = x[job.batch, slice(*job.in_rows), slice(*job.in_cols), slice(*job.in_channel_range)]
    lanes = config.datapath.ic_lanes
    return _fill_lanes(tile, -1, lanes).reshape(-1, lanes)


def pack_weights(conv: Convolution, job: Job, config: ArrayConfig) -> NDArray[np.int8]:
    """The job's weights as weight words, from word 0 on.

    Word ((ocb * G + g) * KH + kh) * KW + kw holds, for output lane o and input lane i, the weight
    of output channel ocb * OC_LANES + o and input channel g * IC_LANES + i; 0 without one.

    Returns:
        int8 (OCB * G * KH * KW, OC_LANES, IC_LANES).
    """
    g, path = conv.geometry, config.datapath
    first = job.in_channel_range[0] % g.group_in_channels
    tile = conv.weights[slice(*job.out_channel_range), :, :, first : first + job.in_channels]
    lanes = _fill_lanes(_fill_lanes(tile, 0, path.oc_lanes), 3, path.ic_lanes)
    split = lanes.reshape(
        -1, path.oc_lanes, g.kernel_h, g.kernel_w, lanes.shape[3] // path.ic_lanes, path.ic_lanes
    )
    return split.transpose(0, 4, 2, 3, 1, 5).reshape(-1, path.oc_lanes, path.ic_lanes)


def pack_parameters(conv: Convolution, job: Job, config: ArrayConfig) -> NDArray[np.int64]:
    """The job's requantise parameters, from parameter word 0 on; 0 for lanes without a channel.

    Returns:
        int64 (OCB, OC_LANES, 3): bias, multiplier, signed shift.
    """
    channels = slice(*job.out_channel_range)
    columns = (conv.bias, conv.requantise.multiplier, conv.requantise.shift)
    table = np.stack([column[channels].astype(np.int64) for column in columns], axis=1)
    lanes = config.datapath.oc_lanes
    return _fill_lanes(table, 0, lanes).reshape(-1, lanes, 3)


def place_output(
    out: NDArray[np.generic], beats: NDArray[np.generic], job: Job, config: ArrayConfig
) -> None:
    """Writes a job's output vectors into the layer's output, in place.

    Args:
        out: the layer's whole output, NHWC, of any dtype that holds the beats' values.
        beats: (OCB * OUT_H * OUT_W, OC_LANES) in the order in which they leave the array: output
            blocks outermost, then rows, then columns. Lanes without a channel are dropped.
    """
    vectors = beats.reshape(-1, job.out_h, job.out_w, config.datapath.oc_lanes)
    channels = vectors.transpose(1, 2, 0, 3).reshape(job.out_h, job.out_w, -1)
    target = out[job.batch, slice(*job.rows), slice(*job.cols), slice(*job.out_channel_range)]
    target[...] = channels[..., : job.out_channels]


def _fill_lanes(array: NDArray[Code], axis: int, lanes: int) -> NDArray[Code]:
    """The array with zeros behind it along `axis`, up to a multiple of `lanes`."""
    widths = [(0, 0)] * array.ndim
    widths[axis] = (0, -array.shape[axis] % lanes)
    return np.pad(array, widths)

"""A job as any DUT can take it: numbers and plain tensors, nothing of an interface."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pymodel.array.config import ArrayConfig
from pymodel.array.extent import extent
from pymodel.array.job import Job, as_slice
from pymodel.array.layout import Codes, job_activations, job_weights
from pymodel.array.tiler import tile
from pymodel.convolution import Convolution
from pymodel.post_processing import PostProcessing


@dataclass(frozen=True, eq=False)
class LayerJob:
    """A layer, or the tile of one that fits the DUT's buffers; an adapter carries it out.

    job: its geometry, rounding rule, zero points and clamps (`pymodel.array.job.Job`; `act_base`
    and `act_wrap` concern DUTs with a ring buffer). conv, x: the whole layer and its input (stored
    codes, NHWC), for a DUT that keeps more than a tile. config: the lanes and depths that the
    layer was cut for. whole_operand: second operand of the post-processing's element-wise op, of
    the layer's output shape; None where there is none.

    The tensors are the tile's alone, made anew at each access.
    """

    job: Job
    conv: Convolution
    x: Codes
    config: ArrayConfig
    whole_operand: Codes | None = None

    @property
    def activations(self) -> Codes:
        """Stored codes (in_h, in_w, in_channels), without the padding."""
        return job_activations(self.x, self.conv, self.job)

    @property
    def weights(self) -> Codes:
        """Stored codes (out_channels, kernel_h, kernel_w, in_channels; 1 if depthwise)."""
        return job_weights(self.conv, self.job)

    @property
    def bias(self) -> NDArray[np.int32]:
        """int32 (out_channels,)."""
        return self.conv.bias[as_slice(self.job.out_channel_range)]

    @property
    def multiplier(self) -> NDArray[np.int32]:
        """int32 (out_channels,), 0 to 2^31 - 1."""
        return self.conv.requantise.multiplier[as_slice(self.job.out_channel_range)]

    @property
    def shift(self) -> NDArray[np.int32]:
        """int32 (out_channels,), -31 to 30; positive is to the left."""
        return self.conv.requantise.shift[as_slice(self.job.out_channel_range)]

    @property
    def operand(self) -> Codes | None:
        """Codes (out_h, out_w, out_channels), one for each output."""
        whole = self.whole_operand
        return None if whole is None else whole[self.job.output_index]

    @cached_property
    def output_beats(self) -> int:
        """Output vectors that the DUT must put out; 0 for a job that keeps its psums."""
        return 0 if self.job.keep_psum else extent(self.job, self.config).vectors(self.job)

    @property
    def macs(self) -> int:
        """Multiplications, those on padding included: the base of any limit in cycles."""
        job = self.job
        inputs = 1 if job.depthwise else job.in_channels
        taps = job.kernel_h * job.kernel_w
        return job.out_channels * job.out_h * job.out_w * taps * inputs


def layer_jobs(
    conv: Convolution,
    x: Codes,
    config: ArrayConfig,
    post: PostProcessing | None = None,
    operand: Codes | None = None,
) -> list[LayerJob]:
    """The layer's jobs on input x (NHWC), in the order in which a DUT must run them.

    operand: second operand of post's element-wise op, of the layer's output shape.

    Raises:
        InputError: the layer cannot be cut for `config`; it names the layer.
    """
    return [LayerJob(job, conv, x, config, operand) for job in tile(conv, config, post)]

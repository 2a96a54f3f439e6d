"""How much of the array a job takes: blocks, groups, and the words of each buffer."""

from dataclasses import dataclass

from pymodel.array.config import ArrayConfig
from pymodel.array.job import Job


@dataclass(frozen=True)
class Extent:
    """Sizes of one job on one array.

    Attributes:
        block_lanes: output channels of an output vector.
        blocks: output vectors of one pixel.
        groups: words of input channels that one output vector reads at each tap.
        pixel_words: activation words of one pixel.
    """

    block_lanes: int
    blocks: int
    groups: int
    pixel_words: int

    def weight_words(self, job: Job) -> int:
        """Weight words, one for each block, group and tap."""
        return self.blocks * self.groups * job.kernel_h * job.kernel_w

    def vectors(self, job: Job) -> int:
        """Output vectors of the job, put out or kept as psums."""
        return self.blocks * job.out_h * job.out_w

    def steps(self, job: Job) -> int:
        """MAC vectors that the job issues, one a cycle."""
        return self.weight_words(job) * job.out_h * job.out_w


def extent(job: Job, config: ArrayConfig) -> Extent:
    """The job's extent on the array of `config`."""
    lanes = config.block_lanes(job.depthwise)
    blocks = -(-job.out_channels // lanes)
    if job.depthwise:
        return Extent(lanes, blocks, groups=1, pixel_words=blocks)
    groups = config.in_groups(job.in_channels)
    return Extent(lanes, blocks, groups, pixel_words=groups)

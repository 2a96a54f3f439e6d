"""Where a stream's layers lie in the array's buffers: all at once, one behind the other."""

from dataclasses import dataclass, replace
from itertools import accumulate

from pymodel.array.config import MOST_WORDS, ArrayConfig
from pymodel.array.extent import Extent, extent
from pymodel.array.job import Job
from pymodel.array.tiler import tile
from pymodel.datapath import Datapath
from pymodel.errors import InputError
from pymodel.stream import StreamPlan, StreamStep


@dataclass(frozen=True, eq=False)
class Places:
    """A plan in the buffers.

    Attributes:
        config: the array whose buffers hold the plan and nothing else.
        jobs: of each step, with its place in the buffers.
        extents: of each step's job.
    """

    plan: StreamPlan
    config: ArrayConfig
    jobs: tuple[Job, ...]
    extents: tuple[Extent, ...]

    def reader(self, ring: int) -> int:
        """A step that reads the ring."""
        return next(place for place, step in enumerate(self.plan.steps) if step.ring == ring)

    def newest(self, ring: int, sample: int) -> int:
        """The activation word from which on the sample's pixel lies in the ring."""
        reader = self.reader(ring)
        slot = sample % self.plan.rings[ring].pixels
        return self.jobs[reader].act_start + slot * self.extents[reader].pixel_words

    def job(self, step: int, sample: int) -> Job:
        """The step's job on a sample: its window ends with the newest pixel."""
        job, pixels = self.jobs[step], self.plan.rings[self.plan.steps[step].ring].pixels
        oldest = (sample + 1 - job.in_w) % pixels
        return replace(job, act_base=oldest * self.extents[step].pixel_words)


def place(plan: StreamPlan, datapath: Datapath) -> Places:
    """The plan in the buffers of an array that is just large enough.

    Raises:
        InputError: the array is not of affine int8 with as many output as input lanes, or a layer
            does not fit it as one job; it names the layer.
    """
    if datapath.format != "affine_int8" or datapath.ic_lanes != datapath.oc_lanes:
        raise InputError(
            "a stream needs affine int8 and as many output as input lanes, so that outputs can be "
            f"fed back; found {datapath.format}, {datapath.ic_lanes} and {datapath.oc_lanes}"
        )
    largest = ArrayConfig(datapath, MOST_WORDS, MOST_WORDS, MOST_WORDS)
    jobs = [_whole(step, largest) for step in plan.steps]
    extents = tuple(extent(job, largest) for job in jobs)
    sizes = {
        step.ring: plan.rings[step.ring].pixels * size.pixel_words
        for step, size in zip(plan.steps, extents, strict=True)
    }
    rings = [sizes[ring] for ring in range(len(plan.rings))]
    *starts, act_depth = accumulate(rings, initial=0)
    weight_words = [size.weight_words(job) for size, job in zip(extents, jobs, strict=True)]
    *weight_bases, weight_depth = accumulate(weight_words, initial=0)
    *param_bases, param_depth = accumulate((size.blocks for size in extents), initial=0)
    return Places(
        plan=plan,
        config=ArrayConfig(datapath, act_depth, weight_depth, param_depth),
        jobs=tuple(
            replace(
                job,
                act_start=starts[step.ring],
                act_wrap=rings[step.ring],
                weight_base=weight_base,
                param_base=param_base,
            )
            for job, step, weight_base, param_base in zip(
                jobs, plan.steps, weight_bases, param_bases, strict=True
            )
        ),
        extents=extents,
    )


def _whole(step: StreamStep, config: ArrayConfig) -> Job:
    """The step as one job, somewhere, on all pixels of its window."""
    jobs, g = tile(step.conv, config, step.post), step.conv.geometry
    if len(jobs) != 1 or (g.depthwise and g.in_channels != g.out_channels):
        raise InputError(
            f"layer {step.name}: a stream's layer is one job, each input channel in the buffer "
            f"once; found {len(jobs)} jobs, {g.in_channels} and {g.out_channels} channels"
        )
    # The tiler leaves out what lies between the taps; here it is in the ring.
    return replace(jobs[0], in_w=g.reach_w, dilation_w=g.dilation_w, in_cols=range(g.reach_w))

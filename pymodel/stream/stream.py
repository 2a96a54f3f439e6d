"""Runs a plan: a pixel of each stream in, a pixel out, with all that repeats worked out before."""

import numpy as np

from pymodel.errors import InputError
from pymodel.post_processing import Int8Array
from pymodel.stream.history import History
from pymodel.stream.plan import StreamPlan
from pymodel.stream.stream_job import StreamJob


class Stream:
    """Several independent streams through one network, all at the same sample.

    Attributes:
        plan: what is done with a sample.
        values: the last sample's, int8 (streams, channels) each; none before the first sample.
    """

    def __init__(self, plan: StreamPlan, streams: int = 1) -> None:
        """Histories are the rings' fill.

        Raises:
            InputError: no streams.
        """
        if streams < 1:
            raise InputError(f"a stream runs at least 1 at once, found {streams}")
        self.plan = plan
        self.values: list[Int8Array] = []
        self._shape = (streams, plan.in_channels)
        histories = [History(ring, streams) for ring in plan.rings]
        self._jobs = [StreamJob(step, histories[step.ring]) for step in plan.steps]
        self._writes: list[list[History]] = [[] for _ in plan.tensors]
        for ring, history in zip(plan.rings, histories, strict=True):
            self._writes[ring.value].append(history)

    def step(self, pixels: Int8Array) -> Int8Array:
        """The outputs (streams, channels) of the next sample, int8 in and out.

        Raises:
            InputError: pixels of another dtype or shape than (streams, in_channels).
        """
        if pixels.dtype != np.int8 or pixels.shape != self._shape:
            raise InputError(
                f"network {self.plan.name}: a sample must be int8 of shape {self._shape}, "
                f"found {pixels.dtype} of shape {pixels.shape}"
            )
        self.values = [pixels.copy()]
        for history in self._writes[0]:
            history.write(pixels)
        for job, writes in zip(self._jobs, self._writes[1:], strict=True):
            codes = job.run(self.values)
            self.values.append(codes)
            for history in writes:
                history.write(codes)
        return self.values[self.plan.output]

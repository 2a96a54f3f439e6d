"""Runs one layer on a DUT, whatever its adapter: all jobs, their outputs in place, the counters."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pymodel.array.config import ArrayConfig
from pymodel.array.extent import extent
from pymodel.array.job import Job
from pymodel.array.layout import place_output
from pymodel.convolution import Convolution
from pymodel.post_processing import PostProcessing
from tb.adapter import Adapter, AnyJob, Counters, OutputBeats
from tb.job import LayerJob, layer_jobs
from tb.scoreboard import Comparison, ScoreboardError, compare

JobT = TypeVar("JobT", bound=AnyJob)


class OutputTensor:
    """A layer's output as the jobs fill it in: values, X marks, and which elements were written."""

    def __init__(self, shape: tuple[int, int, int, int], config: ArrayConfig) -> None:
        """`shape` is NHWC."""
        self.values = np.zeros(shape, dtype=np.int64)
        self.unknown = np.zeros(shape, dtype=np.bool_)
        self.written = np.zeros(shape, dtype=np.bool_)
        self._config = config

    def place(self, beats: OutputBeats, job: AnyJob) -> None:
        """Put one job's output vectors where they belong.

        Raises ScoreboardError when their number, tkeep or tlast is not the job's.
        """
        check_framing(beats, job, self._config)
        if not len(beats):
            return
        bits = self._config.datapath.storage_bits
        known = beats.lanes(beats.unknown, bits)
        place_output(self.values, beats.elements(bits), job.job, self._config)
        place_output(self.unknown, known, job.job, self._config)
        place_output(self.written, np.ones_like(known), job.job, self._config)

    def compare(self, expected: NDArray[np.integer]) -> Comparison:
        """Compare with the model's output. Raises ScoreboardError if an element was never sent."""
        missing = int((~self.written).sum())
        if missing:
            raise ScoreboardError(f"{missing} of {self.written.size} outputs were never produced")
        return compare(expected, self.values, self.unknown)


def expected_keep(job: Job, config: ArrayConfig) -> NDArray[np.bool_]:
    """tkeep of a job's beats, bool (beats, bytes): lanes past the last channel are cleared."""
    size, lanes = extent(job, config), np.arange(config.datapath.oc_lanes)
    channels = np.arange(size.blocks)[:, np.newaxis] * size.block_lanes + lanes
    in_block = (lanes < size.block_lanes) & (channels < job.out_channels)
    keep = np.repeat(in_block, job.out_h * job.out_w, axis=0)
    return np.repeat(keep, config.datapath.storage_bits // 8, axis=1)


def check_framing(beats: OutputBeats, job: AnyJob, config: ArrayConfig) -> None:
    """Check the number of a job's output vectors, their tkeep and tlast.

    Raises ScoreboardError saying which differs. Bytes with X are left to the comparison.
    """
    count = job.output_beats
    if len(beats) != count:
        raise ScoreboardError(f"the DUT sent {len(beats)} output vectors, the job has {count}")
    if count == 0:
        return
    wrong = ((beats.keep != expected_keep(job.job, config)) & ~beats.unknown).any(axis=1)
    if wrong.any():
        raise ScoreboardError(f"tkeep of output vector {int(wrong.argmax())} is wrong")
    if beats.last[:-1].any() or not beats.last[-1]:
        raise ScoreboardError("tlast is not on the job's last output vector, or not there alone")


@dataclass(frozen=True)
class LayerRun:
    """A layer's output, the number of its jobs, and their counters summed."""

    output: OutputTensor
    jobs: int
    counters: Counters


async def run_layer(
    adapter: Adapter[LayerJob],
    conv: Convolution,
    x: NDArray[np.signedinteger],
    config: ArrayConfig,
    post: PostProcessing | None = None,
    operand: NDArray[np.signedinteger] | None = None,
) -> LayerRun:
    """Run every job of `conv` on input x (NHWC), behind it `post`.

    operand: second operand of post's element-wise op, of the layer's output shape.

    Raises DutError and ScoreboardError as the adapter and `OutputTensor.place` do.
    """
    output = OutputTensor(conv.geometry.output_shape, config)
    return await run_jobs(adapter, layer_jobs(conv, x, config, post, operand), output)


async def run_jobs(adapter: Adapter[JobT], jobs: Iterable[JobT], output: OutputTensor) -> LayerRun:
    """Run jobs in order and place what they give into `output`."""
    started = []
    for job in jobs:
        await adapter.configure(job)
        await adapter.load(job)
        await adapter.run(job)
        started.append(job)
    counters = Counters(0, 0, 0)
    for job in started:
        output.place(await adapter.read(), job)
        counters += await adapter.counters()
    return LayerRun(output, len(started), counters)

"""What tb/CONNECT.md promises of a job is enough: a DUT on paper, built from the job alone."""

import asyncio
from collections import deque
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from golden.cases.load import load_suite
from pymodel.affine.requantise import scale_accumulator
from pymodel.array.config import ArrayConfig
from pymodel.presets import preset
from tb.adapter import Counters, OutputBeats
from tb.job import LayerJob, layer_jobs
from tb.layer import expected_keep, run_layer

SMALL_BUFFERS: dict[str, Any] = {
    "act_depth": 49,
    "weight_depth": 25,
    "param_depth": 1,
    "psum_depth": 6,
}
UNKNOWN_CODE = 0x55
"""In lanes without a channel."""


class PaperDut:
    """Every output by the page's formula, in exact integers; vectors in the page's order."""

    cycles = 0

    def __init__(self, config: ArrayConfig) -> None:
        self._config = config
        self._psums: NDArray[np.int64] | None = None
        self._results: deque[OutputBeats] = deque()

    async def reset(self) -> None:
        self._psums = None

    async def configure(self, job: LayerJob) -> None:
        """Nothing to set."""

    async def load(self, job: LayerJob) -> None:
        """Nothing to fill."""

    async def run(self, job: LayerJob) -> None:
        numbers = job.job
        psums = _sums(job)
        if numbers.load_psum:
            assert self._psums is not None
            psums = psums + self._psums
        self._psums = psums if numbers.keep_psum else None
        lanes = self._config.datapath.oc_lanes
        if numbers.keep_psum:
            nothing = np.zeros((0, lanes), dtype=np.uint8)
            self._results.append(OutputBeats.whole(nothing, nothing.astype(np.bool_)))
            return
        scaled = scale_accumulator(psums + job.bias, job.multiplier, job.shift, numbers.rounding)
        codes = np.clip(scaled + numbers.y_zero_point, numbers.clamp_min, numbers.clamp_max)
        vectors = _vectors(codes, self._block(numbers.depthwise), lanes)
        keep = expected_keep(numbers, self._config)
        self._results.append(OutputBeats.whole(vectors, ~keep, keep))

    async def read(self) -> OutputBeats:
        return self._results.popleft()

    async def counters(self) -> Counters:
        return Counters(0, 0, 0)

    def _block(self, depthwise: bool) -> int:
        path = self._config.datapath
        return min(path.ic_lanes, path.oc_lanes) if depthwise else path.oc_lanes


def _sums(job: LayerJob) -> NDArray[np.int64]:
    """int64 (out_h, out_w, out_channels): the sum of (x - Zx)(w - Zw), padding 0."""
    n = job.job
    x = job.activations.astype(np.int64) - n.x_zero_point
    w = job.weights.astype(np.int64) - n.w_zero_point
    assert x.shape == (n.in_h, n.in_w, n.in_channels)
    inputs = 1 if n.depthwise else n.in_channels
    assert w.shape == (n.out_channels, n.kernel_h, n.kernel_w, inputs)
    sums = np.zeros((n.out_h, n.out_w, n.out_channels), dtype=np.int64)
    for oh, ow, kh, kw in np.ndindex(n.out_h, n.out_w, n.kernel_h, n.kernel_w):
        ih = oh * n.stride_h + kh * n.dilation_h - n.pad_top
        iw = ow * n.stride_w + kw * n.dilation_w - n.pad_left
        if 0 <= ih < n.in_h and 0 <= iw < n.in_w:
            tap = w[:, kh, kw]
            sums[oh, ow] += x[ih, iw] * tap[:, 0] if n.depthwise else tap @ x[ih, iw]
    return sums


def _vectors(codes: NDArray[np.int64], block: int, lanes: int) -> NDArray[np.uint8]:
    """uint8 (vectors, lanes): blocks of channels outermost, then rows, then columns."""
    out_h, out_w, channels = codes.shape
    vectors = []
    for first in range(0, channels, block):
        for oh, ow in np.ndindex(out_h, out_w):
            part = codes[oh, ow, first : first + block]
            vectors.append([*part.tolist(), *[UNKNOWN_CODE] * (lanes - len(part))])
    return np.array(vectors, dtype=np.int64).astype(np.uint8)


@pytest.mark.parametrize("depths", [{}, SMALL_BUFFERS], ids=["own_buffers", "small_buffers"])
@pytest.mark.parametrize("lanes", [(1, 1), (4, 4), (4, 16), (16, 2)], ids=str)
def test_the_job_is_enough(lanes: tuple[int, int], depths: dict[str, Any]) -> None:
    datapath = replace(preset("int8"), ic_lanes=lanes[0], oc_lanes=lanes[1])
    config = ArrayConfig(datapath, **depths)
    for case in load_suite("corner"):
        run = asyncio.run(run_layer(PaperDut(config), case.convolution, case.x, config))
        comparison = run.output.compare(case.expected)
        assert (comparison.outputs, comparison.mismatches) == (case.expected.size, 0), case.name
        assert run.jobs == len(layer_jobs(case.convolution, case.x, config))


def test_macs_and_outputs_of_all_jobs_are_the_layer_s() -> None:
    """On one lane, where no product is with padding between channels."""
    config = ArrayConfig(replace(preset("int8"), ic_lanes=1, oc_lanes=1), **SMALL_BUFFERS)
    for case in load_suite("corner"):
        jobs = layer_jobs(case.convolution, case.x, config)
        assert sum(job.macs for job in jobs) == case.convolution.geometry.macs, case.name
        assert sum(job.output_beats for job in jobs) == case.expected.size, case.name

"""Runs jobs as the array does, buffer by buffer and step by step, without its arithmetic's widths.

It knows nothing of a layer's geometry: only what the layouts put into the buffers, the address
sequence, and the job's registers. If it gives the layer's output, those three agree.
"""

import numpy as np
from numpy.typing import NDArray

from pymodel.affine.requantise import scale_accumulator
from pymodel.array.address_generator import sequence
from pymodel.array.config import ArrayConfig
from pymodel.array.job import Job
from pymodel.array.layout import pack_activations, pack_parameters, pack_weights, place_output
from pymodel.convolution import Convolution
from pymodel.fixed_point import wrap

JUNK = 99
"""What a buffer word holds that no packet wrote."""


class Interpreter:
    """One array: its psum memory outlives a job, its other buffers are loaded for each."""

    def __init__(self, config: ArrayConfig) -> None:
        self.config = config
        shape = (config.psum_depth, config.datapath.oc_lanes)
        self.psums: NDArray[np.int64] = np.full(shape, JUNK, dtype=np.int64)

    def run_job(self, conv: Convolution, x: NDArray[np.int8], job: Job) -> NDArray[np.int8]:
        """The job's output vectors, int8 (beats, OC_LANES); none if it keeps its psums.

        Raises:
            IndexError: an address or a packet past the end of a buffer.
        """
        config = self.config
        act = self._loaded(pack_activations(x, conv, job, config), config.act_depth, job.act_base)
        weights = self._loaded(pack_weights(conv, job, config), config.weight_depth)
        params = self._loaded(pack_parameters(conv, job, config), config.param_depth)
        steps = sequence(job, config)
        masked = steps["lane_mask"] | steps["pad"][:, None]
        elements = np.where(masked, 0, act[steps["act_addr"]] - job.x_zero_point)
        factors = weights[steps["weight_addr"]] - job.w_zero_point
        products = factors * elements[:, np.newaxis]
        if job.depthwise:  # past the tree: row o takes lane o, rows without one put out nothing
            rows = np.arange(min(config.datapath.ic_lanes, config.datapath.oc_lanes))
            sums = np.zeros(products.shape[:2], dtype=np.int64)
            sums[:, rows] = products[:, rows, rows]
        else:
            sums = products.sum(axis=2)
        psums, blocks = [], []
        psum: NDArray[np.int64] = np.zeros(config.datapath.oc_lanes, dtype=np.int64)
        for step, addend in enumerate(sums):
            psum_addr = steps["psum_addr"][step]
            if steps["first_group"][step] and steps["first_tap"][step]:
                psum = self.psums[psum_addr] if job.load_psum else np.zeros_like(psum)
            psum = psum + addend
            if steps["last_group"][step] and steps["last_tap"][step]:
                if job.keep_psum:
                    self.psums[psum_addr] = psum
                else:
                    psums.append(psum)
                    blocks.append(params[steps["param_addr"][step]])
        shape = (len(psums), config.datapath.oc_lanes)
        return _outputs(np.reshape(psums, shape), np.reshape(blocks, (*shape, 3)), job)

    def run_layer(
        self, conv: Convolution, x: NDArray[np.int8], jobs: list[Job]
    ) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
        """The layer's output, int8 NHWC, and how often each element was put out."""
        out: NDArray[np.int8] = np.zeros(conv.geometry.output_shape, dtype=np.int8)
        written: NDArray[np.int64] = np.zeros(out.shape, dtype=np.int64)
        for job in jobs:
            beats = self.run_job(conv, x, job)
            if len(beats):
                place_output(out, beats, job, self.config)
                written[job.output_index] += 1
        return out, written

    def _loaded(self, words: NDArray[np.integer], depth: int, base: int = 0) -> NDArray[np.int64]:
        """A buffer of `depth` words with a packet written from `base` on."""
        buffer: NDArray[np.int64] = np.full((depth, *words.shape[1:]), JUNK, dtype=np.int64)
        buffer[np.arange(base, base + len(words))] = words
        return buffer


def _outputs(psums: NDArray[np.int64], params: NDArray[np.int64], job: Job) -> NDArray[np.int8]:
    """Output vectors of psums (n, OC_LANES) under parameters (n, OC_LANES, 3)."""
    bias, multiplier, shift = np.moveaxis(params.astype(np.int64), -1, 0)
    scaled = scale_accumulator(wrap(psums + bias, 32), multiplier, shift, job.rounding)
    return np.clip(scaled + job.y_zero_point, job.clamp_min, job.clamp_max).astype(np.int8)

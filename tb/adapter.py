"""How a bench reaches the DUT: five steps that any accelerator's driver can offer.

Every bench drives the array through `Adapter` and nothing else, so that another team's RTL stands
in its place by giving an adapter of its own. Two exist here: `tb.bulk` replays prepared programs
inside the simulator, `tb.front_door` speaks AXI with cocotbext-axi.

For each job, in this order:

    await adapter.configure(image)      # geometry, rounding, zero points, clamps
    await adapter.load(image)           # activations, weights, parameters
    await adapter.run(image)            # start, and wait for the end
    beats = await adapter.read()        # output vectors of the oldest job not read yet
    counters = await adapter.counters() # of the job that was read last

An adapter may queue the first three steps of several jobs and carry them out when `read` asks: a
job is certain to have run only once its `read` has returned. A job that keeps its psums on chip
has no output, and its `read` returns no beats.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tb.image import JobImage


class DutError(RuntimeError):
    """The DUT refused a job, or answered in a way that its contract rules out."""


class DutHang(DutError):
    """The DUT did not finish a step within its cycle limit."""


@dataclass(frozen=True)
class Counters:
    """Cycles of one job. `busy` runs from the start accepted to the last output accepted,
    `stalled` counts busy cycles in which the pipeline stood still, `mac` those that issued a
    step of the array."""

    busy: int
    stalled: int
    mac: int


@dataclass(frozen=True)
class OutputBeats:
    """What left the DUT's output stream for one job, byte for byte.

    data: uint8 (beats, bytes), byte 0 is the low byte of lane 0; unknown bytes read as 0.
    keep: bool (beats, bytes), False where the DUT cleared tkeep.
    unknown: bool (beats, bytes), True where any bit of the byte, or of its tkeep, was X or Z.
    last: bool (beats,), tlast.
    """

    data: NDArray[np.uint8]
    keep: NDArray[np.bool_]
    unknown: NDArray[np.bool_]
    last: NDArray[np.bool_]

    def __len__(self) -> int:
        return int(self.data.shape[0])

    def part(self, start: int, stop: int) -> "OutputBeats":
        """Beats start..stop-1."""
        part = slice(start, stop)
        return OutputBeats(self.data[part], self.keep[part], self.unknown[part], self.last[part])

    def elements(self, element_bits: int) -> NDArray[np.int64]:
        """Two's complement codes (beats, lanes) of 8, 16 or 32 bits, lane 0 first."""
        codes = np.ascontiguousarray(self.data).view(f"<i{element_bits // 8}")
        return codes.astype(np.int64)

    def lanes(self, flags: NDArray[np.bool_], element_bits: int) -> NDArray[np.bool_]:
        """`keep` or `unknown` per lane (beats, lanes): True where any byte of the lane is."""
        per_lane = flags.reshape(len(self), -1, element_bits // 8)
        return np.asarray(per_lane.any(axis=2), dtype=np.bool_)


class Adapter(Protocol):
    """A DUT's driver. Every method raises DutHang past its cycle limit, and DutError when the
    DUT reports an error."""

    async def reset(self) -> None:
        """Bring the DUT to its idle state; psums kept on chip are lost."""

    async def configure(self, image: JobImage) -> None:
        """Set the job's geometry, rounding, zero points and clamps."""

    async def load(self, image: JobImage) -> None:
        """Fill the DUT's buffers with the job's activations, weights and parameters."""

    async def run(self, image: JobImage) -> None:
        """Start the job and see it through to its last output."""

    async def read(self) -> OutputBeats:
        """Output vectors of the oldest job not read yet."""

    async def counters(self) -> Counters:
        """Counters of the job that `read` returned last."""

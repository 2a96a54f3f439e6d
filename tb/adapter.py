"""How a bench reaches the DUT: a few steps that any accelerator's driver can offer.

Every bench drives the DUT through `Adapter` and nothing else, so that another team's RTL stands in
the array's place by giving an adapter of its own (tb/CONNECT.md).

For each job, in this order:

    await adapter.configure(job)        # geometry, rounding, zero points, clamps
    await adapter.load(job)             # activations, weights, parameters
    await adapter.run(job)              # start, and wait for the end
    beats = await adapter.read()        # output vectors of the oldest job not read yet
    counters = await adapter.counters() # of the job that was read last

An adapter may queue the first three steps of several jobs and carry them out when `read` asks: a
job is certain to have run only once its `read` has returned. A job that keeps its psums on chip
has no output, and its `read` returns no beats.

Three exist here: `tb.serial_mac` drives a small engine of another design, `tb.bulk` replays
prepared programs inside the simulator, `tb.front_door` speaks AXI with cocotbext-axi. The last two
take the array's own job images, and `tb.array_adapter` makes these from neutral jobs.
"""

from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from pymodel.array.job import Job
from pymodel.formats.events import KINDS, STAGES

NO_EVENTS = (0,) * (len(STAGES) * len(KINDS))
"""The events of a job in which none was counted."""


class DutError(RuntimeError):
    """The DUT refused a job, or answered in a way that its contract rules out."""


class DutHang(DutError):
    """The DUT did not finish a step within its cycle limit."""


@dataclass(frozen=True)
class Counters:
    """What a DUT counted in one job, or in several, added up.

    Cycles: `busy` runs from the start accepted to the last output accepted, `stalled` counts busy
    cycles in which the pipeline stood still, `mac` those that issued a step of the array.
    `events`: numeric events, the number of a stage and a kind of pymodel.formats.events at
    len(KINDS) * stage + kind. A DUT that lacks a counter gives 0, or what its adapter can count
    itself.
    """

    busy: int
    stalled: int
    mac: int
    events: tuple[int, ...] = NO_EVENTS

    def __add__(self, other: "Counters") -> "Counters":
        events = tuple(a + b for a, b in zip(self.events, other.events, strict=True))
        return Counters(
            self.busy + other.busy, self.stalled + other.stalled, self.mac + other.mac, events
        )


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

    @classmethod
    def whole(
        cls,
        data: NDArray[np.uint8],
        unknown: NDArray[np.bool_],
        keep: NDArray[np.bool_] | None = None,
    ) -> "OutputBeats":
        """The beats of a whole job from a DUT that marks neither lanes nor the job's end.

        `keep` is all bytes unless given; where the lanes outnumber a job's channels it has to be
        `tb.layer.expected_keep`.
        """
        last = np.zeros(len(data), dtype=np.bool_)
        last[-1:] = True
        return cls(data, np.ones_like(unknown) if keep is None else keep, unknown, last)

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


class AnyJob(Protocol):
    """What the layer runner asks of a job in any form: its numbers, and its output vectors."""

    @property
    def job(self) -> Job:
        """Geometry, and the place of the tile in the layer."""

    @property
    def output_beats(self) -> int:
        """Output vectors that the DUT must put out."""


JobT_contra = TypeVar("JobT_contra", bound=AnyJob, contravariant=True)


class Adapter(Protocol[JobT_contra]):
    """A DUT's driver. Every method raises DutHang past its cycle limit, and DutError when the
    DUT reports an error.

    The jobs are `tb.job.LayerJob` for a DUT that the verify command is given.
    """

    @property
    def cycles(self) -> int:
        """Clock cycles so far, loading included."""

    async def reset(self) -> None:
        """Bring the DUT to its idle state; psums kept on chip are lost."""

    async def configure(self, job: JobT_contra) -> None:
        """Set the job's geometry, rounding, zero points and clamps."""

    async def load(self, job: JobT_contra) -> None:
        """Fill the DUT's buffers with the job's activations, weights and parameters."""

    async def run(self, job: JobT_contra) -> None:
        """Start the job and see it through to its last output."""

    async def read(self) -> OutputBeats:
        """Output vectors of the oldest job not read yet."""

    async def counters(self) -> Counters:
        """Counters of the job that `read` returned last."""

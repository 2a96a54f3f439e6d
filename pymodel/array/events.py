"""Counts of numeric events, as the array's counters hold them."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pymodel.fixed_point import Int64Array
from pymodel.formats.events import KINDS, STAGES

Stage = str
"""One of pymodel.formats.events.STAGES."""


def _zeros() -> Int64Array:
    return np.zeros((len(STAGES), len(KINDS)), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class EventCounts:
    """How often each kind of event happened in each stage, over every operation added.

    counts: int64 (stages, kinds), in the order of the array's counters. Those are 32 bits wide and
    saturate within a job; these do not.
    """

    counts: Int64Array = field(default_factory=_zeros)

    def add(self, stage: Stage, events: NDArray[np.integer]) -> None:
        """Count the events of one stage's operations: bit masks of any shape, one an operation."""
        masks = np.bincount(events.ravel(), minlength=1 << len(KINDS))
        for kind in range(len(KINDS)):
            having = np.arange(masks.size) >> kind & 1 == 1
            self.counts[STAGES.index(stage), kind] += int(masks[having].sum())

    def as_tuple(self) -> tuple[int, ...]:
        """All counts, stage by stage, kind by kind."""
        return tuple(int(count) for count in self.counts.ravel())

    def nonzero(self) -> dict[str, dict[str, int]]:
        """The counts that are not 0, by the names of stage and kind."""
        return named_events(self.as_tuple())


def named_events(counts: tuple[int, ...]) -> dict[str, dict[str, int]]:
    """Those of the array's counters (in their order) that are not 0, by stage and kind."""
    rows = [counts[at : at + len(KINDS)] for at in range(0, len(counts), len(KINDS))]
    by_stage = {
        stage: {kind: count for kind, count in zip(KINDS, row, strict=True) if count}
        for stage, row in zip(STAGES, rows, strict=True)
    }
    return {stage: kinds for stage, kinds in by_stage.items() if kinds}

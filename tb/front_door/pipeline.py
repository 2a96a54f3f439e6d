"""What the array's pipeline does cycle by cycle, from the output stream's ready alone.

An expectation for the counters that shares nothing with the RTL but its documented structure: one
MAC vector a cycle, four stages in front of a two-entry output register, and one enable, which falls
only while a finished vector waits in front of a full register.
"""

from collections.abc import Sequence
from dataclasses import dataclass

STAGES = 3
"""Registers between a step's issue and the output register."""
ENTRIES = 2
"""Vectors that the output register holds."""


@dataclass(frozen=True)
class Prediction:
    """Of one job: the output's valid in each busy cycle, and the counters."""

    valid: tuple[bool, ...]
    busy: int
    stalled: int


def first_valid(steps: int) -> int:
    """Busy cycles before the first output vector of a job of `steps` MAC vectors an output."""
    return steps + STAGES


def predict(steps: int, vectors: int, ready: Sequence[bool]) -> Prediction:
    """A job of `vectors` output vectors, `steps` MAC vectors each; `ready` from the first busy
    cycle on.

    Raises ValueError when `ready` ends before the job does.
    """
    issued = stalled = left = held = 0
    stages = [False] * STAGES
    valid: list[bool] = []
    for accepts in ready:
        finished = stages[-1]
        moves = not finished or held < ENTRIES
        valid.append(held > 0)
        stalled += not moves
        leaves = held > 0 and accepts
        left += leaves
        held += int(finished and moves) - int(leaves)
        if left == vectors:
            return Prediction(tuple(valid), len(valid), stalled)
        if moves:
            issued += 1
            stages = [issued % steps == 0 and issued <= steps * vectors, *stages[:-1]]
    raise ValueError(f"{left} of {vectors} vectors left within {len(ready)} cycles")

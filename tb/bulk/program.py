"""A program for the bulk harness: instructions and the stream data that they send."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tb.bulk import harness

ACCESS_LIMIT = 1000
"""Cycles within which the DUT must answer a register access."""


@dataclass(frozen=True)
class Step:
    """One instruction: opcode, argument, data, and the cycles it may take."""

    op: int
    argument: int = 0
    data: int = 0
    limit: int = ACCESS_LIMIT

    def words(self) -> tuple[int, int, int]:
        """limit, data, {op, argument}: lowest 32 bits first."""
        return self.limit, self.data, self.op << 24 | self.argument

    def describe(self) -> str:
        """What the step does, for a message about one that failed."""
        tdest = self.argument & 3
        return {
            harness.OP_END: "end the program",
            harness.OP_RESET: "reset the DUT",
            harness.OP_WRITE: f"write 0x{self.data:08X} to register 0x{self.argument:02X}",
            harness.OP_READ: f"read register 0x{self.argument:02X}",
            harness.OP_STREAM: f"take {self.data} beats of stream tdest {tdest}",
            harness.OP_WAIT: "finish the job and raise irq",
            harness.OP_FEED: f"take {self.data} of its own vectors on stream tdest {tdest}",
            harness.OP_OPERAND: "take the operands of the job before",
            harness.OP_OPERAND_FEED: "take the operands of the job before",
        }[self.op]


class Program:
    """Steps, tape and operands of one batch, in the order in which the harness replays them."""

    def __init__(self, tape_bytes: int, operand_bytes: int) -> None:
        """`tape_bytes`, `operand_bytes`: widths of the DUT's input and operand streams."""
        self.steps: list[Step] = []
        self.tape_beats = 0
        self.operand_beats = 0
        self.log_words = 0
        self._tape: list[NDArray[np.uint8]] = []
        self._tape_bytes = tape_bytes
        self._operands: list[NDArray[np.uint8]] = []
        self._operand_bytes = operand_bytes

    def reset(self, cycles: int) -> None:
        """Hold the DUT's reset."""
        self.steps.append(Step(harness.OP_RESET, data=cycles, limit=cycles + ACCESS_LIMIT))

    def write(self, address: int, value: int) -> None:
        """AXI4-Lite write."""
        self.steps.append(Step(harness.OP_WRITE, address, value))

    def read(self, address: int) -> None:
        """AXI4-Lite read; the value is appended to the log."""
        self.steps.append(Step(harness.OP_READ, address))
        self.log_words += 1

    def stream(self, tdest: int, beats: NDArray[np.uint8]) -> None:
        """One packet of beats uint8 (count, bytes); narrow beats are zero-extended to the bus."""
        count, size = beats.shape
        padded = np.zeros((count, self._tape_bytes), dtype=np.uint8)
        padded[:, :size] = beats
        self._tape.append(padded)
        self.tape_beats += count
        self.steps.append(Step(harness.OP_STREAM, tdest, count, limit=4 * count + ACCESS_LIMIT))

    def feed(self, tdest: int, start: int, count: int) -> None:
        """One packet of `count` vectors that the DUT itself put out, from the batch's `start`th."""
        limit = 4 * count + ACCESS_LIMIT
        self.steps.append(Step(harness.OP_FEED, start << 2 | tdest, count, limit))

    def operand(self, beats: NDArray[np.uint8]) -> None:
        """Offer beats uint8 (count, bytes) to the operand stream, beside the steps that follow."""
        self._operands.append(beats)
        self.operand_beats += len(beats)
        self.steps.append(Step(harness.OP_OPERAND, data=len(beats)))

    def operand_feed(self, start: int, count: int) -> None:
        """The same with `count` vectors that the DUT itself put out, as in `feed`."""
        self.steps.append(Step(harness.OP_OPERAND_FEED, start << 2, count))

    def wait(self, limit: int) -> None:
        """Wait for irq; the number of beats captured so far is appended to the log."""
        self.steps.append(Step(harness.OP_WAIT, limit=limit))
        self.log_words += 1

    def extend(self, other: "Program") -> None:
        """Append all of another program."""
        self.steps += other.steps
        self.tape_beats += other.tape_beats
        self.log_words += other.log_words
        self._tape += other._tape
        self.operand_beats += other.operand_beats
        self._operands += other._operands

    def instructions(self) -> NDArray[np.uint8]:
        """Bytes (steps + 1, 12) of the steps and the end, byte 0 low."""
        words = [step.words() for step in (*self.steps, Step(harness.OP_END))]
        return np.array(words, dtype="<u4").view(np.uint8)

    def tape(self) -> NDArray[np.uint8]:
        """Bytes (tape_beats, tape_bytes), byte 0 low."""
        return np.concatenate([np.zeros((0, self._tape_bytes), dtype=np.uint8), *self._tape])

    def operands(self) -> NDArray[np.uint8]:
        """Bytes (operand_beats, operand_bytes), byte 0 low."""
        empty = np.zeros((0, self._operand_bytes), dtype=np.uint8)
        return np.concatenate([empty, *self._operands])

"""One batch: hand the harness a program, let it run, and read back what the DUT did."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from cocotb.triggers import FallingEdge, RisingEdge
from numpy.typing import NDArray

from tb.adapter import DutError, OutputBeats
from tb.bulk import harness
from tb.bulk.hexfile import as_words, read_hex, write_hex
from tb.bulk.program import Program


@dataclass(frozen=True)
class BatchResult:
    """What a batch left behind.

    stop: one of the harness's stop reasons. completed: steps that ran to their end.
    beats: everything that left the DUT. log: uint32 (n,); log_unknown: bool (n,), True where a
    word held an X or Z digit. cycles: clock cycles from the first step to the last.
    """

    stop: int
    completed: int
    beats: OutputBeats
    log: NDArray[np.uint32]
    log_unknown: NDArray[np.bool_]
    cycles: int


def _clear(folder: Path) -> None:
    """Remove the dumps of an earlier batch, so that they cannot be taken for this one's."""
    for name in (harness.CAPTURED_FILE, harness.LOG_FILE, harness.SUMMARY_FILE):
        (folder / name).unlink(missing_ok=True)


def _read_beats(path: Path, count: int, size: int) -> OutputBeats:
    """`count` captured beats of `size` data bytes; a captured word is {tlast, tkeep, tdata}."""
    if count == 0:
        empty = np.zeros((0, size), dtype=np.uint8)
        flags = empty.astype(np.bool_)
        return OutputBeats(empty, flags, flags, np.zeros(0, dtype=np.bool_))
    data, unknown = read_hex(path, count, digits=-(-(9 * size + 1) // 4))
    control = np.unpackbits(data[:, size:], axis=1, bitorder="little").astype(np.bool_)
    control_unknown = np.repeat(unknown[:, size:], 8, axis=1)[:, :size]
    return OutputBeats(
        data=data[:, :size],
        keep=control[:, :size],
        unknown=unknown[:, :size] | control_unknown,
        last=control[:, size],
    )


def _read_log(path: Path, count: int) -> tuple[NDArray[np.uint32], NDArray[np.bool_]]:
    if count == 0:
        return np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.bool_)
    data, unknown = read_hex(path, count, digits=8)
    return as_words(data), np.any(unknown, axis=1)


async def replay(
    dut: harness.Handle, folder: Path, program: Program, beat_bytes: int
) -> BatchResult:
    """Run `program` on the harness `dut`, whose working folder is `folder`.

    `beat_bytes`: bytes of the DUT's output stream. Raises HexFileError when the harness leaves no
    complete dump, and DutError when the dump's summary is not a number.
    """
    _clear(folder)
    instructions = program.instructions()
    sizes = [[len(instructions)], [program.tape_beats], [program.operand_beats]]
    write_hex(folder / harness.SIZES_FILE, np.array(sizes, dtype="<u4").view(np.uint8))
    write_hex(folder / harness.PROGRAM_FILE, instructions)
    write_hex(folder / harness.TAPE_FILE, program.tape())
    write_hex(folder / harness.OPERAND_FILE, program.operands())

    dut.go.value = 1
    await RisingEdge(dut.done)
    dut.go.value = 0
    await FallingEdge(dut.done)

    data, unknown = read_hex(folder / harness.SUMMARY_FILE, harness.SUMMARY_WORDS, digits=8)
    if unknown.any():
        raise DutError("the harness's summary holds X digits: its clock or its program is broken")
    stop, completed, captured, logged, cycles = (int(word) for word in as_words(data))
    log, log_unknown = _read_log(folder / harness.LOG_FILE, logged)
    return BatchResult(
        stop=stop,
        completed=completed,
        beats=_read_beats(folder / harness.CAPTURED_FILE, captured, beat_bytes),
        log=log,
        log_unknown=log_unknown,
        cycles=cycles,
    )

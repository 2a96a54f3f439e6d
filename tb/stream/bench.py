"""The cocotb bench of a stream: sample by sample, what the DUT gives decides what it gets next.

Nothing of the model is in here: the host compares what stands in the run's folder afterwards.
"""

import json
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cocotb
import numpy as np
from numpy.typing import NDArray

from pymodel.post_processing import Int8Array
from tb.adapter import DutError
from tb.bulk import harness
from tb.bulk.batch import BatchResult, replay
from tb.bulk.plan import RECORDS_FILE
from tb.bulk.program import Program
from tb.stream.places import Places
from tb.stream.sample import SampleProgrammer

TASK_FILE, VALUES_FILE = "stream.pickle", "values.npz"


class Feedback(Protocol):
    """What the next sample is; it must survive pickling."""

    def __call__(self, sample: int, output: Int8Array, /) -> Int8Array:
        """The pixel int8 (in_channels,) behind `sample`, whose output is int8 (out_channels,)."""


@dataclass(frozen=True, eq=False)
class StreamTask:
    """`first` is sample 0's pixel, int8 (in_channels,)."""

    places: Places
    first: Int8Array
    feedback: Feedback
    samples: int


@cocotb.test()
async def bench_stream(dut: harness.Handle) -> None:
    """Run the task; save every step's output vectors, and a line for each sample."""
    folder = Path.cwd()
    task: StreamTask = pickle.loads((folder / TASK_FILE).read_bytes())
    programmer, plan = SampleProgrammer(task.places), task.places.plan
    dut.go.value = 0
    for program in programmer.load_programs():
        await _replayed(dut, folder, program, task.places)
    vectors: list[NDArray[np.uint8]] = []
    unknown: list[NDArray[np.bool_]] = []
    pixel, cycles = task.first, 0
    with (folder / RECORDS_FILE).open("w", encoding="utf-8") as records:
        for sample in range(task.samples):
            program = programmer.sample_program(sample, pixel)
            result = await _replayed(dut, folder, program, task.places)
            _require_vectors(result, programmer, sample)
            vectors.append(result.beats.data)
            unknown.append(result.beats.unknown)
            cycles += result.cycles
            if plan.output == 0:
                output = pixel
            else:
                own = programmer.captured[plan.output - 1]
                codes = result.beats.data[own.start : own.start + own.count].view(np.int8)
                output = codes.reshape(-1)[: plan.channels[plan.output]]
            pixel = task.feedback(sample, output)
            records.write(json.dumps({"sample": sample, "cycles": result.cycles}) + "\n")
            records.flush()
    np.savez(folder / VALUES_FILE, vectors=vectors, unknown=unknown, cycles=cycles)


async def _replayed(
    dut: harness.Handle, folder: Path, program: Program, places: Places
) -> BatchResult:
    """The program's result. DutError, saying at which step, unless it ran to its end."""
    result = await replay(dut, folder, program, harness.output_bytes(places.config))
    if result.stop != harness.STOP_END:
        steps = program.steps
        last = steps[min(result.completed, len(steps) - 1)].describe()
        raise DutError(f"the DUT did not {last} (stop reason {result.stop})")
    return result


def _require_vectors(result: BatchResult, programmer: SampleProgrammer, sample: int) -> None:
    """DutError unless every job put out as many vectors as its step has, in its turn."""
    wanted = [each.start + each.count for each in programmer.captured]
    if result.log.tolist() != wanted or result.log_unknown.any():
        place = next(
            n for n, (got, want) in enumerate(zip(result.log, wanted, strict=True)) if got != want
        )
        name = programmer.places.plan.steps[place].name
        raise DutError(
            f"sample {sample}, step {name}: {result.log[place]} vectors up to here, "
            f"expected {wanted[place]}"
        )

"""Runs a stream on the RTL, its own outputs fed back, and holds every value to the model's."""

import pickle
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.post_processing import Int8Array
from pymodel.stream import Stream, StreamPlan
from tb import runner
from tb.bulk import harness
from tb.bulk.host import VERILATOR_FLAGS, Simulation, watched
from tb.stream.bench import TASK_FILE, VALUES_FILE, Feedback, StreamTask
from tb.stream.places import Places, place
from tb.stream.sample import SampleProgrammer, depths_of

BENCH, TESTCASE = "tb.stream.bench", "bench_stream"
SPARE_S, SLOWEST_SAMPLES_PER_S = 300.0, {"verilator": 1.0, "icarus": 0.01}
"""Time limit of a run: what even a busy machine reaches."""


@dataclass(frozen=True, eq=False)
class Replayed:
    """What the RTL did, beside the model's own run.

    Attributes:
        outputs: elements compared, of every step and sample.
        mismatches: of them, X and Z among them.
        first: where the first one is, in words; None where there is none.
        model, rtl: the network's outputs, int8 (samples, channels).
        pixels: the inputs that the RTL's outputs led to, int8 (samples, in_channels).
        cycles: clock cycles of all samples, loading included. wall_s: of the simulation.
    """

    outputs: int
    mismatches: int
    first: str | None
    model: Int8Array
    rtl: Int8Array
    pixels: Int8Array
    cycles: int
    wall_s: float


def replay(
    plan: StreamPlan,
    first: Int8Array,
    feedback: Feedback,
    samples: int,
    simulation: Simulation,
    finished: Callable[[int], None] = lambda _: None,
) -> Replayed:
    """Run `samples` samples on the RTL and in the model, each with its own outputs fed back.

    Args:
        first: sample 0's pixel, int8 (in_channels,).
        simulation: its settings name the datapath and the array's RTL; the buffers are made as
            large as the plan needs.
        finished: told how many more samples the RTL has done, from a thread of its own.

    Raises:
        InputError: no samples, a plan that does not fit the array, or no simulator.
        SimulationFailed: the simulation ended early; its files stay.
    """
    if samples < 1:
        raise InputError(f"a stream is replayed for at least 1 sample, found {samples}")
    places = place(plan, simulation.settings.config.datapath)
    runner.RUNS_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=f"stream-{simulation.sim}-", dir=runner.RUNS_DIR
    ) as name:
        folder = Path(name)
        task = StreamTask(places, first, feedback, samples)
        (folder / TASK_FILE).write_bytes(pickle.dumps(task))
        started = time.perf_counter()
        with watched([folder], finished):
            _simulate(places, simulation, folder, samples)
        wall_s = time.perf_counter() - started
        with np.load(folder / VALUES_FILE) as found:
            vectors, unknown, cycles = (found[key] for key in ("vectors", "unknown", "cycles"))
    return _compared(places, task, vectors.view(np.int8), unknown, int(cycles), wall_s)


def _simulate(places: Places, simulation: Simulation, folder: Path, samples: int) -> None:
    """Raises what `runner.run` raises, and InputError for a DUT on another path than the bulk."""
    dut, around = simulation.settings.dut, simulation.settings.dut.harness()
    if around is None or around.toplevel != harness.TOPLEVEL:
        raise InputError(f"a stream needs a DUT behind {harness.TOPLEVEL}, found {dut.describe()}")
    runner.run(
        toplevel=around.toplevel,
        module=BENCH,
        sources=dut.sources(),
        sim=simulation.sim,
        parameters=harness.parameters(places.config, depths_of(places.plan)),
        testcase=TESTCASE,
        seed=simulation.seed,
        verilator_flags=VERILATOR_FLAGS,
        vlt=around.vlt,
        includes=dut.includes(),
        run_dir=folder,
        timeout_s=SPARE_S + samples / SLOWEST_SAMPLES_PER_S[simulation.sim],
        optimise="-O3",
    )


def _compared(
    places: Places,
    task: StreamTask,
    vectors: Int8Array,
    unknown: NDArray[np.bool_],
    cycles: int,
    wall_s: float,
) -> Replayed:
    """The RTL's vectors (samples, vectors, lanes) against the model's own run."""
    plan, stream = places.plan, Stream(places.plan)
    captured = SampleProgrammer(places).captured
    outputs = mismatches = 0
    where: str | None = None
    model, rtl, pixels = [], [], []
    model_pixel = rtl_pixel = task.first
    for sample in range(task.samples):
        model.append(stream.step(model_pixel[np.newaxis])[0])
        own = [rtl_pixel]
        pixels.append(rtl_pixel)
        for step, value, size in zip(plan.steps, stream.values[1:], captured, strict=True):
            lanes = slice(size.start, size.start + size.count)
            got = vectors[sample, lanes].reshape(-1)[: value.shape[1]]
            wrong = (got != value[0]) | unknown[sample, lanes].reshape(-1)[: value.shape[1]]
            own.append(got)
            outputs += got.size
            mismatches += int(np.count_nonzero(wrong))
            if where is None and wrong.any():
                channel = int(wrong.argmax())
                where = (
                    f"sample {sample}, step {step.name}, channel {channel}: the model gives "
                    f"{value[0, channel]}, the RTL {got[channel]}"
                )
        rtl.append(own[plan.output])
        model_pixel, rtl_pixel = (task.feedback(sample, each[-1]) for each in (model, rtl))
    return Replayed(
        outputs, mismatches, where, np.array(model), np.array(rtl), np.array(pixels), cycles, wall_s
    )

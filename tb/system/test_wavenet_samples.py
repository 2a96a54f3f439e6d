"""Every layer of both WaveNets on both simulators, in samples: both ends of each output line.

At least 256 outputs of each layer, half of them from the first sample on, half up to the last.
Expected outputs are the whole layer's, on the network's own tensors.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from golden.audio import read_audio
from golden.nam.importer import load_nam
from golden.nam.network import network_of, with_silence
from golden.wavenet.stretches import INT8_MODEL
from pymodel.array.config import ArrayConfig
from pymodel.network.fold import fold_dilation
from pymodel.quantised import Scheme, ranges_of
from tb.bulk.host import Simulation, run_bulk
from tb.bulk.plan import Settings, Task
from tb.verify.float_network import FloatChecks, FloatSubject
from tb.verify.inputs import load_runs
from tb.verify.model_checks import ModelCheck, check_layer
from tb.verify.models import load_model
from tb.verify.oracle import run_oracle
from tb.wavenet.layers import INPUT

OUTPUTS = 256
AMPLIFIER_SAMPLES = 1024


def part(task: Task, start: int, stop: int) -> Task:
    """The task's output pixels from `start` to below `stop`, on what they read."""
    g, cols = task.conv.geometry, slice(start, stop)
    assert (g.batch, g.out_h, g.stride_w, g.pad_left, g.pad_right) == (1, 1, 1, 0, 0)
    in_w = stop - start + g.reach_w - 1
    return replace(
        task,
        conv=replace(task.conv, geometry=replace(g, in_w=in_w)),
        x=task.x[:, :, start : start + in_w],
        expected=task.expected[:, :, cols],
        operand=None if task.operand is None else task.operand[:, :, cols],
    )


def ends(task: Task) -> list[Task]:
    """The first and the last pixels of the task's output; all of it where it is short."""
    *_, pixels, channels = task.expected.shape
    half = -(-OUTPUTS // channels // 2)
    if pixels <= 2 * half:
        return [task]
    return [part(task, 0, half), part(task, pixels - half, pixels)]


def own_tasks(_: Path) -> list[Task]:
    """The project's own WaveNet on held-out speech, int8 as the converter made it."""
    network = fold_dilation(load_model(INT8_MODEL))
    oracle = run_oracle(INT8_MODEL, network, load_runs(INPUT, network, None)[0])
    checks = [check_layer(network, each, oracle, post_processing=True) for each in network.layers]
    tasks = [check.task(0) for check in checks if isinstance(check, ModelCheck)]
    return [task for task in tasks if task is not None]


def amplifier_tasks(shared_data: Path) -> list[Task]:
    """A published amplifier on the recording beside it, in int8 by the recording's ranges."""
    path = shared_data / "models" / "wavenet_a1_standard.nam"
    wavenet = load_nam(path)
    audio, _ = read_audio(shared_data / "models" / "input.wav", wavenet.sample_rate)
    heard = with_silence(wavenet, audio[:AMPLIFIER_SAMPLES])
    inputs = [heard.reshape(1, 1, -1, 1)]
    network = network_of(wavenet, len(heard))
    scheme = Scheme(ranges_of(network, [inputs]))
    checks = FloatChecks(
        FloatSubject(path, network, scheme, [inputs]), ArrayConfig(), post_processing=True
    )
    return checks.tasks


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tasks", "count"), [(own_tasks, 162), (amplifier_tasks, 141)], ids=["wavenet", "amplifier"]
)
def test_ends_of_every_layer(
    sim: str, shared_data: Path, tasks: Callable[[Path], list[Task]], count: int
) -> None:
    whole = tasks(shared_data)
    assert len(whole) == count
    parts = [each for task in whole for each in ends(task)]
    numbered = [replace(each, index=index) for index, each in enumerate(parts)]
    records = run_bulk(numbered, Simulation(sim, Settings(ArrayConfig())))
    wrong = {
        f"{task.conv.name} {task.index}": record.error or str(record.first)
        for task, record in zip(numbered, records, strict=True)
        if record.error is not None or record.mismatches
    }
    assert wrong == {}
    assert sum(record.outputs for record in records) >= OUTPUTS * len(whole)

"""Simulators side by side: order, errors, lost processes, and an interrupt that leaves nothing."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from golden.cases.load import load_suite
from pymodel.array.config import ArrayConfig
from pymodel.errors import InputError
from pymodel.presets import preset
from tb.bulk.host import Simulation, run_bulk
from tb.bulk.parallel import CallLost, call_all
from tb.bulk.plan import Settings, Task
from tb.paths import PROJECT_ROOT

CONFIG = ArrayConfig(replace(preset("int8"), ic_lanes=4, oc_lanes=4))
INTERRUPTED = """
import time
from tb.bulk.parallel import call_all
if __name__ == "__main__":
    print("started", flush=True)
    call_all(time.sleep, [(600,), (600,)])
"""


def test_results_in_order() -> None:
    assert call_all(int, [("3",), ("20", 16)]) == [3, 32]


def test_first_error_is_raised_and_the_others_are_stopped() -> None:
    started = time.monotonic()
    with pytest.raises(ValueError, match="invalid literal"):
        call_all(int, [("x",), ("3",)])
    with pytest.raises(TypeError):
        call_all(time.sleep, [("x",), (600,)])
    assert time.monotonic() - started < 60


def test_process_that_dies() -> None:
    with pytest.raises(CallLost, match="ended early"):
        call_all(os._exit, [(0,)])


def test_interrupt() -> None:
    """SIGINT to the parent alone, as `kill` sends it, ends its calls too."""
    parent = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=PROJECT_ROOT,
        start_new_session=True,
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"started\n"
    time.sleep(3)  # the calls' processes are up
    parent.send_signal(signal.SIGINT)
    assert parent.wait(timeout=60) != 0
    assert parent.stdout.read() == b""  # returns when the last process that holds the pipe is gone


def test_records_come_in_the_tasks_order(sim: str) -> None:
    tasks = [
        Task(index, case.convolution, case.x, case.expected)
        for index, case in enumerate(load_suite("corner")[:5])
    ]
    told: list[int] = []
    records = run_bulk(tasks, Simulation(sim, Settings(CONFIG), jobs=2), told.append)
    assert [record.index for record in records] == [0, 1, 2, 3, 4]
    assert all(record.error is None and record.mismatches == 0 for record in records)
    assert sum(told) == len(tasks)


def test_layer_that_does_not_fit_is_refused_before_a_simulator_starts() -> None:
    case = load_suite("corner")[0]
    tiny = replace(CONFIG, act_depth=1, weight_depth=1)
    large = [each for each in load_suite("corner") if each.convolution.geometry.taps > 1]
    tasks = [
        Task(i, each.convolution, each.x, each.expected) for i, each in enumerate([case, *large])
    ]
    with pytest.raises(InputError, match="layer"):
        run_bulk(tasks, Simulation("no such simulator", Settings(tiny)))

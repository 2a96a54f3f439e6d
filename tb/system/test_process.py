"""Child processes end with what started them, and their output is kept."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tb.paths import PROJECT_ROOT
from tb.process import TimeLimit, execute, first_failure, tail

START_SLEEP = """
import os, sys
from pathlib import Path
from tb.process import execute
command = ["sh", "-c", "echo $$ > pid.part; mv pid.part pid; exec sleep 100"]
execute(command, cwd=Path(sys.argv[1]), env=os.environ, log=Path(sys.argv[1]) / "log", timeout_s=90)
"""


def is_running(pid: int) -> bool:
    """Whether the process exists and is more than an entry that waits for its parent."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until(condition: str, check: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for `check()`; fail with `condition` when it doesn't come true."""
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, f"not within {seconds} s: {condition}"
        time.sleep(0.05)


def test_status_and_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = ["sh", "-c", "echo out; echo err >&2; exit 3"]
    assert execute(command, cwd=tmp_path, env=os.environ, log=log, timeout_s=10) == 3
    assert tail(log) == "out\nerr"
    assert tail(log, 1) == "err"


def test_time_limit_ends_children_too(tmp_path: Path) -> None:
    command = ["sh", "-c", "sleep 100 & echo $! > pid; wait"]
    with pytest.raises(TimeLimit, match="stopped after 1 s"):
        execute(command, cwd=tmp_path, env=os.environ, log=tmp_path / "log", timeout_s=1)
    child = int((tmp_path / "pid").read_text())
    wait_until("the child's child ends", lambda: not is_running(child))


def test_ends_with_a_killed_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", START_SLEEP, tmp_path], cwd=PROJECT_ROOT)
    wait_until("the child starts", (tmp_path / "pid").is_file)
    child = int((tmp_path / "pid").read_text())
    assert is_running(child)
    parent.kill()
    parent.wait()
    wait_until("the child ends", lambda: not is_running(child))


def test_first_failure(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("start\n  1.00ns WARNING  cocotb.regression   bench_x failed\nreason\nend\n")
    assert first_failure(log, 2).endswith("bench_x failed\nreason")
    log.write_text("start\nend\n")
    assert first_failure(log, 1) == "end"
    assert first_failure(tmp_path / "none") == "(no log)"

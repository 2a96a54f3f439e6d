"""Run a child process in its own group, its output in a file, its time limited; read that file."""

import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

TAIL_LINES = 40
GRACE_S = 5.0
_ENDS_WITH_PARENT = ("setpriv", "--pdeathsig", "TERM")
"""util-linux: a build or a simulation must not outlive a test run that was killed."""
_FAILED = re.compile(r"WARNING +cocotb\.regression .* failed$")


class TimeLimit(Exception):
    """The process ran past its wall-time limit and was stopped."""


def execute(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: Path, timeout_s: float
) -> int:
    """Run `command`, append its output to `log`, and return its exit status.

    Whatever ends the wait early (the limit, an interrupt) stops the process and its children only.

    Raises:
        TimeLimit: it ran for more than `timeout_s` seconds.
    """
    with log.open("ab") as output:
        child = subprocess.Popen(
            [*_ENDS_WITH_PARENT, *command],
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return child.wait(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            raise TimeLimit(f"stopped after {timeout_s:g} s") from None
        finally:
            if child.poll() is None:
                _stop_group(child)


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """Return the last lines of `log`, or a note that there is none."""
    if not log.is_file():
        return "(no log)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def first_failure(log: Path, lines: int = TAIL_LINES) -> str:
    """Return what cocotb logged of the first test that failed, or else the last lines of `log`."""
    text = log.read_text(errors="replace").splitlines() if log.is_file() else []
    failed = [place for place, line in enumerate(text) if _FAILED.search(line)]
    return "\n".join(text[failed[0] : failed[0] + lines]) if failed else tail(log, lines)


def _stop_group(child: subprocess.Popen[bytes]) -> None:
    os.killpg(child.pid, signal.SIGTERM)
    try:
        child.wait(timeout=GRACE_S)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()

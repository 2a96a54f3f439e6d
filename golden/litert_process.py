"""LiteRT in a process of its own, for files that nobody vouches for.

LiteRT trusts what it reads: a file with wrong numbers in it can end the process that runs it with
a signal, or ask for more memory than there is. Here that process is a child, so its end becomes
one sentence. Starting it takes 0.2 s; then it serves any number of runs.
"""

import atexit
import functools
import importlib
import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
from numpy.typing import NDArray

from golden import litert
from pymodel.errors import InputError

ROOT = Path(__file__).parent.parent
MOST_BYTES = 1 << 30
"""What the child may allocate beyond what it has when it is ready."""
TIME_LIMIT_S = 300.0
"""Of one run. The reference kernels do some 4 GMAC/s: a network of 1,000 GMAC still ends."""


class LitertProcess:
    """`litert.run` in a child process, which lives as long as the `with` block."""

    def __init__(self, time_limit_s: float = TIME_LIMIT_S) -> None:
        self._time_limit_s = time_limit_s
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end()

    @property
    def pid(self) -> int:
        """Of the child, which is started if there is none."""
        return self._running().pid

    def run(
        self, model: Path | str | bytes, inputs: Sequence[NDArray[Any]], kernel: litert.Kernel
    ) -> dict[int, NDArray[Any]]:
        """What `litert.run` returns.

        Raises:
            InputError: as `litert.run` does; also when LiteRT crashes on the model, or is not done
                within the time limit.
        """
        child = self._running()
        assert child.stdin is not None and child.stdout is not None
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            child.kill()

        timer = threading.Timer(self._time_limit_s, expire)
        timer.start()
        try:
            _send(child.stdin, (model, list(inputs), kernel))
            answer = pickle.load(child.stdout)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            status = child.wait()
            self.end()
            source = "model content" if isinstance(model, bytes) else str(model)
            how = (
                f"was not done after {self._time_limit_s:g} s"
                if expired.is_set()
                else f"ended with {_ending(status)}"
            )
            raise InputError(
                f"{source}: LiteRT {how} on the {kernel} kernels; the file is corrupt, or asks for "
                "more than LiteRT can do"
            ) from None
        finally:
            timer.cancel()
        if isinstance(answer, str):
            raise InputError(answer)
        tensors: dict[int, NDArray[Any]] = answer
        return tensors

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "golden.litert_process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
            )
        return self._child

    def end(self) -> None:
        """End the child; the next run starts another."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()


@functools.cache
def _shared() -> LitertProcess:
    process = LitertProcess()
    atexit.register(process.end)
    return process


def run_guarded(
    model: Path | str | bytes, inputs: Sequence[NDArray[Any]], kernel: litert.Kernel
) -> dict[int, NDArray[Any]]:
    """`LitertProcess.run` in one child that all callers share; it ends with this process."""
    return _shared().run(model, inputs, kernel)


def _ending(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"status {status}"


def _send(pipe: IO[bytes], value: object) -> None:
    pickle.dump(value, pipe, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.flush()


def _limit_memory() -> None:
    """MOST_BYTES more than now; running out is then an error, not the machine's end."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + MOST_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _serve() -> None:
    """Answer each request on stdin: tensors, or the sentence of an InputError."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what LiteRT prints is no answer
    if litert.available():
        importlib.import_module("ai_edge_litert.interpreter")
    _limit_memory()
    while True:
        try:
            model, inputs, kernel = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        answer: dict[int, NDArray[np.generic]] | str
        try:
            answer = litert.run(model, inputs, kernel)
        except InputError as error:
            answer = str(error)
        _send(answers, answer)


if __name__ == "__main__":
    _serve()

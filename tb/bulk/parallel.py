"""Calls side by side, each in a process of its own, that an interrupt ends together.

A pool would not do: interrupted, it waits for calls that may take an hour.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import TypeVar

Result = TypeVar("Result")


class CallLost(RuntimeError):
    """A process ended without saying what its call came to."""


def _serve(
    answer: Connection, function: Callable[..., Result], arguments: tuple[object, ...]
) -> None:
    """Make one call and send its result or its exception.

    A terminal's interrupt reaches the parent alone, which passes it on once.
    """
    os.setpgrp()
    try:
        answer.send(function(*arguments))
    except KeyboardInterrupt:
        return
    except Exception as error:  # noqa: BLE001 - raised again in the parent
        answer.send(error)


def call_all(function: Callable[..., Result], calls: Sequence[tuple[object, ...]]) -> list[Result]:
    """The results of function(*arguments) for each of `calls`, in their order.

    The first exception of a call is raised here. Whatever ends the wait early interrupts the other
    calls, and returns when they have ended.

    Raises:
        CallLost: a process died.
    """
    context = multiprocessing.get_context("spawn")
    workers: list[tuple[SpawnProcess, Connection]] = []
    try:
        for arguments in calls:
            receive, send = context.Pipe(duplex=False)
            worker = context.Process(target=_serve, args=(send, function, arguments))
            worker.start()
            send.close()
            workers.append((worker, receive))
        results = []
        for _, receive in workers:
            result = receive.recv()
            if isinstance(result, Exception):
                raise result
            results.append(result)
        return results
    except EOFError:
        raise CallLost("a process that ran a simulator ended early") from None
    finally:
        for worker, _ in workers:
            if worker.is_alive() and worker.pid is not None:
                os.kill(worker.pid, signal.SIGINT)
        for worker, _ in workers:
            worker.join()

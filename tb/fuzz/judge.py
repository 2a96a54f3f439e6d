"""Reads a mutant as a user's file is read, and says how that went.

What must come of it is a network or an InputError of one line, soon and within bounded memory; of
a network, the same holds for the lowering of each layer of the array and for the model itself.
"""

import math
import resource
import signal
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import numpy as np
from numpy.typing import NDArray

from golden.tflite.importer import parse_tflite
from pymodel.errors import InputError
from pymodel.layer import run
from pymodel.network import ABSENT, Layer, Network, fold_dilation
from pymodel.ops import registry

SOURCE = "mutant.tflite"
CPU_LIMIT_S = 2.0
MEMORY_LIMIT = 1 << 30
MOST_ELEMENTS = 1 << 18
"""Of a layer's tensors together, and MOST_MACS: above them a layer is lowered but not run."""
MOST_MACS = 1 << 22
NETWORK, REFUSED = "network", "refused"


@dataclass(frozen=True)
class Outcome:
    """`kind` is NETWORK, REFUSED, or the kind of failure; `detail` its message or traceback."""

    kind: str
    detail: str = ""
    network: Network | None = None

    @property
    def failed(self) -> bool:
        """Whether a user would have seen something else than a network or a sentence."""
        return self.kind not in (NETWORK, REFUSED)


class _TooSlow(BaseException):
    """The CPU limit is reached; no `except Exception` on the way may swallow it."""


def judge(content: bytes, seed: int = 0) -> Outcome:
    """What becomes of a file; activations are drawn from the seed."""
    network = None
    try:
        with _cpu_limit(), warnings.catch_warnings():
            warnings.simplefilter("error")  # on a terminal a warning is no sentence either
            network = parse_tflite(content, "mutant", SOURCE)
            problem = _use(network, seed) or _use(fold_dilation(network), seed)
    except InputError as error:
        problem = _message(str(error), SOURCE)
        return Outcome(problem or REFUSED, str(error))
    except _TooSlow:
        return Outcome("slow", f"not done after {CPU_LIMIT_S} s", network)
    except MemoryError:
        return Outcome("memory", traceback.format_exc(), network)
    except Exception as error:  # noqa: BLE001 - whatever escapes is what is looked for
        return Outcome(f"traceback {type(error).__name__}", traceback.format_exc(), network)
    return Outcome(problem or NETWORK, problem, network)


@contextmanager
def limited_memory() -> Iterator[None]:
    """This process may have MEMORY_LIMIT more than now; beyond that Python raises MemoryError."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(
        resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY_LIMIT, before[1])
    )
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@contextmanager
def _cpu_limit() -> Iterator[None]:
    def expire(_signal: int, _frame: FrameType | None) -> None:
        raise _TooSlow

    before = signal.signal(signal.SIGPROF, expire)
    signal.setitimer(signal.ITIMER_PROF, CPU_LIMIT_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _use(network: Network, seed: int) -> str:
    """Lower and, where small, run every layer on its own; what is wrong with a refusal, or ""."""
    rng = np.random.default_rng(seed)
    for layer in network.layers:
        try:
            if layer.op in registry.ARRAY_OPS:
                _run_on_array(network, layer, rng)
            elif layer.op in registry.HOST_OPS and _small(network, layer):
                inputs = [_values(network, i, rng) for i in layer.inputs if i != ABSENT]
                registry.evaluate(network, layer, inputs)
        except InputError as error:
            problem = _message(str(error), "")
            if problem:
                return problem
    return ""


def _run_on_array(network: Network, layer: Layer, rng: np.random.Generator) -> None:
    conv = registry.convolution(network, layer)
    if conv.geometry.macs <= MOST_MACS and _small(network, layer):
        x = _values(network, layer.inputs[0], rng).reshape(conv.geometry.input_shape)
        run(conv, x.astype(np.int8, copy=False))


def _small(network: Network, layer: Layer) -> bool:
    tensors = [network.tensors[i] for i in (*layer.inputs, *layer.outputs) if i != ABSENT]
    return sum(math.prod(tensor.shape) for tensor in tensors) <= MOST_ELEMENTS


def _values(network: Network, index: int, rng: np.random.Generator) -> NDArray[np.generic]:
    """A constant's elements; for an activation any codes of its dtype, or floats around 0."""
    tensor = network.tensors[index]
    if tensor.data is not None:
        return tensor.data
    dtype = np.dtype(tensor.dtype)
    if dtype.kind == "f":
        return rng.normal(size=tensor.shape).astype(dtype)
    raw = rng.bytes(math.prod(tensor.shape) * dtype.itemsize)
    if dtype.kind == "b":
        raw = bytes(byte & 1 for byte in raw)
    return np.frombuffer(raw, dtype).reshape(tensor.shape)


def _message(message: str, start: str) -> str:
    """What is wrong with an InputError's message, or ""."""
    if "\n" in message or not message.isprintable():
        return "message of several lines"
    return "" if message.startswith(start) else "message that names no file"

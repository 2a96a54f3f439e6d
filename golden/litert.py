"""LiteRT as the oracle: runs a .tflite with a named set of kernels and keeps every tensor.

Which kernels run decides the rounding (`rule`), so the caller always names them:

| kernel    | what runs                                                   |
|-----------|-------------------------------------------------------------|
| reference | TFLite's portable reference kernels (`BUILTIN_REF`)         |
| optimised | its optimised kernels without any delegate                  |
| xnnpack   | the interpreter's default, which delegates to XNNPACK       |
"""

import importlib.metadata
import importlib.util
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.ops import numerics

Kernel = Literal["reference", "optimised", "xnnpack"]
PACKAGE = "ai-edge-litert"
DELEGATE = "DELEGATE"
"""What LiteRT calls the node that stands for the ops which a delegate computes."""
RESOLVERS: dict[Kernel, str] = {
    "reference": "BUILTIN_REF",
    "optimised": "BUILTIN_WITHOUT_DEFAULT_DELEGATES",
    "xnnpack": "AUTO",
}

KERNEL_NUMERICS: dict[Kernel, str] = {
    "reference": "litert-ref",
    "optimised": "litert-opt",
    "xnnpack": "xnnpack",
}
"""pymodel's name of each kernel's set of rules."""


def rule(op: str, kernel: Kernel, groups: int = 1) -> str:
    """pymodel's rule of `op` for `kernel`, as `pymodel.ops.numerics.rule` gives it."""
    return numerics.rule(KERNEL_NUMERICS[kernel], op, groups)


def available() -> bool:
    """Whether LiteRT is installed."""
    return importlib.util.find_spec("ai_edge_litert") is not None


def version(kernel: Kernel) -> str:
    """Name, version and kernel, as recorded beside what the oracle confirmed.

    Raises:
        InputError: LiteRT isn't installed.
    """
    _require()
    return f"{PACKAGE} {importlib.metadata.version(PACKAGE)} {RESOLVERS[kernel]}"


def run(
    model: Path | str | bytes, inputs: Sequence[NDArray[Any]], kernel: Kernel
) -> dict[int, NDArray[Any]]:
    """Run `model` once on one thread.

    Args:
        model: a .tflite file or its content.
        inputs: one array per network input, in the network's order, of its exact shape and dtype.
        kernel: which kernels compute.

    Returns:
        A copy of every tensor that holds data after the run, by index: constants, inputs,
        intermediates and outputs. The interpreter's own scratch tensors follow the model's.
        With xnnpack, tensors inside a delegated part may be missing.

    Raises:
        InputError: LiteRT isn't installed or refuses the model, an unknown kernel, or inputs that
            don't fit the network's.
    """
    _require()
    if kernel not in get_args(Kernel):
        raise InputError(f"LiteRT kernel must be one of {', '.join(RESOLVERS)}, found {kernel!r}")
    source = "model content" if isinstance(model, bytes) else str(model)
    try:
        interpreter = _interpreter(model, kernel)
        _set_inputs(interpreter, inputs, source)
        interpreter.invoke()
        return _tensors(interpreter)
    except InputError:
        raise
    except (ValueError, RuntimeError, MemoryError) as error:
        raise InputError(f"{source}: LiteRT refuses the model: {_one_line(error)}") from error


class Node(NamedTuple):
    """An op as LiteRT runs it: its name, and the tensors that it reads and writes, by index."""

    op: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def left_by_xnnpack(model: Path | str | bytes) -> tuple[Node, ...]:
    """The ops that the kernel xnnpack leaves to the optimised kernels, in order of execution.

    Raises:
        InputError: LiteRT isn't installed or refuses the model.
    """
    _require()
    try:
        details = _interpreter(model, "xnnpack")._get_ops_details()
    except (ValueError, RuntimeError, MemoryError) as error:
        raise InputError(f"LiteRT refuses the model: {_one_line(error)}") from error
    nodes = [
        Node(detail["op_name"], *(tuple(map(int, detail[end])) for end in ("inputs", "outputs")))
        for detail in details
    ]
    taken = {index for node in nodes if node.op == DELEGATE for index in node.outputs}
    return tuple(
        node for node in nodes if node.op != DELEGATE and not taken.issuperset(node.outputs)
    )


def not_delegated(model: Path | str | bytes) -> tuple[str, ...]:
    """The names of the ops that `left_by_xnnpack` gives. Raises as it does."""
    return tuple(node.op for node in left_by_xnnpack(model))


def _require() -> None:
    if not available():
        raise InputError(f"LiteRT, the oracle, is not installed; pip install {PACKAGE}")


def _interpreter(model: Path | str | bytes, kernel: Kernel) -> Any:
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    where = {"model_content": model} if isinstance(model, bytes) else {"model_path": str(model)}
    with warnings.catch_warnings():  # xnnpack: "intended for debugging", which this is
        warnings.simplefilter("ignore", UserWarning)
        interpreter = Interpreter(
            **where,
            num_threads=1,
            experimental_op_resolver_type=OpResolverType[RESOLVERS[kernel]],
            experimental_preserve_all_tensors=True,
        )
    interpreter.allocate_tensors()
    return interpreter


def _set_inputs(interpreter: Any, inputs: Sequence[NDArray[Any]], source: str) -> None:
    details = interpreter.get_input_details()
    if len(inputs) != len(details):
        raise InputError(f"{source}: takes {len(details)} inputs, found {len(inputs)}")
    for detail, array in zip(details, inputs, strict=True):
        shape, dtype = tuple(int(size) for size in detail["shape"]), np.dtype(detail["dtype"])
        if array.shape != shape or array.dtype != dtype:
            raise InputError(
                f"{source}: input {detail['name']!r} must be {dtype} of shape {shape}, "
                f"found {array.dtype} of shape {array.shape}"
            )
        interpreter.set_tensor(detail["index"], array)


def _tensors(interpreter: Any) -> dict[int, NDArray[Any]]:
    found: dict[int, NDArray[Any]] = {}
    for detail in interpreter.get_tensor_details():
        try:
            found[detail["index"]] = interpreter.get_tensor(detail["index"])
        except ValueError:  # "Tensor data is null": never computed in this run
            continue
    return found


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__

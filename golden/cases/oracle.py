"""Which oracle confirms a golden case, and asking it."""

import numpy as np
from numpy.typing import NDArray

from golden import litert
from golden.cases import exact
from golden.cases.difference import difference
from golden.tflite.single_op import SingleOp
from pymodel.convolution import Convolution


class OracleMismatch(Exception):
    """The oracle computes something else than pymodel: one of them is wrong."""


def litert_kernel(op: SingleOp, rule: str) -> litert.Kernel | None:
    """LiteRT's kernel that computes the op by `rule`, one of the integer rules; None without."""
    kernels: tuple[litert.Kernel, ...] = ("reference", "optimised")
    for kernel in kernels:
        if litert.rule(op.op, kernel, op.geometry.groups) == rule:
            return kernel
    return None


def installed(op: SingleOp, rule: str) -> bool:
    """Whether the oracle for the op under `rule` can be asked here."""
    return litert_kernel(op, rule) is None or litert.available()


def oracle_name(op: SingleOp, rule: str) -> str:
    """The oracle's name and version, as a case records them.

    Raises:
        InputError: it is LiteRT, and LiteRT isn't installed.
    """
    kernel = litert_kernel(op, rule)
    return exact.VERSION if kernel is None else litert.version(kernel)


def confirm(
    op: SingleOp,
    content: bytes,
    output: int,
    conv: Convolution,
    x: NDArray[np.int8],
    expected: NDArray[np.int8],
) -> None:
    """Ask the oracle for the output of `x`.

    Args:
        op: the case's op.
        content: a .tflite file of it, whose output tensor has index `output`.
        conv: the op as pymodel has it.
        x: input, NHWC.
        expected: pymodel's output, NHWC.

    Raises:
        OracleMismatch: they differ; it says how many and where first.
        InputError: LiteRT isn't installed or refuses the op.
    """
    kernel = litert_kernel(op, conv.requantise.rule)
    if kernel is None:
        name, found = exact.VERSION, exact.run(conv, x)
    else:
        name = litert.version(kernel)
        tensors = litert.run(content, [x.reshape(op.input_shape)], kernel)
        found = tensors[output].reshape(expected.shape)
    require_same(name, found, expected)


def require_same(name: str, found: NDArray[np.int8], expected: NDArray[np.int8]) -> None:
    """OracleMismatch unless the oracle `name` found what pymodel expects."""
    differs = difference(found, expected)
    if differs:
        raise OracleMismatch(f"pymodel's output differs from {name}: {differs}")

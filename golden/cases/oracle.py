"""Which oracles confirm a golden case, and asking them.

| datapath | oracles |
|---|---|
| affine int8 | LiteRT's kernel of the rule; exact integers for a rule that no kernel follows |
| fixed point, power of two | exact rationals in the array's order |
| minifloat | the same, and NumPy with ml_dtypes where they compute the same thing |
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden import litert
from golden.cases import exact, exact_fixed, exact_float, numpy_float
from golden.cases.difference import difference
from golden.cases.prepare import Prepared
from golden.tflite.single_op import SingleOp

Codes = NDArray[np.signedinteger[Any]]


class OracleMismatch(Exception):
    """The oracle computes something else than pymodel: one of them is wrong."""


@dataclass(frozen=True)
class Oracle:
    """Someone else's implementation, ready to compute one case's output.

    Attributes:
        package: what must be installed; "" where nothing need be.
        available: whether it can be asked here.
        version: its name and version, as a case records them; InputError if it isn't available.
        run: stored output codes, NHWC.
    """

    package: str
    available: Callable[[], bool]
    version: Callable[[], str]
    run: Callable[[], Codes]


def oracles(prepared: Prepared) -> tuple[Oracle, ...]:
    """All that confirm the case, at least one."""
    conv, x, path = prepared.convolution, prepared.x, prepared.datapath
    if prepared.op is not None:
        kernel = litert_kernel(prepared.op, conv.requantise.rule)
        if kernel is None:
            return (_exact(exact.VERSION, partial(exact.run, conv, x)),)
        return (
            Oracle(
                litert.PACKAGE,
                lambda: litert.available(),
                partial(litert.version, kernel),
                partial(_litert, prepared, kernel),
            ),
        )
    if path.format != "minifloat":
        return (_exact(exact_fixed.VERSION, partial(exact_fixed.run, conv, x, path)),)
    decides = _exact(exact_float.VERSION, partial(exact_float.run, conv, x, path))
    if not numpy_float.takes(conv, x, path):
        return (decides,)
    numpy = Oracle(
        numpy_float.PACKAGE,
        lambda: numpy_float.available(),
        numpy_float.version,
        partial(numpy_float.run, conv, x, path),
    )
    return (decides, numpy)


def oracle_name(prepared: Prepared) -> str:
    """Names and versions of the case's oracles, as it records them.

    Raises:
        InputError: one of them isn't installed.
    """
    return "; ".join(oracle.version() for oracle in oracles(prepared))


def missing(prepared: Prepared) -> tuple[str, ...]:
    """Packages without which the case's oracles cannot all be asked here."""
    return tuple(oracle.package for oracle in oracles(prepared) if not oracle.available())


def confirm(prepared: Prepared, expected: Codes) -> None:
    """Ask every oracle of the case for its output, which pymodel says is `expected`.

    Raises:
        OracleMismatch: they differ; it says how many and where first.
        InputError: an oracle isn't installed or refuses the op.
    """
    for oracle in oracles(prepared):
        name = oracle.version()
        differs = difference(oracle.run(), expected)
        if differs:
            raise OracleMismatch(f"pymodel's output differs from {name}: {differs}")


def litert_kernel(op: SingleOp, rule: str) -> litert.Kernel | None:
    """LiteRT's kernel that computes the op by `rule`, one of the integer rules; None without."""
    kernels: tuple[litert.Kernel, ...] = ("reference", "optimised")
    for kernel in kernels:
        if litert.rule(op.op, kernel, op.geometry.groups) == rule:
            return kernel
    return None


def _exact(version: str, run: Callable[[], Codes]) -> Oracle:
    return Oracle("", lambda: True, lambda: version, run)


def _litert(prepared: Prepared, kernel: litert.Kernel) -> Codes:
    assert prepared.op is not None
    x = prepared.x.astype(np.int8, copy=False).reshape(prepared.op.input_shape)
    found = litert.run(prepared.content, [x], kernel)[prepared.output]
    return found.reshape(prepared.convolution.geometry.output_shape)

"""Elementwise functions of many steps, run block by block so that every step stays in the cache."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

BLOCK = 1 << 14
"""Elements worked on together: a few buffers of them fit a processor's second-level cache."""


def blockwise(
    kernel: Callable[..., NDArray[Any]], dtype: DTypeLike, *operands: NDArray[Any]
) -> NDArray[Any]:
    """kernel(*operands) of operands that broadcast, as an array of `dtype`.

    The kernel gets one-dimensional blocks of equal length, one per operand and in its dtype, must
    not write to them, and returns a block of that length.
    """
    roles: list[list[Literal["readonly", "writeonly", "allocate"]]]
    roles = [["readonly"] for _ in operands]
    blocks = np.nditer(
        [*operands, None],
        flags=["external_loop", "buffered", "zerosize_ok"],
        op_flags=[*roles, ["writeonly", "allocate"]],
        op_dtypes=[*[operand.dtype for operand in operands], np.dtype(dtype)],
        order="C",
        buffersize=BLOCK,
    )
    with blocks:
        for *sources, target in blocks:
            target[...] = kernel(*sources)
        result: NDArray[Any] = blocks.operands[-1]
    return result

"""Exact integer matrix products at the speed of floating-point BLAS."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pymodel.fixed_point import Int64Array

FLOAT32_EXACT = 2**24
FLOAT64_EXACT = 2**53
"""Up to these magnitudes every integer is a float of that width, so every sum is exact."""
SHORTEST_CHUNK = 64
"""Float32 chunks below this length (of K) cost more than float64's slower product."""


def exact_matmul(
    a: NDArray[np.generic], b: NDArray[np.generic], a_bound: int | None = None
) -> Int64Array:
    """a @ b over the last two axes, as if in unbounded integers.

    K is cut into chunks in which the sums of |a| times |b| provably stay below 2^24, by the
    bounds of the data itself, so that float32 BLAS is exact in whatever order it adds; where
    those chunks would be too short, float64 with 2^53 takes over.

    Args:
        a: (..., M, K) integers of any dtype, floats included; float32 is not copied.
        b: (..., K, N) likewise.
        a_bound: no |a| is larger; found from `a` if None.

    Returns:
        int64 (..., M, N).

    Raises:
        OverflowError: a sum of magnitudes could reach 2^53.
    """
    bound = _largest(a) if a_bound is None else a_bound
    reached = _column_sums(b) * bound
    if reached[..., -1, :].max(initial=0.0) >= FLOAT64_EXACT:
        raise OverflowError(f"exact_matmul: sums may reach {reached.max():.0f}, past 2^53")
    chunks = _chunks(reached, FLOAT32_EXACT)
    if chunks is None:
        return (a.astype(np.float64) @ b.astype(np.float64)).astype(np.int64)
    left, right = a.astype(np.float32, copy=False), b.astype(np.float32, copy=False)
    products = (left[..., start:stop] @ right[..., start:stop, :] for start, stop in chunks)
    total = next(products).astype(np.int64)
    for product in products:
        total += product.astype(np.int64)
    return total


def _largest(a: NDArray[Any]) -> int:
    return max(abs(int(a.min())), abs(int(a.max()))) if a.size else 0


def _column_sums(b: NDArray[Any]) -> NDArray[np.float64]:
    """Sums of the first 0, 1 ... K magnitudes of each column: float64 (..., K + 1, N)."""
    sums = np.zeros((*b.shape[:-2], b.shape[-2] + 1, b.shape[-1]), dtype=np.float64)
    np.cumsum(np.abs(b.astype(np.float64)), axis=-2, out=sums[..., 1:, :])
    return sums


def _chunks(reached: NDArray[np.float64], limit: int) -> list[tuple[int, int]] | None:
    """Consecutive ranges of K in which every column's sum stays below `limit`.

    None if one of them, the last excepted, is shorter than SHORTEST_CHUNK.
    """
    depth = reached.shape[-2] - 1
    others = tuple(axis for axis in range(reached.ndim) if axis != reached.ndim - 2)
    ranges, start = [], 0
    while start < depth:
        since = (reached - reached[..., start : start + 1, :]).max(axis=others, initial=0.0)
        stop = int(np.searchsorted(since[start:], limit, side="left")) + start - 1
        if stop - start < min(SHORTEST_CHUNK, depth - start):
            return None
        ranges.append((start, stop))
        start = stop
    return ranges or [(0, 0)]

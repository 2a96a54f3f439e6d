"""Exact products by floating-point BLAS, at and beyond the limits of float32."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pymodel.exact_matmul import exact_matmul
from tb.model.layers import bounded, seeds


def by_python_ints(a: NDArray[np.integer], b: NDArray[np.integer]) -> NDArray[np.int64]:
    product: NDArray[np.object_] = a.astype(object) @ b.astype(object)
    return product.astype(np.int64)


@bounded(150)
@given(
    seed=seeds,
    shape=st.tuples(st.integers(1, 6), st.integers(1, 300), st.integers(1, 6)),
    bits=st.tuples(st.integers(1, 20), st.integers(1, 20)),
)
def test_against_python_ints(seed: int, shape: tuple[int, int, int], bits: tuple[int, int]) -> None:
    rng = np.random.default_rng(seed)
    a = rng.integers(-(2 ** bits[0]), 2 ** bits[0], shape[:2])
    b = rng.integers(-(2 ** bits[1]), 2 ** bits[1], shape[1:])
    np.testing.assert_array_equal(exact_matmul(a, b), by_python_ints(a, b))


@pytest.mark.parametrize("depth", [258, 259, 260, 517, 4000])
def test_sums_past_float32_are_exact(depth: int) -> None:
    # 258 products of 255 * 255 stay below 2^24; odd sums beyond it are no float32
    a = np.full((3, depth), -255, dtype=np.int16)
    b = np.full((depth, 2), 255, dtype=np.int16)
    a[:, 0], b[0] = 1, 254
    expected = -255 * 255 * (depth - 1) + 254
    np.testing.assert_array_equal(exact_matmul(a, b), np.full((3, 2), expected))


def test_one_heavy_column_does_not_spoil_the_others() -> None:
    rng = np.random.default_rng(5)
    a, b = rng.integers(-255, 256, (4, 3000)), rng.integers(-1, 2, (3000, 3))
    b[1500:1600, 1] = 127
    np.testing.assert_array_equal(exact_matmul(a, b), by_python_ints(a, b))


def test_leading_axes_are_a_batch() -> None:
    rng = np.random.default_rng(6)
    a, b = rng.integers(-255, 256, (3, 4, 700)), rng.integers(-127, 128, (3, 700, 5))
    expected = np.stack([by_python_ints(a[i], b[i]) for i in range(3)])
    np.testing.assert_array_equal(exact_matmul(a, b), expected)


def test_large_single_products_fall_back_to_float64() -> None:
    a = np.array([[2**25 + 1, -3]], dtype=np.int64)
    b = np.array([[2**25 - 1], [1]], dtype=np.int64)
    assert exact_matmul(a, b).tolist() == [[2**50 - 1 - 3]]


def test_a_stated_bound_replaces_the_search() -> None:
    a, b = np.full((1, 300), 255, dtype=np.float32), np.full((300, 1), 255, dtype=np.float32)
    assert exact_matmul(a, b, a_bound=255).tolist() == [[255 * 255 * 300]]


def test_what_float64_cannot_hold_is_refused() -> None:
    a, b = np.array([[2**26]], dtype=np.int64), np.array([[2**27]], dtype=np.int64)
    with pytest.raises(OverflowError, match="past 2\\^53"):
        exact_matmul(a, b)
    assert exact_matmul(a, b - 1).tolist() == [[2**53 - 2**26]]


def test_no_depth_sums_to_zero() -> None:
    empty = np.zeros((2, 0), dtype=np.int64)
    np.testing.assert_array_equal(exact_matmul(empty, empty.T), np.zeros((2, 2)))

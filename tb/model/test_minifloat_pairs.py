"""Float operations on every pair of 8-bit codes, results and events.

Expected values are exact rationals (golden.cases.exact_number) and ml_dtypes.
"""

from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from numpy.typing import NDArray

from golden.cases import exact_number as oracle
from pymodel.formats.float_format import (
    BFLOAT16,
    E4M3,
    E5M2,
    FLOAT16,
    FLOAT32,
    RISTRETTO_8,
    FloatFormat,
)
from pymodel.formats.minifloat import add, exact_product, exact_sum, multiply
from tb.model.float_cases import (
    E3M4,
    E4M3_FLUSHED,
    E4M3_IEEE,
    EIGHT_BITS,
    SEED,
    Codes,
    check,
    check_fused,
    name,
    numbers,
)

ML_DTYPES: dict[FloatFormat, Any] = {
    E4M3: ml_dtypes.float8_e4m3fn,
    E5M2: ml_dtypes.float8_e5m2,
    E4M3_IEEE: ml_dtypes.float8_e4m3,
    E3M4: ml_dtypes.float8_e3m4,
}


def all_pairs(fmt: FloatFormat) -> tuple[Codes, Codes]:
    codes = np.arange(1 << fmt.width, dtype=np.uint32)
    a, b = np.meshgrid(codes, codes, indexing="ij")
    return a.ravel(), b.ravel()


@pytest.mark.parametrize("fmt", EIGHT_BITS, ids=name)
def test_add_every_pair(fmt: FloatFormat) -> None:
    a, b = all_pairs(fmt)
    totals = map(oracle.total, numbers(a, fmt), numbers(b, fmt))
    check(add(a, b, fmt), exact_sum(a, b, fmt), fmt, totals)


@pytest.mark.parametrize("acc_fmt", [None, FLOAT16, BFLOAT16, FLOAT32], ids=str)
@pytest.mark.parametrize("fmt", EIGHT_BITS, ids=name)
def test_multiply_every_pair(fmt: FloatFormat, acc_fmt: FloatFormat | None) -> None:
    acc_fmt = acc_fmt or fmt
    a, b = all_pairs(fmt)
    products = map(oracle.product, numbers(a, fmt), numbers(b, fmt))
    check(multiply(a, b, fmt, fmt, acc_fmt), exact_product(a, b, fmt, fmt), acc_fmt, products)


@pytest.mark.parametrize("fmt", ML_DTYPES, ids=name)
@pytest.mark.parametrize("operation", [np.add, np.multiply])
def test_every_pair_against_ml_dtypes(
    fmt: FloatFormat, operation: Callable[..., NDArray[np.float32]]
) -> None:
    """A float32 between is exact for these products, and wide enough for these sums."""
    kind = ML_DTYPES[fmt]
    a, b = all_pairs(fmt)
    with np.errstate(invalid="ignore", over="ignore"):
        wide = operation(*(x.astype(np.uint8).view(kind).astype(np.float32) for x in (a, b)))
        if fmt.overflow == "saturate":
            wide = np.clip(wide, -448, 448)
        codes_of_kind = wide.astype(kind).view(np.uint8)
    expected = np.where(np.isnan(wide), oracle.canonical_nan(fmt) or 0, codes_of_kind)
    codes = add(a, b, fmt) if operation is np.add else multiply(a, b, fmt, fmt, fmt)
    np.testing.assert_array_equal(codes, expected)


@pytest.mark.parametrize(
    ("fmt", "acc_fmt"),
    [
        (E4M3, E4M3),
        (E5M2, E5M2),
        (E4M3, FLOAT16),
        (E5M2, FloatFormat(8, 4, denormals=False, overflow="saturate")),
        (RISTRETTO_8, FLOAT32),
        (RISTRETTO_8, RISTRETTO_8),
        (E4M3_FLUSHED, FloatFormat(5, 6, special="fn")),
    ],
    ids=name,
)
def test_multiply_accumulate_every_pair(fmt: FloatFormat, acc_fmt: FloatFormat) -> None:
    """Every pair, each with an accumulator of its own: half of them near the products."""
    rng = np.random.default_rng(SEED)
    x, w = all_pairs(fmt)
    acc = rng.integers(0, 1 << acc_fmt.width, x.size, dtype=np.int64)
    near = multiply(x, w, fmt, fmt, acc_fmt).astype(np.int64) + rng.integers(-3, 4, x.size)
    near ^= acc & (1 << (acc_fmt.width - 1))
    acc = np.where(rng.random(x.size) < 0.5, acc, near & ((1 << acc_fmt.width) - 1))
    check_fused(acc.astype(np.uint32), x, w, fmt, fmt, acc_fmt)

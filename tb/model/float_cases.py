"""What the tests of float formats share: formats, codes at the edges, the check of a rounding."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.cases import exact_number as oracle
from pymodel.formats.float_format import E4M3, E5M2, RISTRETTO_8, FloatFormat
from pymodel.formats.minifloat import encode_events, exact_multiply_accumulate, multiply_accumulate

Codes = NDArray[np.uint32]

SEED = 20261123
E4M3_IEEE = FloatFormat(4, 3)
E3M4 = FloatFormat(3, 4)
E4M3_FLUSHED = FloatFormat(4, 3, denormals=False, overflow="saturate")
E5M2_SATURATING = FloatFormat(5, 2, denormals=False, overflow="saturate")
EIGHT_BITS = (E4M3, E5M2, RISTRETTO_8, E4M3_IEEE, E3M4, E4M3_FLUSHED, E5M2_SATURATING)
VARIANTS: dict[str, dict[str, Any]] = {
    "ieee": {},
    "flushed": {"denormals": False, "overflow": "saturate"},
    "fn": {"special": "fn"},
    "none": {"special": "none", "denormals": False, "overflow": "saturate"},
    "biased": {"bias": 255, "special": "fn", "overflow": "saturate"},
    "unbiased": {"bias": 0, "denormals": False},
}


def name(fmt: FloatFormat) -> str:
    denormals = "" if fmt.denormals else "-flushed"
    return f"E{fmt.exponent_bits}M{fmt.mantissa_bits}-{fmt.special}-{fmt.overflow}{denormals}"


def numbers(codes: Codes, fmt: FloatFormat) -> list[oracle.Number]:
    return [oracle.number(code, fmt) for code in codes.tolist()]


def check(
    codes: Codes, exact: NDArray[np.float64], fmt: FloatFormat, numbers: Iterable[oracle.Number]
) -> None:
    """Codes, and the codes and events of `exact`, against the oracle's of exact numbers."""
    expected = np.array([oracle.rounded(item, fmt) for item in numbers], dtype=np.int64)
    np.testing.assert_array_equal(codes, expected[:, 0])
    found = encode_events(exact, fmt)
    np.testing.assert_array_equal(found.codes, expected[:, 0])
    np.testing.assert_array_equal(found.saturated, expected[:, 1])
    np.testing.assert_array_equal(found.tie, expected[:, 2])
    np.testing.assert_array_equal(found.flushed, expected[:, 3])


def check_fused(
    acc: Codes, x: Codes, w: Codes, x_fmt: FloatFormat, w_fmt: FloatFormat, acc_fmt: FloatFormat
) -> None:
    products = list(map(oracle.product, numbers(x, x_fmt), numbers(w, w_fmt)))
    accs = numbers(acc, acc_fmt)
    check(
        multiply_accumulate(acc, x, w, x_fmt, w_fmt, acc_fmt),
        exact_multiply_accumulate(acc, x, w, x_fmt, w_fmt, acc_fmt),
        acc_fmt,
        list(map(oracle.total, accs, products)),
    )


def edge_codes(fmt: FloatFormat, count: int, rng: np.random.Generator) -> Codes:
    """Random codes, among them zeros, the smallest, the largest, infinities and NaNs."""
    limit = 1 << (fmt.width - 1)
    edges = [0, 1, 2, fmt.smallest_normal - 1, fmt.smallest_normal, fmt.largest, limit - 1]
    edges += [1 << (fmt.mantissa_bits - 1), fmt.largest + 1 if fmt.largest < limit - 1 else 3]
    picked = rng.choice(np.array(edges), count)
    codes = np.where(rng.random(count) < 0.3, picked, rng.integers(0, limit, count))
    return (codes + limit * rng.integers(0, 2, count)).astype(np.uint32)

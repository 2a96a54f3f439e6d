"""Float operations on codes: every pair of 8-bit codes, and the hard cases of every format.

Expected values are exact rationals (tb.model.float_oracle), ml_dtypes, and NumPy's own floats.
"""

from collections.abc import Callable, Iterable
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from numpy.typing import NDArray

from pymodel.formats.float_format import (
    BFLOAT16,
    E4M3,
    E5M2,
    FLOAT16,
    FLOAT32,
    RISTRETTO_8,
    FloatFormat,
)
from pymodel.formats.minifloat import (
    add,
    convert,
    decode,
    encode,
    encode_events,
    exact_multiply_accumulate,
    exact_product,
    exact_sum,
    multiply,
    multiply_accumulate,
)
from tb.model import float_oracle as oracle

SEED = 20261123
E4M3_IEEE = FloatFormat(4, 3)
E3M4 = FloatFormat(3, 4)
E4M3_FLUSHED = FloatFormat(4, 3, denormals=False, overflow="saturate")
E5M2_SATURATING = FloatFormat(5, 2, denormals=False, overflow="saturate")
EIGHT_BITS = (E4M3, E5M2, RISTRETTO_8, E4M3_IEEE, E3M4, E4M3_FLUSHED, E5M2_SATURATING)
ML_DTYPES: dict[FloatFormat, Any] = {
    E4M3: ml_dtypes.float8_e4m3fn,
    E5M2: ml_dtypes.float8_e5m2,
    E4M3_IEEE: ml_dtypes.float8_e4m3,
    E3M4: ml_dtypes.float8_e3m4,
}
Codes = NDArray[np.uint32]


def name(fmt: FloatFormat) -> str:
    denormals = "" if fmt.denormals else "-flushed"
    return f"E{fmt.exponent_bits}M{fmt.mantissa_bits}-{fmt.special}-{fmt.overflow}{denormals}"


def all_pairs(fmt: FloatFormat) -> tuple[Codes, Codes]:
    codes = np.arange(1 << fmt.width, dtype=np.uint32)
    a, b = np.meshgrid(codes, codes, indexing="ij")
    return a.ravel(), b.ravel()


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


def numbers(codes: Codes, fmt: FloatFormat) -> list[oracle.Number]:
    return [oracle.number(code, fmt) for code in codes.tolist()]


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


VARIANTS: dict[str, dict[str, Any]] = {
    "ieee": {},
    "flushed": {"denormals": False, "overflow": "saturate"},
    "fn": {"special": "fn"},
    "none": {"special": "none", "denormals": False, "overflow": "saturate"},
    "biased": {"bias": 255, "special": "fn", "overflow": "saturate"},
    "unbiased": {"bias": 0, "denormals": False},
}


KINDS = list(VARIANTS)


def edge_codes(fmt: FloatFormat, count: int, rng: np.random.Generator) -> Codes:
    """Random codes, among them zeros, the smallest, the largest, infinities and NaNs."""
    limit = 1 << (fmt.width - 1)
    edges = [0, 1, 2, fmt.smallest_normal - 1, fmt.smallest_normal, fmt.largest, limit - 1]
    edges += [1 << (fmt.mantissa_bits - 1), fmt.largest + 1 if fmt.largest < limit - 1 else 3]
    picked = rng.choice(np.array(edges), count)
    codes = np.where(rng.random(count) < 0.3, picked, rng.integers(0, limit, count))
    return (codes + limit * rng.integers(0, 2, count)).astype(np.uint32)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("exponent_bits", range(2, 9))
def test_every_format(exponent_bits: int, variant: str) -> None:
    """add, multiply and both multiply-accumulates of each mantissa width, at edges and between."""
    rng = np.random.default_rng(SEED + exponent_bits)
    for mantissa_bits in range(1, 24):
        fmt = FloatFormat(exponent_bits, mantissa_bits, **VARIANTS[variant])
        a, b, c = (edge_codes(fmt, 40, rng) for _ in range(3))
        values = numbers(a, fmt), numbers(b, fmt)
        check(add(a, b, fmt), exact_sum(a, b, fmt), fmt, map(oracle.total, *values))
        products = exact_product(a, b, fmt, fmt)
        check(multiply(a, b, fmt, fmt, fmt), products, fmt, map(oracle.product, *values))
        check_fused(c, a, b, fmt, fmt, fmt)


def tie_operands(fmt: FloatFormat, count: int, rng: np.random.Generator) -> tuple[Codes, Codes]:
    """FLOAT32 codes of 1.5 and of numbers whose product with it is a tie in `fmt`, near 1."""
    most = 1 << fmt.mantissa_bits
    odd = 2 * rng.integers(most // 2, max(most * 2 // 3, most // 2 + 1), count) + 1
    w = (odd / np.float64(most) * rng.choice([1, -1], count)).astype(np.float32)
    return encode(np.full(count, 1.5), FLOAT32), w.view(np.uint32)


def test_mixed_formats() -> None:
    """Operands and accumulator of any three formats."""
    rng = np.random.default_rng(SEED)
    for _ in range(500):
        x_fmt, w_fmt, acc_fmt = (
            FloatFormat(
                int(rng.integers(2, 9)), int(rng.integers(1, 24)), **VARIANTS[rng.choice(KINDS)]
            )
            for _ in range(3)
        )
        x, w = edge_codes(x_fmt, 25, rng), edge_codes(w_fmt, 25, rng)
        check_fused(edge_codes(acc_fmt, 25, rng), x, w, x_fmt, w_fmt, acc_fmt)
        near = multiply(x, w, x_fmt, w_fmt, acc_fmt) ^ np.uint32(acc_fmt.sign_code)
        check_fused(near, x, w, x_fmt, w_fmt, acc_fmt)


@pytest.mark.parametrize("variant", ("ieee", "flushed", "fn", "none"))
def test_a_tie_and_a_value_far_below(variant: str) -> None:
    """acc + product where the product is a tie and acc lies too far below for a float64 sum."""
    rng = np.random.default_rng(SEED)
    twice_rounded = 0
    for mantissa_bits in range(1, 24):
        fmt = FloatFormat(8, mantissa_bits, **VARIANTS[variant])
        x, w = tie_operands(fmt, 60, rng)
        acc = edge_codes(fmt, 60, rng)
        acc = np.where(rng.random(60) < 0.7, acc & (fmt.sign_code | 0x3 << fmt.mantissa_bits), acc)
        acc = acc.astype(np.uint32)
        check_fused(acc, x, w, FLOAT32, FLOAT32, fmt)
        with np.errstate(invalid="ignore"):
            once = decode(acc, fmt) + decode(x, FLOAT32) * decode(w, FLOAT32)
        fused = multiply_accumulate(acc, x, w, FLOAT32, FLOAT32, fmt)
        twice_rounded += int(np.sum(encode(once, fmt) != fused))
    assert twice_rounded > 100  # a float64 sum alone would have failed that often


def random_float32(count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Bit patterns: a quarter of any kind, a quarter denormals and zeros, the rest near 1."""
    bits = rng.integers(0, 1 << 32, count, dtype=np.uint64).astype(np.uint32)
    kind = rng.integers(0, 4, count)
    bits = np.where(kind == 1, bits & 0x80FFFFFF, bits)
    bits = np.where(kind > 1, (bits & 0x83FFFFFF) + np.uint32(0x3E000000), bits)
    return bits.astype(np.uint32).view(np.float32)


@pytest.mark.parametrize("operation", [np.add, np.multiply])
@pytest.mark.parametrize("overflow", ["ieee", "saturate"])
def test_float32_against_numpy(
    operation: Callable[..., NDArray[np.float32]], overflow: Any
) -> None:
    rng = np.random.default_rng(SEED)
    fmt = FloatFormat(8, 23, overflow=overflow)
    a, b = random_float32(1_000_000, rng), random_float32(1_000_000, rng)
    with np.errstate(all="ignore"):
        result = operation(a, b)
    if overflow == "saturate":
        most = np.finfo(np.float32).max
        result = np.where(np.isinf(a) | np.isinf(b), result, np.clip(result, -most, most))
        result = result.astype(np.float32)
    expected = np.where(np.isnan(result), 0x7FC00000, result.view(np.uint32))
    a_codes, b_codes = a.view(np.uint32), b.view(np.uint32)
    if operation is np.add:
        codes = add(a_codes, b_codes, fmt)
    else:
        codes = multiply(a_codes, b_codes, fmt, fmt, fmt)
    np.testing.assert_array_equal(codes, expected)


@pytest.mark.parametrize("overflow", ["ieee", "saturate"])
def test_float32_multiply_accumulate(overflow: Any) -> None:
    """Fused, against exact rationals: cancellation, denormals and products of 48 bits."""
    rng = np.random.default_rng(SEED)
    fmt = FloatFormat(8, 23, overflow=overflow)
    x, w, acc = (random_float32(10_000, rng) for _ in range(3))
    with np.errstate(all="ignore"):
        opposite = (-(x.astype(np.float64) * w)).astype(np.float32)
    acc = np.where(rng.random(acc.size) < 0.4, opposite, acc).astype(np.float32)
    acc_codes, x_codes, w_codes = (part.view(np.uint32) for part in (acc, x, w))
    check_fused(acc_codes, x_codes, w_codes, FLOAT32, FLOAT32, fmt)


@pytest.mark.parametrize(("fmt", "kind"), [(FLOAT16, np.float16), (BFLOAT16, ml_dtypes.bfloat16)])
def test_16_bit_sums(fmt: FloatFormat, kind: Any) -> None:
    """A float32 between, which NumPy and ml_dtypes use, is wide enough for sums of 11 bits."""
    rng = np.random.default_rng(SEED)
    a, b = (rng.integers(0, 1 << 16, 1_000_000).astype(np.uint16) for _ in range(2))
    b = np.where(rng.random(b.size) < 0.5, b, a ^ rng.integers(0, 1 << 12, b.size)).astype("u2")
    with np.errstate(all="ignore"):
        total = a.view(kind) + b.view(kind)
    expected = np.where(np.isnan(total), fmt.nan or 0, total.view(np.uint16))
    np.testing.assert_array_equal(add(a, b, fmt), expected)


@pytest.mark.parametrize("to_fmt", EIGHT_BITS, ids=name)
@pytest.mark.parametrize("from_fmt", [FLOAT16, BFLOAT16, FLOAT32], ids=str)
def test_convert(from_fmt: FloatFormat, to_fmt: FloatFormat) -> None:
    rng = np.random.default_rng(SEED)
    codes = edge_codes(from_fmt, 2000, rng)
    near_one = encode(np.ldexp(rng.random(2000) - 0.5, rng.integers(-12, 12, 2000)), from_fmt)
    codes = np.concatenate([codes, near_one])
    check(
        convert(codes, from_fmt, to_fmt), decode(codes, from_fmt), to_fmt, numbers(codes, from_fmt)
    )


def test_not_fused_rounds_twice() -> None:
    """(1 + 2^-3)^2 = 1.265625 is 1.25 in E4M3, so minus 1.25 leaves nothing; fused, 2^-6."""
    x, acc = encode(1.125, E4M3_IEEE), encode(-1.25, E4M3_IEEE)
    product = multiply(x, x, E4M3_IEEE, E4M3_IEEE, E4M3_IEEE)
    assert add(acc, product, E4M3_IEEE) == 0
    fused = multiply_accumulate(acc, x, x, E4M3_IEEE, E4M3_IEEE, E4M3_IEEE)
    assert decode(fused, E4M3_IEEE) == 2.0**-6


def test_operands_broadcast() -> None:
    rng = np.random.default_rng(SEED)
    acc = rng.integers(0, 1 << 16, (3, 1, 5)).astype(np.uint16)
    x = rng.integers(0, 256, (4, 1)).astype(np.uint8)[::-1]
    fmts = E4M3, E5M2, FLOAT16
    found = multiply_accumulate(acc, x, np.int64(0x41), *fmts)
    assert found.shape == (3, 4, 5)
    assert found.dtype == np.uint32
    for place in np.ndindex(3, 4, 5):
        single = multiply_accumulate(acc[place[0], 0, place[2]], x[place[1], 0], 0x41, *fmts)
        assert found[place] == single
    assert add(np.zeros((0, 3), dtype=np.uint8), np.uint8(1), E4M3).shape == (0, 3)

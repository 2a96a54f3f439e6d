"""Float operations on codes: the hard cases of every format, and float32 as NumPy has it.

Expected values are exact rationals (golden.cases.exact_number), ml_dtypes, and NumPy's own floats.
"""

from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from numpy.typing import NDArray

from golden.cases import exact_number as oracle
from pymodel.formats.float_format import BFLOAT16, E4M3, E5M2, FLOAT16, FLOAT32, FloatFormat
from pymodel.formats.float_sum import exact_in_float64
from pymodel.formats.minifloat import (
    add,
    convert,
    decode,
    encode,
    exact_product,
    exact_sum,
    multiply,
    multiply_accumulate,
)
from tb.model.float_cases import (
    E4M3_IEEE,
    EIGHT_BITS,
    SEED,
    VARIANTS,
    Codes,
    check,
    check_fused,
    edge_codes,
    name,
    numbers,
)


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


def test_mixed_formats() -> None:
    """Operands and accumulator of any three formats."""
    rng = np.random.default_rng(SEED)
    kinds = list(VARIANTS)
    for _ in range(500):
        x_fmt, w_fmt, acc_fmt = (
            FloatFormat(
                int(rng.integers(2, 9)), int(rng.integers(1, 24)), **VARIANTS[rng.choice(kinds)]
            )
            for _ in range(3)
        )
        x, w = edge_codes(x_fmt, 25, rng), edge_codes(w_fmt, 25, rng)
        check_fused(edge_codes(acc_fmt, 25, rng), x, w, x_fmt, w_fmt, acc_fmt)
        near = multiply(x, w, x_fmt, w_fmt, acc_fmt) ^ np.uint32(acc_fmt.sign_code)
        check_fused(near, x, w, x_fmt, w_fmt, acc_fmt)


def tie_operands(fmt: FloatFormat, count: int, rng: np.random.Generator) -> tuple[Codes, Codes]:
    """FLOAT32 codes of 1.5 and of numbers whose product with it is a tie in `fmt`, near 1."""
    most = 1 << fmt.mantissa_bits
    odd = 2 * rng.integers(most // 2, max(most * 2 // 3, most // 2 + 1), count) + 1
    w = (odd / np.float64(most) * rng.choice([1, -1], count)).astype(np.float32)
    return encode(np.full(count, 1.5), FLOAT32), w.view(np.uint32)


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


@pytest.mark.parametrize("special", ["ieee", "fn"])
def test_a_product_beside_a_tie_of_denormals(special: Any) -> None:
    """acc + product where the product is half a denormal's last place, less k^2 parts in 2^46."""
    rng = np.random.default_rng(SEED)
    twice_rounded = 0
    for mantissa_bits in range(1, 24):
        fmt = FloatFormat(8, mantissa_bits, special=special)
        k = rng.integers(0, 800, 60)
        x = np.ldexp(1 + k * 2.0**-23, -60).astype(np.float32).view(np.uint32)
        w = np.ldexp(1 - k * 2.0**-23, -67 - mantissa_bits).astype(np.float32).view(np.uint32)
        acc = rng.integers(0, 2 << mantissa_bits, 60).astype(np.uint32)
        acc ^= (rng.integers(0, 2, 60) << (fmt.width - 1)).astype(np.uint32)
        check_fused(acc, x, w, FLOAT32, FLOAT32, fmt)
        once = decode(acc, fmt) + decode(x, FLOAT32) * decode(w, FLOAT32)
        fused = multiply_accumulate(acc, x, w, FLOAT32, FLOAT32, fmt)
        twice_rounded += int(np.sum(encode(once, fmt) != fused))
    assert twice_rounded > 10


def test_what_float64_holds() -> None:
    """Where a plain float64 sum is taken, even the sum of the largest values fits 53 bits."""
    rng = np.random.default_rng(SEED)
    found = set()
    for _ in range(3000):
        x_fmt, w_fmt, acc_fmt = (
            FloatFormat(
                int(rng.integers(2, 7)),
                int(rng.integers(1, 24)),
                **VARIANTS[rng.choice(list(VARIANTS))],
            )
            for _ in range(3)
        )
        smallest = oracle.least_bit(x_fmt) + oracle.least_bit(w_fmt)
        one = oracle.power(min(smallest, oracle.least_bit(acc_fmt)))
        product = oracle.largest(x_fmt) * oracle.largest(w_fmt) >> oracle.UNIT
        held = (product + oracle.largest(acc_fmt)) // one < 2**53
        exact = exact_in_float64(acc_fmt, factors=(x_fmt, w_fmt))
        assert held or not exact
        own = 2 * oracle.largest(acc_fmt) // oracle.power(oracle.least_bit(acc_fmt)) < 2**53
        assert own or not exact_in_float64(acc_fmt, acc_fmt)
        found.add((held, exact))
    assert {(True, True), (False, False)} <= found
    assert exact_in_float64(FLOAT16, factors=(E4M3, E4M3))


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

"""Float formats, their codes, and the rounding of real numbers to them.

Expected values are ml_dtypes, np.ldexp of the fields, and the order of the codes itself.
"""

import math
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.formats.float_format import (
    BFLOAT16,
    E4M3,
    E5M2,
    FLOAT16,
    FLOAT32,
    RISTRETTO_8,
    FloatFormat,
)
from pymodel.formats.minifloat import convert, decode, encode, encode_events, quantise

SEED = 20261123
KINDS: list[tuple[FloatFormat, Any]] = [
    (E4M3, ml_dtypes.float8_e4m3fn),
    (E5M2, ml_dtypes.float8_e5m2),
    (FloatFormat(4, 3), ml_dtypes.float8_e4m3),
    (FloatFormat(3, 4), ml_dtypes.float8_e3m4),
    (FLOAT16, np.float16),
    (BFLOAT16, ml_dtypes.bfloat16),
]
UP_TO_16_BITS = [(e, m) for e in range(2, 9) for m in range(1, 16 - e)]
VARIANTS: list[dict[str, Any]] = [
    {},
    {"denormals": False, "overflow": "saturate"},
    {"special": "fn", "overflow": "saturate"},
    {"special": "none", "denormals": False, "overflow": "saturate"},
]


def unsigned(width: int) -> type[np.unsignedinteger[Any]]:
    return np.uint8 if width == 8 else np.uint16


def fields_value(codes: NDArray[np.int64], fmt: FloatFormat) -> NDArray[np.float64]:
    """Values of codes without sign: whole * 2^exponent."""
    exponent, mantissa = np.divmod(codes, 1 << fmt.mantissa_bits)
    bias = 2 ** (fmt.exponent_bits - 1) - 1
    if fmt.special == "none":
        value = np.ldexp(mantissa + (1 << fmt.mantissa_bits), exponent - bias - fmt.mantissa_bits)
        return np.where(codes == 0, 0.0, value)
    whole = np.where(exponent > 0, mantissa + (1 << fmt.mantissa_bits), mantissa)
    if not fmt.denormals:
        whole = np.where(exponent > 0, whole, 0)
    value = np.ldexp(whole, np.maximum(exponent, 1) - bias - fmt.mantissa_bits)
    ones = exponent == 2**fmt.exponent_bits - 1
    if fmt.special == "ieee":
        return np.where(ones, np.where(mantissa > 0, np.nan, np.inf), value)
    return np.where(ones & (mantissa == (1 << fmt.mantissa_bits) - 1), np.nan, value)


@pytest.mark.parametrize(("e", "m"), UP_TO_16_BITS)
def test_every_code_tie_and_neighbour(e: int, m: int) -> None:
    """Each code decodes to its value and back; each midpoint and its float64 neighbours round."""
    for variant in VARIANTS:
        fmt = FloatFormat(e, m, **variant)
        codes = np.arange(1 << (e + m), dtype=np.int64)
        values = fields_value(codes, fmt)
        np.testing.assert_array_equal(decode(codes, fmt), values)
        minus = decode(codes + (1 << (e + m)), fmt)
        np.testing.assert_array_equal(minus, -values)
        assert np.all(np.signbit(minus) | np.isnan(values))

        kept = np.isfinite(values) & ((values > 0) | (codes == 0))
        numbers, reals = codes[kept], values[kept]
        negative = numbers + (1 << (e + m))
        if fmt.special == "none":
            negative[0] = 0
        np.testing.assert_array_equal(encode(reals, fmt), numbers)
        np.testing.assert_array_equal(encode(-reals, fmt), negative)

        first = 0 if fmt.denormals else 1  # nothing lies between zero and the smallest normal code
        low, high = numbers[first:-1], numbers[first + 1 :]
        middle = (reals[first:-1] + reals[first + 1 :]) / 2
        tied = high if fmt.special == "none" else np.where(low % 2 == 0, low, high)
        events = encode_events(middle, fmt)
        np.testing.assert_array_equal(events.codes, tied)
        assert events.tie.all()
        assert not events.saturated.any()
        np.testing.assert_array_equal(events.flushed, tied == 0)
        below, above = np.nextafter(middle, 0), np.nextafter(middle, np.inf)
        for beside, expected in ((below, low), (above, high)):
            events = encode_events(-beside, fmt)
            sign = np.where((expected == 0) & (fmt.special == "none"), 0, 1 << (e + m))
            np.testing.assert_array_equal(events.codes, expected + sign)
            assert not events.tie.any()


@pytest.mark.parametrize(("fmt", "kind"), KINDS)
def test_decode_against_ml_dtypes(fmt: FloatFormat, kind: Any) -> None:
    codes = np.arange(1 << fmt.width).astype(unsigned(fmt.width))
    with np.errstate(invalid="ignore"):
        expected = codes.view(kind).astype(np.float64)
    found = decode(codes, fmt)
    np.testing.assert_array_equal(found, expected)
    real = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(found)[real], np.signbit(expected)[real])


@pytest.mark.parametrize("saturate", [False, True])
@pytest.mark.parametrize(("fmt", "kind"), KINDS)
def test_quantise_float32_against_ml_dtypes(fmt: FloatFormat, kind: Any, saturate: bool) -> None:
    """Bit patterns of any kind, values in the format's range, each tie and its neighbours."""
    if saturate:
        fmt = FloatFormat(fmt.exponent_bits, fmt.mantissa_bits, fmt.special, overflow="saturate")
    elif fmt.special == "fn":
        fmt = FloatFormat(fmt.exponent_bits, fmt.mantissa_bits, fmt.special, overflow="ieee")
    rng = np.random.default_rng(SEED)
    every = np.arange(1 << fmt.width).astype(unsigned(fmt.width)).view(kind).astype(np.float32)
    every = np.sort(every[np.isfinite(every)])
    ties = every[:-1] + (every[1:] - every[:-1]) / 2
    beside = [np.nextafter(ties, np.float32(side)) for side in (-np.inf, np.inf)]
    any_bits = rng.integers(0, 1 << 32, 400_000, dtype=np.uint64).astype(np.uint32)
    spread = np.float32(math.ldexp(1, 2 ** (fmt.exponent_bits - 2)))
    near = rng.standard_normal(400_000).astype(np.float32) * spread ** rng.uniform(-1, 1, 400_000)
    parts = [any_bits.view(np.float32), near.astype(np.float32), every, ties, *beside]
    real = np.concatenate(parts).astype(np.float32)
    if fmt.infinity is None:
        real = real[~np.isinf(real)]
    with np.errstate(all="ignore"):
        most = every[-1]
        clipped = np.where(np.isinf(real), real, np.clip(real, -most, most)) if saturate else real
        codes = clipped.astype(np.float32).astype(kind).view(unsigned(fmt.width))
        nan = np.isnan(clipped.astype(np.float32).astype(kind).astype(np.float32))
    expected = np.where(nan, fmt.nan or 0, codes)
    np.testing.assert_array_equal(quantise(real, fmt, "x"), expected)


def test_float64_is_rounded_once() -> None:
    """Just above a tie of FLOAT16: by way of float32 it would be the tie, and go to even."""
    value = np.float64(1 + 2.0**-11 + 2.0**-40)
    assert encode(value, FLOAT16) == 0x3C01
    assert np.float32(value).astype(np.float16).view(np.uint16) == 0x3C00


@pytest.mark.parametrize(
    ("fmt", "largest", "smallest_normal", "smallest"),
    [
        (E4M3, 448.0, 2.0**-6, 2.0**-9),
        (E5M2, 57344.0, 2.0**-14, 2.0**-16),
        (RISTRETTO_8, 480.0, 1.125 * 2.0**-7, 1.125 * 2.0**-7),
        (FLOAT16, 65504.0, 2.0**-14, 2.0**-24),
        (BFLOAT16, 255 * 2.0**120, 2.0**-126, 2.0**-133),
        (FLOAT32, (2 - 2.0**-23) * 2.0**127, 2.0**-126, 2.0**-149),
    ],
)
def test_presets(fmt: FloatFormat, largest: float, smallest_normal: float, smallest: float) -> None:
    np.testing.assert_array_equal(
        decode([fmt.largest, fmt.smallest_normal, 1], fmt), [largest, smallest_normal, smallest]
    )


def test_ristretto() -> None:
    """Zeros anywhere, half away, carries, saturation after rounding, flush after rounding to +0."""
    near_one = [0.0, -0.0, 1.0625, -1.0625, 1.9375]
    large = [495.99, 496.0, -1e30, 480.0]
    small = np.ldexp([1.0, -1.0, 1.0625, -1.0625, 1.0624, -1.9375 / 2], -7)
    real = np.array([*near_one, *large, *small], dtype=np.float32)
    expected = [0, 0, 0x39, 0xB9, 0x40, 0x7F, 0x7F, 0xFF, 0x7F, 0, 0, 0x01, 0x81, 0, 0]
    np.testing.assert_array_equal(quantise(real, RISTRETTO_8, "x"), expected)
    found = encode_events(real, RISTRETTO_8)
    np.testing.assert_array_equal(np.flatnonzero(found.saturated), [6, 7])
    np.testing.assert_array_equal(np.flatnonzero(found.tie), [2, 3, 4, 6, 11, 12, 14])
    np.testing.assert_array_equal(np.flatnonzero(found.flushed), [9, 10, 13, 14])


def test_flush_keeps_the_sign() -> None:
    fmt = FloatFormat(5, 2, denormals=False)
    real = [-(2.0**-15), 2.0**-15, -(2.0**-14), -1.9 * 2.0**-15, -1.8 * 2.0**-15, -1e-300]
    found = encode_events(real, fmt)
    np.testing.assert_array_equal(found.codes, [0x80, 0, 0x84, 0x84, 0x80, 0x80])
    np.testing.assert_array_equal(found.flushed, [True, True, False, False, True, True])
    np.testing.assert_array_equal(np.signbit(decode([0x83, 3], fmt)), [True, False])
    assert not decode([0x83, 3], fmt).any()


def test_specials() -> None:
    """NaN is one code and plus; infinity stays, or is too large a value."""
    real = np.array([np.nan, -np.nan, np.inf, -np.inf])
    payload = np.array([2**64 - 1, 0x7FFC << 48], dtype=np.uint64).view(np.float64)
    saturating = FloatFormat(5, 2, overflow="saturate")
    np.testing.assert_array_equal(encode(real, saturating), [0x7E, 0x7E, 0x7C, 0xFC])
    np.testing.assert_array_equal(encode(real, E4M3), [0x7F, 0x7F, 0x7E, 0xFE])
    assert encode_events(real, E4M3).saturated.tolist() == [False, False, True, True]
    np.testing.assert_array_equal(encode(real, FloatFormat(4, 3, special="fn")), [0x7F] * 4)
    np.testing.assert_array_equal(encode(real, RISTRETTO_8), [0, 0, 0x7F, 0xFF])
    np.testing.assert_array_equal(encode(payload, FloatFormat(2, 1)), [7, 7])
    assert not encode_events(payload, FloatFormat(2, 1)).tie.any()
    np.testing.assert_array_equal(encode(payload, FLOAT32), [0x7FC00000] * 2)
    np.testing.assert_array_equal(convert([0xFC, 0x7D], E5M2, E4M3), [0xFE, 0x7F])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"exponent_bits": 1}, "exponent_bits must be an integer from 2 to 8, found 1"),
        ({"exponent_bits": 9}, "exponent_bits must be an integer from 2 to 8, found 9"),
        ({"exponent_bits": 4.0}, "exponent_bits must be an integer"),
        ({"mantissa_bits": 0}, "mantissa_bits must be an integer from 1 to 23, found 0"),
        ({"mantissa_bits": 24}, "mantissa_bits must be an integer from 1 to 23, found 24"),
        ({"mantissa_bits": True}, "mantissa_bits must be an integer"),
        ({"bias": -1}, "bias must be an integer from 0 to 255, found -1"),
        ({"bias": 256}, "bias must be an integer from 0 to 255, found 256"),
        ({"special": "fnuz"}, "special must be ieee, fn or none, found 'fnuz'"),
        ({"overflow": "wrap"}, "overflow must be saturate or ieee, found 'wrap'"),
        ({"denormals": 2}, "denormals must be true or false, found 2"),
        ({"special": "none"}, "denormals must be false where special is none"),
        ({"special": "none", "denormals": False}, "overflow must be saturate where special"),
    ],
)
def test_illegal_formats(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        FloatFormat(**{"exponent_bits": 4, "mantissa_bits": 3, **arguments})


def test_a_default_bias_is_the_formula() -> None:
    assert FloatFormat(4, 3) == FloatFormat(4, 3, bias=7)


@pytest.mark.parametrize(
    ("value", "fmt", "message"),
    [
        (np.nan, RISTRETTO_8, r"tensor w: element \(1, 2\) is nan, which E4M3 \(none\) cannot"),
        (-np.inf, RISTRETTO_8, r"tensor w: element \(1, 2\) is -inf, which E4M3 \(none\) cannot"),
        (np.inf, E4M3, r"tensor w: element \(1, 2\) is inf, which E4M3 \(fn\) cannot"),
    ],
)
def test_unrepresentable_values(value: float, fmt: FloatFormat, message: str) -> None:
    tensor = np.zeros((2, 3), dtype=np.float32)
    tensor[1, 2] = value
    with pytest.raises(InputError, match=message):
        quantise(tensor, fmt, "w")


def test_quantise_takes_floats_alone() -> None:
    with pytest.raises(InputError, match="tensor w: expected float16, float32 or float64"):
        quantise(np.ones(3, dtype=np.int32), E4M3, "w")
    assert quantise(np.float16(1), E4M3, "w") == 0x38
    assert quantise(np.ones((0, 2), dtype=np.float32), E4M3, "w").shape == (0, 2)


@pytest.mark.parametrize(
    ("codes", "fmt", "message"),
    [
        (np.array([0, 256]), E4M3, r"codes of E4M3 \(fn\) must be 0 to 255, found 256"),
        (
            np.array([-1, 5], dtype=np.int8),
            E4M3,
            r"codes of E4M3 \(fn\) must be 0 to 255, found -1",
        ),
        (np.array([1 << 32]), FLOAT32, "must be 0 to 4294967295, found 4294967296"),
        (np.array([1 << 20], dtype=np.uint32), FloatFormat(8, 10), "must be 0 to 524287"),
        (np.array([1.0]), E4M3, r"codes of E4M3 \(fn\) must be integers, found float64"),
    ],
)
def test_illegal_codes(codes: NDArray[Any], fmt: FloatFormat, message: str) -> None:
    with pytest.raises(InputError, match=message):
        decode(codes, fmt)

"""Floating-point formats' arithmetic: each operation rounds its exact result once.

Codes are bit patterns in unsigned arrays of any shape that broadcast (any integer dtype is taken,
uint32 is returned); a FloatFormat says how to read them. Where the events of a rounding are wanted,
each operation `f` is encode_events(exact_f(...), fmt): `add` is encode(exact_sum(a, b, fmt), fmt).

Operations on NaN give the format's canonical NaN; zeros have the signs of IEEE 754 (x - x is +0).
A format without infinity takes one for a value that is too large; in one without NaN, NaN becomes
+0, and `quantise` refuses both.
Every function that takes codes raises InputError for one that has more bits than its format.
"""

import numpy as np
from numpy.typing import ArrayLike

from pymodel.errors import InputError
from pymodel.formats.blockwise import blockwise
from pymodel.formats.float_codes import decode_block, stored
from pymodel.formats.float_format import FloatFormat
from pymodel.formats.float_rounding import Codes, Reals, Rounded, round_block, rounded
from pymodel.formats.float_sum import exact_in_float64, sum_block


def decode(codes: ArrayLike, fmt: FloatFormat) -> Reals:
    """The exact values of codes."""
    return blockwise(lambda block: decode_block(block, fmt), np.float64, stored(codes, fmt))


def encode(values: ArrayLike, fmt: FloatFormat) -> Codes:
    """Codes of real values, taken as float64, each rounded once."""
    real = np.asarray(values)
    return blockwise(lambda block: round_block(_float64(block), fmt), np.uint32, real)


def encode_events(values: ArrayLike, fmt: FloatFormat) -> Rounded:
    """encode, with the events of each rounding."""
    exact = _float64(values)
    return rounded(exact, encode(exact, fmt), fmt)


def quantise(real: ArrayLike, fmt: FloatFormat, name: str) -> Codes:
    """Codes of a float tensor (float16, float32 or float64), each value rounded once.

    Args:
        name: the tensor's name, for the error.

    Raises:
        InputError: another dtype, or a NaN or infinity that the format does not have; it names
            the tensor and the index.
    """
    values = np.asarray(real)
    if values.dtype not in (np.float16, np.float32, np.float64):
        raise InputError(
            f"tensor {name}: expected float16, float32 or float64 values, found {values.dtype}"
        )
    bad = np.zeros(values.shape, dtype=np.bool_)
    if fmt.infinity is None:
        bad |= np.isinf(values)
    if fmt.nan is None:
        bad |= np.isnan(values)
    if bad.any():
        index = tuple(int(i) for i in np.argwhere(bad)[0])
        raise InputError(
            f"tensor {name}: element {index} is {values[index]}, which {fmt} cannot represent"
        )
    return encode(values, fmt)


def convert(codes: ArrayLike, from_fmt: FloatFormat, to_fmt: FloatFormat) -> Codes:
    """Codes of the same values in another format, rounded once."""
    return blockwise(
        lambda block: round_block(decode_block(block, from_fmt), to_fmt),
        np.uint32,
        stored(codes, from_fmt),
    )


def add(a: ArrayLike, b: ArrayLike, fmt: FloatFormat) -> Codes:
    """a + b, all in one format: a tree node, or a psum's addition."""
    return blockwise(
        lambda *blocks: round_block(_sum_of(fmt, *blocks), fmt),
        np.uint32,
        stored(a, fmt),
        stored(b, fmt),
    )


def exact_sum(a: ArrayLike, b: ArrayLike, fmt: FloatFormat) -> Reals:
    """a + b as float64 values that encode(., fmt) rounds as it would the exact sums."""
    return blockwise(
        lambda *blocks: _sum_of(fmt, *blocks), np.float64, stored(a, fmt), stored(b, fmt)
    )


def multiply(
    x: ArrayLike, w: ArrayLike, x_fmt: FloatFormat, w_fmt: FloatFormat, acc_fmt: FloatFormat
) -> Codes:
    """x * w, rounded to the accumulator's format."""
    return blockwise(
        lambda *blocks: round_block(_product_of(x_fmt, w_fmt, *blocks), acc_fmt),
        np.uint32,
        stored(x, x_fmt),
        stored(w, w_fmt),
    )


def exact_product(x: ArrayLike, w: ArrayLike, x_fmt: FloatFormat, w_fmt: FloatFormat) -> Reals:
    """x * w: at most 48 significant bits, so exact in float64."""
    return blockwise(
        lambda *blocks: _product_of(x_fmt, w_fmt, *blocks),
        np.float64,
        stored(x, x_fmt),
        stored(w, w_fmt),
    )


def multiply_accumulate(
    acc: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    x_fmt: FloatFormat,
    w_fmt: FloatFormat,
    acc_fmt: FloatFormat,
) -> Codes:
    """acc + x * w with one rounding (fused).

    Not fused, it is add(acc, multiply(x, w, x_fmt, w_fmt, acc_fmt), acc_fmt): two roundings.
    """
    return blockwise(
        lambda *blocks: round_block(_fused(x_fmt, w_fmt, acc_fmt, *blocks), acc_fmt),
        np.uint32,
        stored(acc, acc_fmt),
        stored(x, x_fmt),
        stored(w, w_fmt),
    )


def exact_multiply_accumulate(
    acc: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    x_fmt: FloatFormat,
    w_fmt: FloatFormat,
    acc_fmt: FloatFormat,
) -> Reals:
    """acc + x * w as float64 values that encode(., acc_fmt) rounds as it would the exact ones."""
    return blockwise(
        lambda *blocks: _fused(x_fmt, w_fmt, acc_fmt, *blocks),
        np.float64,
        stored(acc, acc_fmt),
        stored(x, x_fmt),
        stored(w, w_fmt),
    )


def accumulate_product(
    acc: ArrayLike, product: Reals, factors: tuple[FloatFormat, FloatFormat], acc_fmt: FloatFormat
) -> Codes:
    """acc + product with one rounding, for an exact product of two codes of `factors`."""
    return blockwise(
        lambda *blocks: round_block(_fused_sum(factors, acc_fmt, *blocks), acc_fmt),
        np.uint32,
        stored(acc, acc_fmt),
        product,
    )


def exact_accumulation(
    acc: ArrayLike, product: Reals, factors: tuple[FloatFormat, FloatFormat], acc_fmt: FloatFormat
) -> Reals:
    """acc + product as float64 values that encode(., acc_fmt) rounds as it would the exact ones."""
    return blockwise(
        lambda *blocks: _fused_sum(factors, acc_fmt, *blocks),
        np.float64,
        stored(acc, acc_fmt),
        product,
    )


def _float64(values: ArrayLike) -> Reals:
    """Values as float64; the signalling NaNs among them become quiet in silence."""
    with np.errstate(invalid="ignore"):
        return np.asarray(values, dtype=np.float64)


def _sum_of(fmt: FloatFormat, a: Codes, b: Codes) -> Reals:
    a_value, b_value = decode_block(a, fmt), decode_block(b, fmt)
    if exact_in_float64(fmt, fmt):
        with np.errstate(invalid="ignore"):
            return a_value + b_value
    return sum_block(a_value, b_value, fmt)


def _product_of(x_fmt: FloatFormat, w_fmt: FloatFormat, x: Codes, w: Codes) -> Reals:
    x_value, w_value = decode_block(x, x_fmt), decode_block(w, w_fmt)
    with np.errstate(invalid="ignore"):
        return x_value * w_value


def _fused(
    x_fmt: FloatFormat, w_fmt: FloatFormat, acc_fmt: FloatFormat, acc: Codes, x: Codes, w: Codes
) -> Reals:
    return _fused_sum((x_fmt, w_fmt), acc_fmt, acc, _product_of(x_fmt, w_fmt, x, w))


def _fused_sum(
    factors: tuple[FloatFormat, FloatFormat], acc_fmt: FloatFormat, acc: Codes, product: Reals
) -> Reals:
    value = decode_block(acc, acc_fmt)
    if exact_in_float64(acc_fmt, factors=factors):
        with np.errstate(invalid="ignore"):
            return value + product
    return sum_block(value, product, acc_fmt)

"""Codes of floating-point formats to the values they stand for, exact in float64."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from pymodel.errors import InputError
from pymodel.formats.float_format import FLOAT32, FloatFormat
from pymodel.formats.float_rounding import DOUBLE_BIAS, FRACTION_BITS, Codes, Reals

TABLE_BITS = 16
"""Formats up to this width are decoded by a table."""


def stored(codes: ArrayLike, fmt: FloatFormat) -> Codes:
    """Codes as uint32.

    Raises:
        InputError: they are no integers, negative, or have more bits than the format.
    """
    array = np.asarray(codes)
    if array.dtype.kind not in "iu":
        raise InputError(f"codes of {fmt} must be integers, found {array.dtype}")
    limits = np.iinfo(array.dtype)
    if array.size and (limits.min < 0 or limits.max >> fmt.width):
        least, most = int(array.min()), int(array.max())
        if least < 0 or most >> fmt.width:
            found = least if least < 0 else most
            raise InputError(f"codes of {fmt} must be 0 to {2**fmt.width - 1}, found {found}")
    return array.astype(np.uint32, copy=False)


def patterns(codes: ArrayLike, fmt: FloatFormat) -> Codes:
    """Bit patterns of codes that are stored in integers of any sign: their low bits."""
    wide = np.asarray(codes, dtype=np.int64)
    return (wide & ((1 << fmt.width) - 1)).astype(np.uint32)


def decode_block(codes: Codes, fmt: FloatFormat) -> Reals:
    """The values of a block of codes."""
    if fmt == FLOAT32:
        with np.errstate(invalid="ignore"):
            return codes.view(np.float32).astype(np.float64)
    if fmt.width > TABLE_BITS:
        return _values(codes, fmt)
    return _table(fmt).take(codes, mode="clip")


@lru_cache(maxsize=64)
def _table(fmt: FloatFormat) -> Reals:
    """The value of every code."""
    return _values(np.arange(1 << fmt.width, dtype=np.uint32), fmt)


def _values(codes: Codes, fmt: FloatFormat) -> Reals:
    """The values of codes, by moving their fields to where float64 has its own.

    The factor of two's power that makes up for the other bias also normalises denormals.
    """
    code = codes.astype(np.int64)
    magnitude = code & (fmt.sign_code - 1)
    bits = magnitude << (FRACTION_BITS - fmt.mantissa_bits)
    if fmt.special == "none":
        bits += (DOUBLE_BIAS - fmt.offset) << FRACTION_BITS
        factor = 1.0
    else:
        factor = float(np.ldexp(1.0, DOUBLE_BIAS - fmt.offset))
    if not fmt.denormals:
        bits *= magnitude >= fmt.smallest_normal
    value: Reals = bits.view(np.float64)
    value *= factor
    if fmt.special != "none" and (special := magnitude > fmt.largest).any():
        value[special] = np.where(magnitude[special] == fmt.infinity, np.inf, np.nan)
    signed: Reals = np.copysign(value, np.where(code >> (fmt.width - 1), -1.0, 1.0))
    return signed

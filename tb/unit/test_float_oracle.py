"""The exact rationals of the float benches against NumPy and ml_dtypes, which nobody here wrote.

Both round a float32 (NumPy's for float16 too) to the narrow format. Of a sum or product of narrow
operands that second rounding changes nothing: float32 has more than twice their bits.
"""

from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from numpy.typing import NDArray

from tb.unit import exact_floats
from tb.unit.exact_floats import ExactFormat, decode, encode

TYPES: dict[str, tuple[Any, ExactFormat]] = {
    "e4m3fn": (ml_dtypes.float8_e4m3fn, ExactFormat(4, 3, 7, "fn")),
    "e4m3": (ml_dtypes.float8_e4m3, ExactFormat(4, 3, 7)),
    "e5m2": (ml_dtypes.float8_e5m2, ExactFormat(5, 2, 15)),
    "e3m4": (ml_dtypes.float8_e3m4, ExactFormat(3, 4, 3)),
    "float16": (np.float16, ExactFormat(5, 10, 15)),
    "bfloat16": (ml_dtypes.bfloat16, ExactFormat(8, 7, 127)),
    "float32": (np.float32, ExactFormat(8, 23, 127)),
}
OPERATORS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "add": (np.add, exact_floats.add),
    "multiply": (np.multiply, exact_floats.multiply),
}


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("name", TYPES)
def test_agrees(name: str, operator: str, seed: int) -> None:
    """Every pair of 8-bit codes; of wider ones random pairs, half of them of near exponents."""
    dtype, fmt = TYPES[name]
    theirs, ours = OPERATORS[operator]
    a, b = _pairs(fmt, np.random.default_rng(seed))
    with np.errstate(all="ignore"):
        expected = _canonical(theirs(_as(dtype, a), _as(dtype, b)), fmt)
    operands = zip(a.tolist(), b.tolist(), strict=True)
    got = [encode(ours(decode(x, fmt), decode(y, fmt)), fmt)[0] for x, y in operands]
    wrong = np.flatnonzero(expected != np.array(got, dtype=np.uint32))
    shown = [(hex(a[i]), hex(b[i]), hex(expected[i]), hex(got[i])) for i in wrong[:3]]
    assert not wrong.size, f"{wrong.size} of {len(a)} differ: a, b, {name}, exact: {shown}"


@pytest.mark.parametrize("name", ["e4m3fn", "e5m2"])
def test_saturates_as_clipping_does(name: str) -> None:
    """float32 values clipped to the largest finite one, then cast."""
    dtype, fmt = TYPES[name]
    saturating = ExactFormat(
        fmt.exponent_bits, fmt.mantissa_bits, fmt.bias, fmt.special, True, True
    )
    largest = float(decode(fmt.largest_code, fmt).magnitude or 0)
    values = np.linspace(-2 * largest, 2 * largest, 2001).astype(np.float32)
    expected = _canonical(np.clip(values, -largest, largest).astype(dtype), fmt)
    single = TYPES["float32"][1]
    codes = values.view(np.uint32).tolist()
    assert [encode(decode(code, single), saturating)[0] for code in codes] == expected.tolist()


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("0x1.0p-7", 0x00),  # exponent 0, mantissa 0: the code that is zero
        ("0x1.1p-7", 0x01),  # half way between that one and the smallest: away from zero
        ("0x1.2p-7", 0x01),
        ("0x1.fp-8", 0x00),  # rounds to 2^-7, below the smallest
        ("-0x1.0p-9", 0x00),  # flushed to +0
        ("0x1.1p0", 0x39),  # half way between mantissas 0 and 1
        ("-0x1.fp8", 0xFF),  # half way past the largest, 480
        ("0x1p20", 0x7F),
    ],
)
def test_ristretto(value: str, code: int) -> None:
    """Worked values: every code but zero is a number, ties away, then saturation."""
    fmt = ExactFormat(4, 3, 7, "none", False, True)
    single = int(np.array(float.fromhex(value), dtype=np.float32).view(np.uint32))
    assert encode(decode(single, TYPES["float32"][1]), fmt)[0] == code


def test_flushes_after_rounding() -> None:
    """2^-14 less half a last place of its upper neighbours stays; what is below that is flushed."""
    fmt = ExactFormat(5, 2, 15, denormals=False)
    single = TYPES["float32"][1]
    below = {0x387FFFFF: 0x04, 0x38700000: 0x04, 0x386FFFFF: 0x00, 0xB8400000: 0x80}
    assert {code: encode(decode(code, single), fmt)[0] for code in below} == below


def _pairs(
    fmt: ExactFormat, random: np.random.Generator
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    if fmt.bits == 8:
        a, b = np.divmod(np.arange(1 << 16, dtype=np.uint32), np.uint32(256))
        return a, b
    a, b = random.integers(0, 1 << fmt.bits, (2, 10_000), dtype=np.uint32)
    near = random.integers(0, 1 << fmt.mantissa_bits + 2, 5000, dtype=np.uint32)
    b[:5000] = a[:5000] ^ near ^ np.uint32(fmt.sign_code)
    return a, b


def _as(dtype: Any, codes: NDArray[np.uint32]) -> NDArray[Any]:
    unsigned = np.dtype(f"uint{8 * np.dtype(dtype).itemsize}")
    return codes.astype(unsigned).view(dtype)


def _canonical(values: NDArray[Any], fmt: ExactFormat) -> NDArray[np.uint32]:
    codes = values.view(f"uint{8 * values.dtype.itemsize}").astype(np.uint32)
    codes[np.isnan(values)] = fmt.nan_code
    return codes

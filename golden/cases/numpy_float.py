"""NumPy's float32 and ml_dtypes as an oracle of minifloats: arithmetic that nobody here wrote.

ml_dtypes reads elements and makes outputs, and NumPy adds and multiplies in float32, each operation
on its own, in the array's order. It takes part where it can: ml_dtypes has the element's format,
the accumulator is float32, and no product needs a rounding that a fused datapath leaves out.
"""

import importlib
import importlib.metadata
import importlib.util
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.cases import exact_number, exact_order
from golden.cases.exact_float import clamped
from golden.cases.exact_order import Codes
from pymodel.convolution import Convolution
from pymodel.datapath import Datapath
from pymodel.errors import InputError
from pymodel.formats.float_format import FLOAT32, FloatFormat

PACKAGE = "ml_dtypes"
NAMES: dict[tuple[int, int, str, int | None], str] = {
    (4, 3, "fn", 7): "float8_e4m3fn",
    (5, 2, "ieee", 15): "float8_e5m2",
    (8, 7, "ieee", 127): "bfloat16",
    (5, 10, "ieee", 15): "float16",
    (8, 23, "ieee", 127): "float32",
}
"""ml_dtypes' and NumPy's formats: exponent and mantissa bits, special values, bias."""


def available() -> bool:
    """Whether ml_dtypes is installed."""
    return importlib.util.find_spec(PACKAGE) is not None


def version() -> str:
    """Names and versions, as recorded beside what the oracle confirmed.

    Raises:
        InputError: ml_dtypes isn't installed.
    """
    if not available():
        raise InputError(f"{PACKAGE}, an oracle of minifloats, is not installed")
    return f"NumPy float32 with {PACKAGE} {importlib.metadata.version(PACKAGE)}"


def takes(conv: Convolution, x: Codes, path: Datapath) -> bool:
    """Whether float32 operations, one by one, are what the datapath does to these operands.

    A fused sum rounds once, so there every product must be a float32 itself.
    """
    if path.format != "minifloat":
        return False
    element, accumulator = path.floats
    if accumulator != FLOAT32 or not element.denormals or _key(element) not in NAMES:
        return False
    return not path.fused or _products_are_float32(conv, x, path)


def run(conv: Convolution, x: Codes, path: Datapath) -> Codes:
    """The layer's output codes, NHWC in and out, each a bit pattern."""
    with np.errstate(all="ignore"):
        return exact_order.run(conv, x, path, NumpyFloat(conv, path))


class NumpyFloat:
    """The stages of a minifloat datapath on NumPy's float32 (an Arithmetic)."""

    def __init__(self, conv: Convolution, path: Datapath) -> None:
        self.path, self.numbers = path, conv.requantise
        self.element = path.floats[0]
        self.dtype = _dtype(self.element)

    def zero(self) -> np.float32:
        return np.float32(0)

    def product(self, x: int, w: int) -> np.float32:
        return self._value(x) * self._value(w)

    def lane(self, acc: np.float32, addend: np.float32) -> np.float32:
        return acc + addend

    def entry(self, value: np.float32) -> np.float32:
        return value

    def node(self, a: np.float32, b: np.float32) -> np.float32:
        return a + b

    def root(self, value: np.float32) -> np.float32:
        return value

    def psum(self, acc: np.float32, addend: np.float32) -> np.float32:
        return acc + addend

    def bias(self, code: int) -> np.float32:
        return np.float32(np.array(code, dtype=np.int32).view(np.float32))

    def output(self, psum: np.float32, _channel: int) -> int:
        """Limited to the largest value first where the format saturates: ml_dtypes does not."""
        pattern = exact_number.canonical_nan(self.element)
        if not np.isnan(psum):
            limited = np.array(psum, dtype=np.float32)
            if self.element.overflow == "saturate":
                largest = _largest(self.element)
                limited = np.clip(limited, -largest, largest, dtype=np.float32)
            pattern = int(limited.astype(self.dtype).view(_unsigned(self.element)))
        assert pattern is not None
        return clamped(pattern, self.path, self.numbers.clamp_min, self.numbers.clamp_max)

    def _value(self, code: int) -> np.float32:
        return np.float32(_values(np.array(code), self.element))


def _key(fmt: FloatFormat) -> tuple[int, int, str, int | None]:
    return fmt.exponent_bits, fmt.mantissa_bits, fmt.special, fmt.bias


def _dtype(fmt: FloatFormat) -> np.dtype[Any]:
    name = NAMES[_key(fmt)]
    return np.dtype(getattr(importlib.import_module(PACKAGE), name, None) or name)


def _unsigned(fmt: FloatFormat) -> str:
    return f"uint{fmt.width}"


def _largest(fmt: FloatFormat) -> np.float32:
    return np.float32(importlib.import_module(PACKAGE).finfo(_dtype(fmt)).max)


def _values(codes: Codes, fmt: FloatFormat) -> NDArray[np.float32]:
    """The values of stored codes: every format here is part of float32."""
    patterns = (codes % 2**fmt.width).astype(_unsigned(fmt))
    values: NDArray[np.float32] = patterns.view(_dtype(fmt)).astype(np.float32)
    return values


def _products_are_float32(conv: Convolution, x: Codes, path: Datapath) -> bool:
    """Whether no element of x has a product with a weight that float32 would have to round."""
    element = path.floats[0]
    xs, ws = (
        {exact_number.number(code % 2**element.width, element) for code in codes.ravel().tolist()}
        for codes in (x, conv.weights)
    )
    products = {exact_number.product(a, b) for a in xs for b in ws}
    return all(
        exact_number.number(exact_number.rounded(exact, FLOAT32).code, FLOAT32) == exact
        for exact in products
    )

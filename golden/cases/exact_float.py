"""Exact numbers as the oracle of minifloats: every operation rounds its exact result once.

Written from the definitions (golden.cases.exact_number), without anything of pymodel's arithmetic,
for any element and accumulator format, fused or not.
"""

from golden.cases import exact_number, exact_order
from golden.cases.exact_number import Number
from golden.cases.exact_order import Codes
from pymodel.convolution import Convolution
from pymodel.datapath import Datapath

VERSION = "exact rational arithmetic"


def run(conv: Convolution, x: Codes, path: Datapath) -> Codes:
    """The layer's output codes, NHWC in and out, each a bit pattern."""
    return exact_order.run(conv, x, path, ExactFloat(conv, path))


class ExactFloat:
    """The stages of a minifloat datapath on exact numbers (an Arithmetic)."""

    def __init__(self, conv: Convolution, path: Datapath) -> None:
        self.path, self.numbers = path, conv.requantise
        self.element, self.accumulator = path.floats

    def zero(self) -> Number:
        return Number(0, 0)

    def product(self, x: int, w: int) -> Number:
        """Exact where the lane adds it fused, else rounded to the accumulator's format."""
        exact = exact_number.product(self._element(x), self._element(w))
        return exact if self.path.fused else self._rounded(exact)

    def lane(self, acc: Number, addend: Number) -> Number:
        return self._rounded(exact_number.total(acc, addend))

    def entry(self, value: Number) -> Number:
        return value

    def node(self, a: Number, b: Number) -> Number:
        return self._rounded(exact_number.total(a, b))

    def root(self, value: Number) -> Number:
        return value

    def psum(self, acc: Number, addend: Number) -> Number:
        return self._rounded(exact_number.total(acc, addend))

    def bias(self, code: int) -> Number:
        pattern = pattern_of(code, self.accumulator.width)
        return exact_number.number(pattern, self.accumulator)

    def output(self, psum: Number, _channel: int) -> int:
        code = exact_number.rounded(psum, self.element).code
        return clamped(code, self.path, self.numbers.clamp_min, self.numbers.clamp_max)

    def _element(self, code: int) -> Number:
        return exact_number.number(pattern_of(code, self.element.width), self.element)

    def _rounded(self, exact: Number) -> Number:
        code = exact_number.rounded(exact, self.accumulator).code
        return exact_number.number(code, self.accumulator)


def pattern_of(code: int, width: int) -> int:
    """The bit pattern of a stored code, which a signed integer of its storage holds."""
    pattern: int = code % 2**width
    return pattern


def stored(pattern: int, path: Datapath) -> int:
    """The stored code of an element's bit pattern: the signed integer of those bits."""
    half: int = 2 ** (path.storage_bits - 1)
    return (pattern + half) % (2 * half) - half


def clamped(pattern: int, path: Datapath, clamp_min: int, clamp_max: int) -> int:
    """The stored code of a pattern after the clamp, whose ends are stored codes; NaN passes.

    Codes are in the order of their values, and -0 is below +0.
    """
    element = path.floats[0]
    if exact_number.number(pattern, element).size == "nan":
        return stored(pattern, path)

    def rank(code: int) -> int:
        half: int = 2 ** (element.width - 1)
        sign, magnitude = divmod(pattern_of(code, element.width), half)
        return -1 - magnitude if sign else magnitude

    return min(max(stored(pattern, path), clamp_min, key=rank), clamp_max, key=rank)

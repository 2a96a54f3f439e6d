"""Exact integers and rationals as the oracle of dynamic fixed point and of power-of-two weights.

Written from the definitions, in Python integers and rationals, without anything of pymodel's
arithmetic: every stage drops bits and overflows by its own rule, at any width.
"""

import math
from fractions import Fraction

from golden.cases import exact_order
from golden.cases.exact_order import Codes
from pymodel.convolution import Convolution
from pymodel.datapath import Datapath

VERSION = "exact rational arithmetic"


def run(conv: Convolution, x: Codes, path: Datapath) -> Codes:
    """The layer's output codes, NHWC in and out."""
    return exact_order.run(conv, x, path, FixedPoint(conv, path))


def psum(conv: Convolution, x: Codes, path: Datapath, place: tuple[int, ...]) -> int:
    """The psum, bias included, of one output element: place is its (n, h, w, c)."""
    return exact_order.psum(conv, x, path, FixedPoint(conv, path), place)


class FixedPoint:
    """The stages of a fixed-point datapath on Python integers (an Arithmetic)."""

    def __init__(self, conv: Convolution, path: Datapath) -> None:
        self.path, self.numbers = path, conv.requantise

    def zero(self) -> int:
        return 0

    def product(self, x: int, w: int) -> int:
        weight = power_of_two(w, self.path) if self.path.format == "power_of_two" else w
        return _dropped(x * weight, self.path.product_drop, self.path.product_rounding)

    def lane(self, acc: int, addend: int) -> int:
        return self._sum(acc, addend, "lane")

    def entry(self, value: int) -> int:
        return self._fitted(value, "tree")

    def node(self, a: int, b: int) -> int:
        return self._sum(a, b, "tree")

    def root(self, value: int) -> int:
        return _dropped(value, self.path.root_drop, self.path.root_rounding)

    def psum(self, acc: int, addend: int) -> int:
        return self._sum(acc, addend, "psum")

    def bias(self, code: int) -> int:
        return code

    def output(self, psum: int, channel: int) -> int:
        exact = psum * Fraction(2) ** int(self.numbers.shift[channel])
        code = rounded(exact, self.numbers.rule)
        return min(max(code, self.numbers.clamp_min), self.numbers.clamp_max)

    def _sum(self, acc: int, addend: int, stage: str) -> int:
        return self._fitted(acc + self._fitted(addend, stage), stage)

    def _fitted(self, value: int, stage: str) -> int:
        """The value in a stage's width, by its overflow rule."""
        bits: int = getattr(self.path, f"{stage}_bits")
        half = 1 << (bits - 1)
        if getattr(self.path, f"{stage}_overflow") == "saturate":
            return min(max(value, -half), half - 1)
        return (value + half) % (2 * half) - half


def power_of_two(code: int, path: Datapath) -> int:
    """The weight of a code, in units of 2^least_exponent: the sign is the code's highest bit."""
    half: int = 2 ** (path.weight_width - 1)
    negative, steps = divmod(code, half)
    weight: int = 2**steps
    return -weight if negative else weight


def _dropped(value: int, bits: int, rounding: str) -> int:
    return rounded(Fraction(value, 2**bits), rounding)


def rounded(value: Fraction, rounding: str) -> int:
    """The integer that the rule gives, by its definition."""
    down = math.floor(value)
    if rounding == "floor" or value == down:
        return down
    if rounding == "toward_zero":
        return math.trunc(value)
    if value - down != Fraction(1, 2):
        return down + (value - down > Fraction(1, 2))
    return down + (down % 2 if rounding == "nearest_even" else int(value > 0))

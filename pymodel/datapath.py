"""The datapath: number format, widths, reduction order and lanes, as one frozen value."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from pymodel.errors import InputError
from pymodel.fixed_point import Rounding
from pymodel.formats.float_format import FloatFormat
from pymodel.formats.width import Cut, Overflow, Width

Order = Literal["taps_first", "tree_first"]
FIXED_POINT = ("dynamic_fixed_point", "power_of_two")
"""Formats whose sums are integers of a fractional length, and may lose bits on the way."""
FORMATS = ("affine_int8", *FIXED_POINT, "minifloat")
ELEMENT_BITS = {"affine_int8": range(8, 9), **dict.fromkeys(FIXED_POINT, range(2, 17))}
"""Widths of an activation, in bits, that each number format of integers has."""
WEIGHT_BITS = ELEMENT_BITS | {"power_of_two": range(2, 6)}
"""Widths of a weight likewise; of power-of-two weights one bit is the sign."""
MOST_BITS = {"affine_int8": 32, **dict.fromkeys(FIXED_POINT, 48)}
"""The widest lane, tree and psum."""
LEAST_EXPONENTS = range(-24, 1)
MOST_LANES = 32


@dataclass(frozen=True)
class Datapath:
    """What decides every bit of a result, whatever the layer.

    Widths are in bits, two's complement, each with the rule for what is past it. `lane_bits` is the
    accumulator of one lane (in tree_first order: the accumulator behind the tree), `tree_bits`
    every node of the adder tree, `psum_bits` the partial sum. `product_drop` low bits are cut from
    every product, `root_drop` once at the tree's root, or where a lane goes past the tree.

    An activation has `element_bits`; a weight `weight_bits`, None standing for as many. In
    power_of_two a weight is +-2^k, k from `least_exponent` on, and an activation is as in dynamic
    fixed point. In minifloat both are `element_float`, sums are `accumulator_float`, and the widths
    follow from them; `fused` rounds acc + x * w once, where otherwise x * w is first rounded to the
    accumulator's format.

    Raises:
        InputError: an unknown format, order or rule, a width that the format has not, lanes that
            are no power of two from 1 to 32, a stage that cannot hold a product, or a cut, an
            overflow rule or a float format where the number format has none.
    """

    name: str
    format: str = "affine_int8"
    element_bits: int = 8
    weight_bits: int | None = None
    least_exponent: int = 0
    lane_bits: int = 32
    tree_bits: int = 32
    psum_bits: int = 32
    lane_overflow: Overflow = "wrap"
    tree_overflow: Overflow = "wrap"
    psum_overflow: Overflow = "wrap"
    product_drop: int = 0
    product_rounding: Rounding = "floor"
    root_drop: int = 0
    root_rounding: Rounding = "floor"
    element_float: FloatFormat | None = None
    accumulator_float: FloatFormat | None = None
    fused: bool = False
    order: Order = "taps_first"
    ic_lanes: int = 16
    oc_lanes: int = 16

    def __post_init__(self) -> None:
        self._require_one_of("format", FORMATS)
        self._require_one_of("order", get_args(Order))
        for stage in ("lane", "tree", "psum"):
            self._require_one_of(f"{stage}_overflow", get_args(Overflow))
        for place in ("product", "root"):
            self._require_one_of(f"{place}_rounding", get_args(Rounding))
        lanes = tuple(2**k for k in range(MOST_LANES.bit_length()))
        for field in ("ic_lanes", "oc_lanes"):
            legal = getattr(self, field) in lanes
            self._require(field, legal, f"a power of two from 1 to {MOST_LANES}")
        if self.format == "minifloat":
            self._check_floats()
        else:
            self._check_integers()
        for field, only in NOT_IN.get(self.format, {}).items():
            self._require(field, getattr(self, field) == only, f"{only} in {self.format}")

    def _check_integers(self) -> None:
        self._require_range("element_bits", ELEMENT_BITS[self.format], f"in {self.format}")
        if self.weight_bits is None:
            object.__setattr__(self, "weight_bits", self.element_bits)
        self._require_range("weight_bits", WEIGHT_BITS[self.format], f"in {self.format}")
        self._require_range("least_exponent", LEAST_EXPONENTS, "the least power of two")
        self._require_range("product_drop", range(self.element_bits), "below element_bits")
        most = MOST_BITS[self.format]
        for field in ("lane_bits", "tree_bits", "psum_bits"):
            allowed = range(self.product_bits, most + 1)
            if not allowed:
                raise InputError(
                    f"datapath {self.name}: a product has {self.product_bits} bits, "
                    f"past the {most} that a sum can have"
                )
            self._require_range(field, allowed, "so that it holds a product")
        self._require_range("root_drop", range(self.tree_bits), "below tree_bits")

    def _check_floats(self) -> None:
        """Sets the widths, which follow from the float formats."""
        for field in ("element_float", "accumulator_float"):
            found = isinstance(getattr(self, field), FloatFormat)
            self._require(field, found, "a float format in minifloat")
        element, accumulator = self.floats
        self._require("accumulator_float", accumulator.special == "ieee", "of special values ieee")
        self._require("fused", isinstance(self.fused, bool), "true or false")
        if self.order == "tree_first":
            self._require("fused", not self.fused, "false in the order tree_first")
        derived = dict.fromkeys(("lane_bits", "tree_bits", "psum_bits"), accumulator.width)
        for field, bits in ({"element_bits": element.width} | derived).items():
            default = type(self).__dataclass_fields__[field].default
            legal = getattr(self, field) in (default, bits)
            self._require(field, legal, f"{bits}, the width of its float format")
            object.__setattr__(self, field, bits)
        self._require("weight_bits", self.weight_bits in (None, element.width), str(element.width))
        object.__setattr__(self, "weight_bits", element.width)

    def _require(self, field: str, legal: bool, expected: str) -> None:
        if not legal:
            raise InputError(
                f"datapath {self.name}: {field} must be {expected}, found {getattr(self, field)!r}"
            )

    def _require_one_of(self, field: str, allowed: tuple[str, ...]) -> None:
        self._require(field, getattr(self, field) in allowed, f"one of {', '.join(allowed)}")

    def _require_range(self, field: str, allowed: range, why: str) -> None:
        value = getattr(self, field)
        legal = isinstance(value, int) and not isinstance(value, bool) and value in allowed
        limits = f"from {allowed.start} to {allowed.stop - 1}"
        self._require(field, legal, f"{limits if len(allowed) > 1 else allowed.start}, {why}")

    @property
    def floats(self) -> tuple[FloatFormat, FloatFormat]:
        """Formats of elements and of accumulators, in minifloat."""
        assert self.element_float is not None and self.accumulator_float is not None
        return self.element_float, self.accumulator_float

    @property
    def weight_width(self) -> int:
        """weight_bits, which is never None once the datapath is made."""
        assert self.weight_bits is not None
        return self.weight_bits

    @property
    def product_bits(self) -> int:
        """A product's width, of integers.

        In affine int8 both operands gain one bit when their zero point is subtracted. A power of
        two shifts by up to 2^(weight_bits - 1) - 1, and its sign may take one bit more.
        """
        if self.format == "affine_int8":
            return 2 * (self.element_bits + 1)
        weight = self.weight_width
        grown = 2 ** (weight - 1) if self.format == "power_of_two" else weight
        return self.element_bits + grown - self.product_drop

    @property
    def storage_bits(self) -> int:
        """Width of an element on streams, in memories and in files: 8, 16 or 32 bits."""
        return next(
            bits for bits in (8, 16, 32) if max(self.element_bits, self.weight_width) <= bits
        )

    @property
    def dtype(self) -> np.dtype[np.signedinteger]:
        """Of stored codes. A float's bit pattern is stored as the signed integer of those bits."""
        return np.dtype(f"int{self.storage_bits}")

    @property
    def lane(self) -> Width:
        """Of the accumulator of one lane."""
        return Width(self.lane_bits, self.lane_overflow)

    @property
    def tree(self) -> Width:
        """Of every node of the adder tree."""
        return Width(self.tree_bits, self.tree_overflow)

    @property
    def psum(self) -> Width:
        """Of the partial sum."""
        return Width(self.psum_bits, self.psum_overflow)

    @property
    def product_cut(self) -> Cut:
        """What is cut from every product."""
        return Cut(self.product_drop, self.product_rounding)

    @property
    def root_cut(self) -> Cut:
        """What is cut at the tree's root, and at its bypass."""
        return Cut(self.root_drop, self.root_rounding)


_LOSSLESS: dict[str, object] = {
    **dict.fromkeys(("lane_overflow", "tree_overflow", "psum_overflow"), "wrap"),
    **dict.fromkeys(("product_drop", "root_drop"), 0),
}
_NO_FLOATS: dict[str, object] = {"element_float": None, "accumulator_float": None, "fused": False}
_NO_EXPONENT: dict[str, object] = {"least_exponent": 0}
NOT_IN: dict[str, dict[str, object]] = {
    "affine_int8": _LOSSLESS | _NO_FLOATS | _NO_EXPONENT,
    "dynamic_fixed_point": _NO_FLOATS | _NO_EXPONENT,
    "power_of_two": _NO_FLOATS,
    "minifloat": _LOSSLESS | _NO_EXPONENT,
}
"""Fields that mean nothing in a format, and the only value that they have there."""

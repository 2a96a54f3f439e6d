"""The datapath: number format, widths, reduction order and lanes, as one frozen value."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

from pymodel.errors import InputError
from pymodel.fixed_point import Rounding
from pymodel.formats.width import Cut, Overflow, Width

Order = Literal["taps_first", "tree_first"]
ELEMENT_BITS = {"affine_int8": range(8, 9), "dynamic_fixed_point": range(2, 17)}
"""Widths of an element, in bits, that each number format has."""
MOST_LANES = 32
MOST_BITS = 32


@dataclass(frozen=True)
class Datapath:
    """What decides every bit of a result, whatever the layer.

    Widths are in bits, two's complement, each with the rule for what is past it. `lane_bits` is the
    accumulator of one lane (in tree_first order: the accumulator behind the tree), `tree_bits`
    every node of the adder tree, `psum_bits` the partial sum. `product_drop` low bits are cut from
    every product, `root_drop` once at the tree's root, or where a lane goes past the tree.

    Raises:
        InputError: an unknown format, order or rule, elements of a width that the format has not,
            lanes that are no power of two from 1 to 32, a width outside product_bits..32, or a cut
            or overflow rule in a format that has none.
    """

    name: str
    format: str = "affine_int8"
    element_bits: int = 8
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
    order: Order = "taps_first"
    ic_lanes: int = 16
    oc_lanes: int = 16

    def __post_init__(self) -> None:
        self._require_one_of("format", tuple(ELEMENT_BITS))
        self._require_range("element_bits", ELEMENT_BITS[self.format], f"in {self.format}")
        self._require_one_of("order", get_args(Order))
        self._require_range("product_drop", range(self.element_bits), "below element_bits")
        self._require_range("root_drop", range(self.tree_bits), "below tree_bits")
        for field in ("lane_bits", "tree_bits", "psum_bits"):
            self._require_range(
                field, range(self.product_bits, MOST_BITS + 1), "so that it holds a product"
            )
        for stage in ("lane", "tree", "psum"):
            self._require_one_of(f"{stage}_overflow", get_args(Overflow))
        for place in ("product", "root"):
            self._require_one_of(f"{place}_rounding", get_args(Rounding))
        lanes = tuple(2**k for k in range(MOST_LANES.bit_length()))
        for field in ("ic_lanes", "oc_lanes"):
            legal = getattr(self, field) in lanes
            self._require(field, legal, f"a power of two from 1 to {MOST_LANES}")
        if self.format == "affine_int8":
            for field, only in LOSSLESS.items():
                self._require(field, getattr(self, field) == only, f"{only} in affine_int8")

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
    def product_bits(self) -> int:
        """A product's width. In affine int8 both operands gain one bit when their zero point is
        subtracted."""
        operand_bits = self.element_bits + (self.format == "affine_int8")
        return 2 * operand_bits - self.product_drop

    @property
    def storage_bits(self) -> int:
        """Width of an element on streams, in memories and in files: 8 or 16 bits."""
        return 8 if self.element_bits <= 8 else 16

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


LOSSLESS = {
    **dict.fromkeys(("lane_overflow", "tree_overflow", "psum_overflow"), "wrap"),
    **dict.fromkeys(("product_drop", "root_drop"), 0),
}
"""What a format without truncation and saturation has."""
_TRUNC4 = Datapath(
    "dfp8_trunc4",
    format="dynamic_fixed_point",
    lane_bits=16,
    tree_bits=17,
    psum_bits=18,
    lane_overflow="saturate",
    tree_overflow="saturate",
    psum_overflow="saturate",
    product_drop=4,
)
PRESETS: dict[str, Datapath] = {
    datapath.name: datapath
    for datapath in (
        Datapath("int8"),
        Datapath("int8_tree_first", order="tree_first"),
        Datapath("dfp8", format="dynamic_fixed_point"),
        _TRUNC4,
        replace(_TRUNC4, name="dfp8_trunc4_tree_first", order="tree_first"),
        Datapath(
            "dfp8_narrow",
            format="dynamic_fixed_point",
            lane_bits=14,
            tree_bits=14,
            psum_bits=13,
            psum_overflow="saturate",
            product_drop=3,
            product_rounding="nearest_even",
            root_drop=1,
            root_rounding="toward_zero",
        ),
    )
}


def preset(name: str) -> Datapath:
    """The named datapath of PRESETS.

    Raises:
        InputError: there is no preset of that name.
    """
    if name not in PRESETS:
        raise InputError(
            f"datapath preset must be one of {', '.join(sorted(PRESETS))}, found {name!r}"
        )
    return PRESETS[name]

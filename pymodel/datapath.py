"""The datapath: number format, widths, reduction order and lanes, as one frozen value."""

from dataclasses import dataclass
from typing import Literal, get_args

from pymodel.errors import InputError

Order = Literal["taps_first", "tree_first"]
ELEMENT_BITS = {"affine_int8": 8}
"""Width of a stored element, in bits, of each number format."""
MOST_LANES = 32
MOST_BITS = 32


@dataclass(frozen=True)
class Datapath:
    """What decides every bit of a result, whatever the layer.

    Widths are in bits, two's complement. `lane_bits` is the accumulator of one lane (in
    tree_first order: the accumulator behind the tree), `tree_bits` every node of the adder tree,
    `psum_bits` the partial sum.

    Raises:
        InputError: an unknown format or order, lanes that are no power of two from 1 to 32, or a
            width outside product_bits..32.
    """

    name: str
    format: str = "affine_int8"
    element_bits: int = 8
    lane_bits: int = 32
    tree_bits: int = 32
    psum_bits: int = 32
    order: Order = "taps_first"
    ic_lanes: int = 16
    oc_lanes: int = 16

    def __post_init__(self) -> None:
        self._require("format", self.format in ELEMENT_BITS, f"one of {', '.join(ELEMENT_BITS)}")
        bits = ELEMENT_BITS[self.format]
        self._require("element_bits", self.element_bits == bits, f"{bits} in {self.format}")
        orders = get_args(Order)
        self._require("order", self.order in orders, f"one of {', '.join(orders)}")
        for field in ("lane_bits", "tree_bits", "psum_bits"):
            allowed = range(self.product_bits, MOST_BITS + 1)
            self._require(
                field,
                getattr(self, field) in allowed,
                f"from {allowed.start} (a product) to {MOST_BITS}",
            )
        lanes = [2**k for k in range(MOST_LANES.bit_length())]
        for field in ("ic_lanes", "oc_lanes"):
            self._require(
                field, getattr(self, field) in lanes, f"a power of two from 1 to {MOST_LANES}"
            )

    def _require(self, field: str, legal: bool, expected: str) -> None:
        if not legal:
            raise InputError(
                f"datapath {self.name}: {field} must be {expected}, found {getattr(self, field)!r}"
            )

    @property
    def product_bits(self) -> int:
        """A product's width: both operands gain one bit when their zero point is subtracted."""
        return 2 * (self.element_bits + 1)


PRESETS: dict[str, Datapath] = {
    datapath.name: datapath
    for datapath in (
        Datapath("int8"),
        Datapath("int8_tree_first", order="tree_first"),
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

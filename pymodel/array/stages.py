"""What the array does to its values, stage by stage, in the datapath's number format."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pymodel.array.events import EventCounts
from pymodel.array.float_stages import FloatStages
from pymodel.array.integer_stages import IntegerStages
from pymodel.datapath import Datapath

Values = NDArray[Any]
"""Products, sums and psums: integers or codes of floats. Nothing but Stages looks into them."""


class Stages(Protocol):
    """The array's operations on arrays that broadcast; each counts its numeric events if asked.

    zero: what accumulators start from.
    """

    zero: Values

    def multiply(
        self,
        x: ArrayLike,
        w: ArrayLike,
        x_zero_point: ArrayLike,
        w_zero_point: ArrayLike,
        mask: ArrayLike,
    ) -> Values:
        """The product of two stored codes, cut or rounded; +0 where `mask` is true.

        Raises:
            InputError: a zero point that is not 0 in a format that has none.
        """

    def accumulate_lane(self, acc: Values, addend: Values) -> Values:
        """A lane's accumulator after one product, or that behind the tree after one root."""

    def enter_tree(self, lanes: Values) -> Values:
        """Lanes as the tree's leaves."""

    def tree_node(self, a: Values, b: Values) -> Values:
        """One adder of the tree."""

    def cut_root(self, value: Values) -> Values:
        """A value past the cut at the tree's root, or at its bypass."""

    def accumulate_psum(self, psum: Values, addend: Values) -> Values:
        """The psum after one group, or after the bias."""

    def bias(self, bias: NDArray[np.int32]) -> Values:
        """Stored biases as the psum's addends."""


def stages_of(path: Datapath, counts: EventCounts | None = None) -> Stages:
    """The stages of a datapath, counting into `counts`."""
    return FloatStages(path, counts) if path.format == "minifloat" else IntegerStages(path, counts)

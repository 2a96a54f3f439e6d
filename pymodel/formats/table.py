"""Which module holds the stages of each number format."""

from typing import Protocol

from numpy.typing import ArrayLike

from pymodel.fixed_point import Int64Array
from pymodel.formats import affine_int8, dynamic_fixed_point
from pymodel.formats.width import Cut, Width


class Stages(Protocol):
    """What the array asks of a number format: values are int64, whatever they mean."""

    def multiply(
        self,
        x: ArrayLike,
        w: ArrayLike,
        x_zero_point: ArrayLike,
        w_zero_point: ArrayLike,
        mask: ArrayLike,
        cut: Cut,
    ) -> Int64Array:
        """The product of two stored elements, cut; the format's +0 where masked."""

    def resize(self, value: ArrayLike, width: Width) -> Int64Array:
        """A value as it enters a stage of `width`."""

    def accumulate(self, acc: ArrayLike, addend: ArrayLike, width: Width) -> Int64Array:
        """An accumulator of `width` after one addend of any width."""

    def tree_node(self, a: ArrayLike, b: ArrayLike, width: Width) -> Int64Array:
        """One adder of a tree of `width`."""

    def truncate(self, value: ArrayLike, cut: Cut) -> Int64Array:
        """A value past a cut: at the tree's root, or where a lane goes past the tree."""


STAGES: dict[str, Stages] = {
    "affine_int8": affine_int8,
    "dynamic_fixed_point": dynamic_fixed_point,
}

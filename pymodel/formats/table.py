"""Which module holds the stages of each number format."""

from typing import Protocol

from numpy.typing import ArrayLike

from pymodel.fixed_point import Int64Array
from pymodel.formats import affine_int8


class Stages(Protocol):
    """What the array asks of a number format: values are int64, whatever they mean."""

    def multiply(
        self,
        x: ArrayLike,
        w: ArrayLike,
        x_zero_point: ArrayLike,
        w_zero_point: ArrayLike,
        mask: ArrayLike,
    ) -> Int64Array:
        """The product of two stored elements; the format's +0 where masked."""

    def resize(self, value: ArrayLike, bits: int) -> Int64Array:
        """A value as it enters a stage of `bits`."""

    def accumulate(self, acc: ArrayLike, addend: ArrayLike, bits: int) -> Int64Array:
        """An accumulator of `bits` after one addend of any width."""

    def tree_node(self, a: ArrayLike, b: ArrayLike, bits: int) -> Int64Array:
        """One adder of a tree of `bits`."""


STAGES: dict[str, Stages] = {"affine_int8": affine_int8}

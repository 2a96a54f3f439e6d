"""The array's stages in the formats whose values are integers."""

import numpy as np
from numpy.typing import ArrayLike

from pymodel.array.events import EventCounts
from pymodel.datapath import Datapath
from pymodel.fixed_point import Int64Array, widen
from pymodel.formats import affine_int8, dynamic_fixed_point, integers
from pymodel.formats.power_of_two import multiplier
from pymodel.formats.width import Width


class IntegerStages:
    """`pymodel.array.stages.Stages` of affine int8, dynamic fixed point and power of two."""

    zero = np.zeros((), dtype=np.int64)

    def __init__(self, path: Datapath, counts: EventCounts | None = None) -> None:
        self._path, self._counts = path, counts

    def multiply(
        self,
        x: ArrayLike,
        w: ArrayLike,
        x_zero_point: ArrayLike,
        w_zero_point: ArrayLike,
        mask: ArrayLike,
    ) -> Int64Array:
        """The product, its low bits cut; 0 where masked."""
        if self._path.format == "affine_int8":
            exact = affine_int8.multiply(x, w, x_zero_point, w_zero_point, mask)
        else:
            weight = self._weight(w)
            exact = dynamic_fixed_point.multiply(x, weight, x_zero_point, w_zero_point, mask)
        return self._cut("product", exact)

    def accumulate_lane(self, acc: Int64Array, addend: Int64Array) -> Int64Array:
        """A lane's accumulator after one product, or that behind the tree after one root."""
        return self._accumulate("lane", acc, addend, self._path.lane)

    def enter_tree(self, lanes: Int64Array) -> Int64Array:
        """Lanes as the tree's leaves."""
        if self._counts is not None:
            self._counts.add("tree", integers.resize_events(lanes, self._path.tree))
        return integers.resize(lanes, self._path.tree)

    def tree_node(self, a: Int64Array, b: Int64Array) -> Int64Array:
        """One adder of the tree."""
        if self._counts is not None:
            self._counts.add("tree", integers.tree_node_events(a, b, self._path.tree))
        return integers.tree_node(a, b, self._path.tree)

    def cut_root(self, value: Int64Array) -> Int64Array:
        """A value past the cut at the tree's root, or at its bypass."""
        return self._cut("root", value)

    def accumulate_psum(self, psum: Int64Array, addend: Int64Array) -> Int64Array:
        """The psum after one group, or after the bias."""
        return self._accumulate("psum", psum, addend, self._path.psum)

    def bias(self, bias: ArrayLike) -> Int64Array:
        """Stored biases as the psum's addends."""
        return widen(bias)

    def _weight(self, w: ArrayLike) -> Int64Array:
        power_of_two = self._path.format == "power_of_two"
        return multiplier(w, self._path.weight_width) if power_of_two else widen(w)

    def _accumulate(
        self, stage: str, acc: Int64Array, addend: Int64Array, width: Width
    ) -> Int64Array:
        if self._counts is not None:
            self._counts.add(stage, integers.accumulate_events(acc, addend, width))
        return integers.accumulate(acc, addend, width)

    def _cut(self, stage: str, value: Int64Array) -> Int64Array:
        cut = self._path.product_cut if stage == "product" else self._path.root_cut
        if not cut.bits:
            return value
        if self._counts is not None:
            self._counts.add(stage, integers.truncate_events(value, cut))
        return integers.truncate(value, cut)

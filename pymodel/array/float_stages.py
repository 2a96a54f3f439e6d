"""The array's stages in minifloat: codes of the accumulator's format, each operation rounded once.

Codes are uint32; a product that is fused into its accumulation travels as an exact float64.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pymodel.array.events import EventCounts
from pymodel.datapath import Datapath
from pymodel.errors import InputError
from pymodel.formats import minifloat
from pymodel.formats.float_codes import patterns
from pymodel.formats.float_events import rounding_events
from pymodel.formats.float_rounding import Codes, Reals

Values = NDArray[Any]


class FloatStages:
    """`pymodel.array.stages.Stages` of minifloat, Ristretto's included."""

    zero = np.zeros((), dtype=np.uint32)

    def __init__(self, path: Datapath, counts: EventCounts | None = None) -> None:
        self._element, self._accumulator = path.floats
        self._fused, self._counts = path.fused, counts

    def multiply(
        self,
        x: ArrayLike,
        w: ArrayLike,
        x_zero_point: ArrayLike,
        w_zero_point: ArrayLike,
        mask: ArrayLike,
    ) -> Values:
        """The product, exact where it is fused, else rounded; +0 where masked."""
        if np.any(x_zero_point) or np.any(w_zero_point):
            raise InputError("minifloat has no zero points; they must be 0")
        element = self._element
        x_code, w_code = patterns(x, element), patterns(w, element)
        exact = minifloat.exact_product(x_code, w_code, element, element)
        product = np.where(np.asarray(mask, dtype=np.bool_), 0.0, exact)
        return product if self._fused else self._round("product", product)

    def accumulate_lane(self, acc: Values, addend: Values) -> Values:
        """A lane's accumulator after one product, or that behind the tree after one root."""
        if not self._fused:
            return self._add("lane", acc, addend)
        factors = (self._element, self._element)
        if self._counts is None:
            return minifloat.accumulate_product(acc, addend, factors, self._accumulator)
        exact = minifloat.exact_accumulation(acc, addend, factors, self._accumulator)
        return self._round("lane", exact)

    def enter_tree(self, lanes: Values) -> Values:
        """Lanes as the tree's leaves: they have its format."""
        return lanes

    def tree_node(self, a: Values, b: Values) -> Values:
        """One adder of the tree."""
        return self._add("tree", a, b)

    def cut_root(self, value: Values) -> Values:
        """Nothing is cut from floats."""
        return value

    def accumulate_psum(self, psum: Values, addend: Values) -> Values:
        """The psum after one group, or after the bias."""
        return self._add("psum", psum, addend)

    def bias(self, bias: ArrayLike) -> Values:
        """Stored biases, bit patterns in int32, as the psum's addends."""
        return patterns(bias, self._accumulator)

    def _add(self, stage: str, a: Values, b: Values) -> Values:
        if self._counts is None:
            return minifloat.add(a, b, self._accumulator)
        return self._round(stage, minifloat.exact_sum(a, b, self._accumulator))

    def _round(self, stage: str, exact: Reals) -> Codes:
        if self._counts is not None:
            self._counts.add(stage, rounding_events(exact, self._accumulator))
        return minifloat.encode(exact, self._accumulator)

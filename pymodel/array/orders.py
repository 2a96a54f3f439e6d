"""What the reduction order decides: the outputs that differ between taps_first and tree_first."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pymodel.convolution import Convolution
from pymodel.datapath import Datapath
from pymodel.errors import InputError
from pymodel.fixed_point import widen
from pymodel.formats.float_codes import decode_block, patterns
from pymodel.layer import run


@dataclass(frozen=True, eq=False)
class OrderDifference:
    """A layer's outputs in both orders, on one input.

    taps_first, tree_first: stored codes, NHWC.
    change: float64 NHWC, tree_first less taps_first: in steps of the output's code, in minifloat in
        its value. NaN where one of the two is NaN, or both are the same infinity.
    """

    taps_first: NDArray[np.signedinteger]
    tree_first: NDArray[np.signedinteger]
    change: NDArray[np.float64]

    @property
    def differs(self) -> NDArray[np.bool_]:
        """NHWC: which outputs have other bits."""
        return np.asarray(self.taps_first != self.tree_first, dtype=np.bool_)

    @property
    def places(self) -> list[tuple[int, ...]]:
        """(n, h, w, c) of each output that differs, in C order."""
        return [tuple(int(i) for i in place) for place in np.argwhere(self.differs)]


def order_difference(
    conv: Convolution, x: NDArray[np.signedinteger], datapath: Datapath
) -> OrderDifference:
    """The layer in both orders of `datapath`, whichever it has itself.

    Raises:
        InputError: as `pymodel.layer.run` does, or a datapath that fuses multiplication and
            accumulation, which only taps_first can.
    """
    if datapath.fused:
        raise InputError(
            f"datapath {datapath.name}: fused must be false to compare orders; tree_first rounds "
            "every product before the tree"
        )
    taps_first = run(conv, x, replace(datapath, order="taps_first"))
    tree_first = run(conv, x, replace(datapath, order="tree_first"))
    with np.errstate(invalid="ignore"):
        change = _values(tree_first, datapath) - _values(taps_first, datapath)
    return OrderDifference(taps_first, tree_first, change)


def _values(codes: NDArray[np.signedinteger], datapath: Datapath) -> NDArray[np.float64]:
    if datapath.format != "minifloat":
        return widen(codes).astype(np.float64)
    element, _ = datapath.floats
    values: NDArray[np.float64] = decode_block(patterns(codes, element), element)
    return values

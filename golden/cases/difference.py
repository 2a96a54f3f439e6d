"""How two arrays of codes differ, in a sentence."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def difference(expected: NDArray[Any], found: NDArray[Any]) -> str | None:
    """How many elements differ and the first of them, decimal and hex; None where all agree.

    Both are integer arrays; the hex is two's complement at the element's width.
    """
    if expected.shape != found.shape or expected.dtype != found.dtype:
        return (
            f"must be {expected.dtype} of shape {expected.shape}, "
            f"found {found.dtype} of shape {found.shape}"
        )
    places = np.argwhere(expected != found)
    if not places.size:
        return None
    first = tuple(int(i) for i in places[0])
    digits = expected.itemsize * 2
    seen = [
        f"{code} (0x{code & ((1 << 4 * digits) - 1):0{digits}x})"
        for code in (int(expected[first]), int(found[first]))
    ]
    return (
        f"{len(places)} of {expected.size} elements differ, the first at {first}: "
        f"expected {seen[0]}, found {seen[1]}"
    )

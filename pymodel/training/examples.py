"""What a network learns from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pymodel.errors import InputError

Reals = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Examples:
    """images: float64 (n, ...), finite. labels: int64 (n,), from 0 to classes - 1."""

    images: Reals
    labels: Labels
    classes: int


def examples(
    images: ArrayLike, labels: ArrayLike, classes: int, name: str = "examples"
) -> Examples:
    """Checked examples of any real dtype.

    Raises:
        InputError: there are none, labels are not as many integers as images, a label is out of
            range, or an image is not finite; it names `name` and the place.
    """
    real = np.asarray(images, dtype=np.float64)
    given = np.asarray(labels)
    if real.ndim < 2 or real.shape[0] == 0:
        raise InputError(f"{name}: images must be (n, ...) with n above 0, found {real.shape}")
    if given.shape != real.shape[:1] or given.dtype.kind not in "iu":
        raise InputError(
            f"{name}: labels must be {real.shape[0]} integers, one an image, "
            f"found {given.dtype} of shape {given.shape}"
        )
    wrong = np.flatnonzero((given < 0) | (given >= classes))
    if wrong.size:
        raise InputError(
            f"{name}: label {wrong[0]} must be from 0 to {classes - 1}, found {given[wrong[0]]}"
        )
    bad = np.argwhere(~np.isfinite(real))
    if bad.size:
        place = tuple(int(i) for i in bad[0])
        raise InputError(
            f"{name}: element {place} of the images is {real[place]}; it must be finite"
        )
    return Examples(real, given.astype(np.int64), classes)

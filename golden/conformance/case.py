"""One thing to measure: a .tflite of one op, its inputs, and where its numbers come from."""

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SEED = 1
"""Of the whole map; every case's own seed follows from it and the case's name."""


@dataclass(frozen=True)
class Sample:
    """Cases of one kind: an op in one form, with data of one class.

    Attributes:
        op: TFLite's name.
        form: what sets these cases apart from others of the op that take other code in a kernel,
            such as "grouped"; empty for an op with one form.
        data_class: what the numbers or the geometry force, such as "ties".
        cases: how many.
    """

    op: str
    form: str
    data_class: str
    cases: int

    @property
    def name(self) -> str:
        """For people: op, form and class."""
        return " ".join(filter(None, (self.op, self.form, self.data_class)))

    def random(self, number: int) -> np.random.RandomState:
        """The stream of case `number`, which no NumPy release may change (NEP 19)."""
        name = f"{SEED}/{self.op}/{self.form}/{self.data_class}/{number}"
        return np.random.RandomState(zlib.crc32(name.encode()))


@dataclass(frozen=True, eq=False)
class Case:
    """A .tflite file of one op (perhaps after a PAD op) and the arrays of its inputs, in order."""

    name: str
    content: bytes
    inputs: tuple[NDArray[np.generic], ...]

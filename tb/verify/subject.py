"""What a verification is about: a model's file, its network, the inputs, and the rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pymodel.network import Network

Inputs = Sequence[NDArray[np.generic]]
"""One array per input of the network."""


@dataclass(frozen=True, eq=False)
class Subject:
    """`network` is that of the file `model`; `runs` holds the inputs of one run after another."""

    model: Path
    network: Network
    runs: Sequence[Inputs]
    numerics: str = "rtl"

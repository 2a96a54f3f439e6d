"""What a run is held to: every output that was planned must have been compared, whole and once."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Planned(Protocol):
    """An output tensor that the run must compare: its number in the plan, and what it must be."""

    @property
    def index(self) -> int: ...

    @property
    def expected(self) -> NDArray[np.integer]: ...

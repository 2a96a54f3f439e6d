"""Signal-to-quantisation-noise ratio: what a number format adds to a float network's tensors."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pymodel.quantised.network import QuantisedNetwork


@dataclass(frozen=True)
class Noise:
    """signal, noise: sums of squares, of the float tensor and of what was added to it."""

    signal: float = 0.0
    noise: float = 0.0

    def __add__(self, other: "Noise") -> "Noise":
        """Over the elements of both."""
        return Noise(self.signal + other.signal, self.noise + other.noise)

    @property
    def db(self) -> float:
        """10 log10(signal / noise); infinite where there is no noise, NaN where values are not
        finite."""
        if self.noise == 0.0:
            return math.inf
        if not (math.isfinite(self.signal) and math.isfinite(self.noise)):
            return math.nan
        return 10 * math.log10(self.signal / self.noise) if self.signal > 0.0 else -math.inf


def noise(
    quantised: QuantisedNetwork, index: int, real: NDArray[np.generic], codes: NDArray[np.generic]
) -> Noise:
    """Of tensor `index`: its values in the float network, and its codes on the same inputs."""
    signal = real.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        added = quantised.codecs[index].decode(codes) - signal
        return Noise(float(np.sum(signal**2)), float(np.sum(added**2)))

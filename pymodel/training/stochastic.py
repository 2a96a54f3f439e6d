"""Stochastic rounding: up with the probability of the fraction, so that the mean is the value."""

import numpy as np
from numpy.typing import ArrayLike

from pymodel.training.examples import Reals


def round_stochastic(values: ArrayLike, random: np.random.RandomState) -> Reals:
    """Each value's floor or ceiling, as float64: floor(value + u) with u uniform in [0, 1).

    The expectation is the value; an integer stays. One draw is taken for each value. Source: Gupta
    et al., "Deep Learning with Limited Numerical Precision", 2015.
    """
    real = np.asarray(values, dtype=np.float64)
    floor: Reals = np.floor(real)
    return floor + (random.random_sample(real.shape) < real - floor)

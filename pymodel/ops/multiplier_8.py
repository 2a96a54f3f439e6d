"""XNNPACK's requantise of int8 codes with a multiplier in 256ths."""

import numpy as np

from pymodel.fixed_point import Int64Array, rounding_shift_right

FRACTION_BITS = 8
LEAST_RATIO, MOST_RATIO = 2.0**-8, 2.0**7


def fits_multiplier_8(ratio: np.float32) -> bool:
    """Whether XNNPACK takes a multiplication of codes by `ratio`."""
    return LEAST_RATIO <= float(ratio) <= MOST_RATIO


def multiply_8(values: Int64Array, ratio: np.float32) -> Int64Array:
    """values * ratio, the ratio rounded to 256ths (ties to even), the product with ties up.

    Source: XNNPACK `xnn_init_qs8_cvt_*_params`, `xnn_init_qs8_lrelu_*_params`
    (microparams-init.c).
    """
    multiplier = int(np.rint(np.ldexp(ratio, FRACTION_BITS)))
    return rounding_shift_right(values * multiplier, FRACTION_BITS, ties="up")

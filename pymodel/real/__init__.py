"""A float network in float64, op by op: what a number format's noise is measured against."""

from pymodel.real.network import REAL_OPS, evaluate, in_float64, require_known, run

__all__ = ["REAL_OPS", "evaluate", "in_float64", "require_known", "run"]

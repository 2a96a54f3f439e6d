"""A causal network one sample at a time, each convolution keeping its own history."""

from pymodel.stream.plan import Ring, StreamPlan, StreamStep

__all__ = ["Ring", "StreamPlan", "StreamStep"]

"""A causal network one sample at a time, each convolution keeping its own history."""

from pymodel.stream.plan import Ring, StreamPlan, StreamStep
from pymodel.stream.planner import plan_stream
from pymodel.stream.stream import Stream

__all__ = ["Ring", "Stream", "StreamPlan", "StreamStep", "plan_stream"]

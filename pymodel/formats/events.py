"""Numeric events: what may happen to a value beside its being computed.

An operation's events are one int64 bit mask of these kinds for each value; the bits are those of
rtl/dla_defs.vh (EVENT_*).
"""

SATURATED = 1 << 0
"""Past the width, or the largest finite number, and limited to it (in floats: or infinite)."""
TIE = 1 << 1
"""Half way between two results, where the rounding goes to the nearest."""
FLUSHED = 1 << 2
"""Not zero, and became zero for want of a smaller number."""
WRAPPED = 1 << 3
"""Past the width, and wrapped."""
TRUNCATED = 1 << 4
"""Bits were dropped that were not all zero."""
KINDS = ("saturated", "tie", "flushed", "wrapped", "truncated")
"""Names of the kinds, lowest bit first."""
STAGES = ("product", "lane", "tree", "root", "psum", "output")
"""The stages of the array that count events, in the order of its counters."""

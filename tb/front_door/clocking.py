"""The benches' clock, and limits counted in its cycles."""

from collections.abc import Awaitable
from typing import TypeVar

from cocotb.triggers import SimTimeoutError, with_timeout

from tb.adapter import DutHang

CLOCK_NS = 10

T = TypeVar("T")


async def within(cycles: int, what: str, step: Awaitable[T]) -> T:
    """Await `step`; DutHang saying what the DUT did not do when it takes longer than `cycles`."""
    try:
        return await with_timeout(step, cycles * CLOCK_NS, "ns")
    except SimTimeoutError:
        raise DutHang(f"the DUT did not {what} within {cycles} cycles") from None

"""A module of cocotb tests in which nothing runs."""

from typing import Any

import cocotb


@cocotb.test(skip=True)
async def bench_skipped(_: Any) -> None:
    raise AssertionError("a skipped test ran")

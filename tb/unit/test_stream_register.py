"""rtl/stream_register.v: every word once and in order, whatever the stalls on either side."""

from itertools import count
from typing import Any

import cocotb
import pytest
from cocotb.triggers import Timer

from tb.unit.bench import DRAWS, cycle, random_generator, read, run_bench, start_clock, write


async def transfer(dut: Any, cycles: int, offer: float, accept: float) -> list[int]:
    """Send counting words for `cycles` and return those that came out; check the handshakes.

    `offer` and `accept` are the chances that the source has a word, and that the sink takes one.
    """
    random, words = random_generator(), count(1)
    received: list[int] = []
    waiting, held = None, None
    for _ in range(cycles):
        if waiting is None and random.random() < offer:
            waiting = next(words)
        ready = random.random() < accept
        registered = read(dut.s_ready), read(dut.m_valid)
        write(dut, {"s_valid": waiting is not None, "s_data": waiting or 0, "m_ready": ready})
        await Timer(1, unit="ns")
        assert registered == (read(dut.s_ready), read(dut.m_valid)), "a path runs through"
        taken, valid = waiting is not None and registered[0], registered[1]
        assert held is None or (valid and read(dut.m_data) == held), "an offered word changed"
        held = read(dut.m_data) if valid and not ready else None
        if valid and ready:
            received.append(read(dut.m_data))
        if taken:
            waiting = None
        await cycle(dut)
    return received


@cocotb.test()
@cocotb.parametrize(offer=[1.0, 0.5, 0.1], accept=[1.0, 0.5, 0.1])
async def bench_keeps_order(dut: Any, offer: float, accept: float) -> None:
    """Random stalls lose and repeat nothing."""
    await start_clock(dut, {"s_valid": 0, "m_ready": 0})
    received = await transfer(dut, DRAWS, offer, accept)
    assert received == list(range(1, len(received) + 1))
    assert len(received) > DRAWS * min(offer, accept) / 2


@cocotb.test()
async def bench_full_throughput(dut: Any) -> None:
    """Without stalls a word leaves in every cycle but the first."""
    await start_clock(dut, {"s_valid": 0, "m_ready": 0})
    assert await transfer(dut, 100, 1.0, 1.0) == list(range(1, 100))


@cocotb.test()
async def bench_reset_drops_what_it_holds(dut: Any) -> None:
    """After a reset in mid-flight no old word appears."""
    await start_clock(dut, {"s_valid": 0, "m_ready": 0})
    for _ in range(3):
        await cycle(dut, {"s_valid": 1, "s_data": 0})
    assert read(dut.m_valid) and not read(dut.s_ready), "two words fill it"
    await cycle(dut, {"rst": 1, "s_valid": 0})
    write(dut, {"rst": 0})
    assert not read(dut.m_valid) and read(dut.s_ready)
    assert await transfer(dut, 20, 1.0, 1.0) == list(range(1, 20))


@pytest.mark.parametrize("width", [16, 145])
def test_stream_register(sim: str, width: int) -> None:
    run_bench("stream_register", __name__, sim, {"WIDTH": width})

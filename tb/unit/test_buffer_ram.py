"""rtl/buffer_ram.v against a list of words."""

from typing import Any

import cocotb
import pytest

from tb.unit.bench import DRAWS, cycle, random_generator, read, run_bench, start_clock


@cocotb.test()
async def bench_random_traffic(dut: Any) -> None:
    """Fill every word, then random reads and writes, a third of them on one address."""
    random, width, depth = random_generator(), len(dut.wdata), int(dut.DEPTH.value)
    await start_clock(dut, {"re": 0})
    memory = [int.from_bytes(random.bytes(width // 8 + 1)) % (1 << width) for _ in range(depth)]
    for address, word in enumerate(memory):
        await cycle(dut, {"we": 1, "waddr": address, "wdata": word})

    shown = None
    for _ in range(DRAWS):
        we, re, same = random.random(3) < (0.5, 0.7, 0.3)
        waddr, raddr = (int(address) for address in random.integers(0, depth, 2))
        raddr = waddr if same else raddr
        word = int.from_bytes(random.bytes(width // 8 + 1)) % (1 << width)
        await cycle(dut, {"we": we, "waddr": waddr, "wdata": word, "re": re, "raddr": raddr})
        if re:
            shown = memory[raddr]  # the word before this cycle's write
        if we:
            memory[waddr] = word
        if shown is not None:
            assert read(dut.rdata) == shown, f"word {raddr}: expected {shown:#x}"


@pytest.mark.parametrize(("width", "depth"), [(8, 1), (72, 5), (128, 64)])
def test_buffer_ram(sim: str, width: int, depth: int) -> None:
    run_bench("buffer_ram", __name__, sim, {"WIDTH": width, "DEPTH": depth})

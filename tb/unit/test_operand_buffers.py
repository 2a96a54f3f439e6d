"""rtl/operand_buffers.v: what the stream wrote is what the array reads."""

from typing import Any

import cocotb
import pytest

from tb.unit.bench import cycle, pack, random_generator, read, run_bench, start_clock
from tb.unit.packets import (
    ACTIVATIONS,
    PARAMETERS,
    TABLE,
    TABLE_WORDS,
    WEIGHTS,
    Buffers,
    expected_writes,
    random_packet,
)

DEPTH = {ACTIVATIONS: 12, WEIGHTS: 5, PARAMETERS: 3, TABLE: TABLE_WORDS}
PORTS = {ACTIVATIONS: "act", WEIGHTS: "weight", PARAMETERS: "param"}
PARAMETER_BITS = 72
ROUNDS, PACKETS, READS = 10, 12, 30


class Memory:
    """The three buffers as dictionaries of words, a bank for each output lane."""

    def __init__(self, buffers: Buffers) -> None:
        self._buffers = buffers
        self._words: dict[tuple[int, int, int], int] = {}

    def write_packet(self, tdest: int, address: int, beats: list[int]) -> None:
        for write in expected_writes(tdest, address, beats, self._buffers):
            if write is not None:
                self._words[write.tdest, write.address, write.lane] = write.data

    def word(self, tdest: int, address: int) -> int:
        """Return a whole word as the array reads it, lane 0 low."""
        banks = 1 if tdest == ACTIVATIONS else self._buffers.oc_lanes
        bits = PARAMETER_BITS if tdest == PARAMETERS else self._buffers.word_bits
        return pack([self._words[tdest, address, lane] for lane in range(banks)], bits)


async def send(dut: Any, tdest: int, address: int, beats: list[int]) -> None:
    for number, beat in enumerate(beats):
        stream = {"s_axis_tdata": beat, "s_axis_tdest": tdest, "s_axis_tvalid": 1}
        last = number == len(beats) - 1
        await cycle(dut, {**stream, "s_axis_tlast": last, "load_addr": address})
    await cycle(dut, {"s_axis_tvalid": 0})


@cocotb.test()
async def bench_write_and_read(dut: Any) -> None:
    """Fill all, then packets and reads by turns; a port without its enable holds its word."""
    random = random_generator()
    buffers = Buffers(int(dut.IC_LANES.value), int(dut.OC_LANES.value), 8, DEPTH)
    beat_bytes = len(dut.s_axis_tdata) // 8
    memory = Memory(buffers)
    await start_clock(dut, {"enable": 1, "s_axis_tvalid": 0})
    for tdest, depth in DEPTH.items():
        length = depth * buffers.beats_a_word(tdest)
        beats = [int.from_bytes(random.bytes(beat_bytes)) for _ in range(length)]
        await send(dut, tdest, 0, beats)
        memory.write_packet(tdest, 0, beats)

    shown: dict[int, int] = {}
    for _ in range(ROUNDS):
        for _ in range(PACKETS):
            packet = random_packet(random, buffers, len(dut.s_axis_tdata))
            await send(dut, *packet)
            memory.write_packet(*packet)
        for _ in range(READS):
            for tdest, port in PORTS.items():
                address = int(random.integers(0, DEPTH[tdest]))
                enable = tdest not in shown or random.random() < 0.7
                getattr(dut, f"{port}_re").value = int(enable)
                getattr(dut, f"{port}_raddr").value = address
                shown[tdest] = memory.word(tdest, address) if enable else shown[tdest]
            await cycle(dut)
            for tdest, port in PORTS.items():
                assert read(getattr(dut, f"{port}_rdata")) == shown[tdest], port
        for port in PORTS.values():
            getattr(dut, f"{port}_re").value = 0


@pytest.mark.parametrize(("ic_lanes", "oc_lanes"), [(1, 1), (4, 16), (16, 4)])
def test_operand_buffers(sim: str, ic_lanes: int, oc_lanes: int) -> None:
    depths = {"ACT_DEPTH": 12, "WEIGHT_DEPTH": 5, "PARAM_DEPTH": 3}
    lanes = {"IC_LANES": ic_lanes, "OC_LANES": oc_lanes}
    run_bench("operand_buffers", __name__, sim, {**lanes, **depths})

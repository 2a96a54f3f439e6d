"""rtl/stream_loader.v: where each beat of a packet is written."""

from typing import Any

import cocotb
import pytest
from cocotb.triggers import Timer

from tb.unit.bench import cycle, random_generator, read, run_bench, start_clock, write
from tb.unit.packets import (
    ACTIVATIONS,
    PARAMETERS,
    TABLE,
    TABLE_WORDS,
    WEIGHTS,
    Buffers,
    Write,
    expected_writes,
    out_of_range,
    random_packet,
)

PACKETS = 120
IDLE = {"enable": 1, "load_addr": 0, "s_axis_tvalid": 0, "s_axis_tlast": 0, "s_axis_tdest": 0}


def buffers_of(dut: Any) -> Buffers:
    names = {ACTIVATIONS: "ACT_DEPTH", WEIGHTS: "WEIGHT_DEPTH", PARAMETERS: "PARAM_DEPTH"}
    return Buffers(
        ic_lanes=int(dut.IC_LANES.value),
        oc_lanes=int(dut.OC_LANES.value),
        element_bits=int(dut.ELEM_W.value),
        depth={tdest: int(getattr(dut, name).value) for tdest, name in names.items()}
        | {TABLE: TABLE_WORDS},
    )


def seen_writes(dut: Any) -> list[Write]:
    """Return the writes that the DUT asks for in this cycle."""
    writes = []
    for tdest, port in ((ACTIVATIONS, "act"), (TABLE, "table")):
        if read(getattr(dut, f"{port}_we")):
            address, data = getattr(dut, f"{port}_waddr"), getattr(dut, f"{port}_wdata")
            writes.append(Write(tdest, 0, read(address), read(data)))
    for tdest, port in ((WEIGHTS, "weight"), (PARAMETERS, "param")):
        enables = read(getattr(dut, f"{port}_we"))
        address, data = getattr(dut, f"{port}_waddr"), getattr(dut, f"{port}_wdata")
        lanes = [lane for lane in range(enables.bit_length()) if enables >> lane & 1]
        writes += [Write(tdest, lane, read(address), read(data)) for lane in lanes]
    return writes


async def send(dut: Any, tdest: int, address: int, beats: list[int], pause: float) -> None:
    """Send one packet with random pauses and check what every cycle writes."""
    random, buffers = random_generator(), buffers_of(dut)
    expected = expected_writes(tdest, address, beats, buffers)
    for number, (beat, wanted) in enumerate(zip(beats, expected, strict=True)):
        while random.random() < pause:
            enable, valid = random.random(2) < 0.5
            valid = valid and not enable
            write(dut, {**IDLE, "enable": enable, "s_axis_tvalid": valid, "s_axis_tdest": tdest})
            await Timer(1, unit="ns")
            assert not seen_writes(dut) and not read(dut.range_error), "moved without a beat"
            assert read(dut.s_axis_tready) == enable
            await cycle(dut)
        last = number == len(beats) - 1
        # Only the packet's first beat may look at the load address.
        load_addr = address if number == 0 else int(random.integers(0, 1 << 32))
        stream = {"s_axis_tdata": beat, "s_axis_tlast": last, "s_axis_tdest": tdest}
        write(dut, {"enable": 1, "load_addr": load_addr, "s_axis_tvalid": 1, **stream})
        await Timer(1, unit="ns")
        assert seen_writes(dut) == ([wanted] if wanted else []), f"beat {number} of {len(beats)}"
        assert read(dut.range_error) == out_of_range(tdest, address, number, buffers)
        await cycle(dut)


@cocotb.test()
async def bench_whole_buffers(dut: Any) -> None:
    """Fill each buffer from word 0 to its end and three beats past it, at full speed."""
    buffers, random = buffers_of(dut), random_generator()
    await start_clock(dut, IDLE)
    for tdest, depth in buffers.depth.items():
        length = depth * buffers.beats_a_word(tdest) + 3
        beats = [int.from_bytes(random.bytes(len(dut.s_axis_tdata) // 8)) for _ in range(length)]
        await send(dut, tdest, 0, beats, pause=0.0)


@cocotb.test()
async def bench_random_packets(dut: Any) -> None:
    """Packets to every buffer, cut anywhere, with pauses and a busy core."""
    random = random_generator()
    await start_clock(dut, IDLE)
    for _ in range(PACKETS):
        packet = random_packet(random, buffers_of(dut), len(dut.s_axis_tdata))
        await send(dut, *packet, pause=0.3)


@cocotb.test()
async def bench_far_addresses(dut: Any) -> None:
    """A load address far beyond the buffer doesn't come round to its start."""
    await start_clock(dut, IDLE)
    for tdest in (ACTIVATIONS, WEIGHTS, PARAMETERS, TABLE):
        for address in (1 << 16, (1 << 32) - 1):
            await send(dut, tdest, address, [1, 2, 3, 4], pause=0.0)


@cocotb.test()
async def bench_reset_ends_a_packet(dut: Any) -> None:
    """After a reset the next beat is the first of its packet."""
    await start_clock(dut, IDLE)
    await cycle(dut, {**IDLE, "s_axis_tvalid": 1, "s_axis_tdest": WEIGHTS, "s_axis_tdata": 5})
    await cycle(dut, {**IDLE, "rst": 1})
    write(dut, {"rst": 0})
    await send(dut, WEIGHTS, 1, [7, 8, 9], pause=0.0)


@pytest.mark.parametrize(("ic_lanes", "oc_lanes"), [(1, 1), (4, 4), (16, 16), (4, 16)])
def test_stream_loader(sim: str, ic_lanes: int, oc_lanes: int) -> None:
    depths = {"ACT_DEPTH": 12, "WEIGHT_DEPTH": 5, "PARAM_DEPTH": 3}
    lanes = {"IC_LANES": ic_lanes, "OC_LANES": oc_lanes}
    run_bench("stream_loader", __name__, sim, {**lanes, **depths})

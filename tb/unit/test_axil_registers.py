"""rtl/axil_registers.v against a register file in Python, over a stalled AXI4-Lite bus."""

from itertools import repeat
from typing import Any

import cocotb
import numpy as np
import pytest
from cocotb.triggers import FallingEdge, ReadOnly, RisingEdge
from cocotbext.axi import AxiLiteBus, AxiLiteMaster, AxiResp

from tb.registers import event_registers, load_definitions
from tb.unit.bench import cycle, random_generator, read, run_bench, start_clock, write

REGISTERS = load_definitions()
WRITABLE = {
    REGISTERS["REG_LOAD_ADDR"],
    *range(REGISTERS["REG_IN_SIZE"], REGISTERS["REG_POST_CLAMP"] + 4, 4),
}
STATUS_PORTS = {
    "REG_BUSY_CYCLES": "busy_cycles",
    "REG_STALL_CYCLES": "stall_cycles",
    "REG_MAC_CYCLES": "mac_cycles",
}
OPERATIONS = 250


def master_of(dut: Any, random: np.random.Generator, pause: float) -> AxiLiteMaster:
    """Return a bus master whose channels pause with the given chance."""
    master = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axil"), dut.clk, dut.rst)
    interfaces = (master.write_if, master.read_if)
    for channel in ("aw_channel", "w_channel", "b_channel", "ar_channel", "r_channel"):
        for interface in interfaces:
            if hasattr(interface, channel):
                pauses = (bool(random.random() < pause) for _ in repeat(None))
                getattr(interface, channel).set_pause_generator(pauses)
    return master


async def record_pulses(dut: Any, pulses: dict[str, int]) -> None:
    """Count the cycles in which start and clear are high."""
    while True:
        await RisingEdge(dut.clk)
        await ReadOnly()
        for name in pulses:
            pulses[name] += read(getattr(dut, name))


def status_word(inputs: dict[str, int]) -> int:
    word = inputs["error_code"] << REGISTERS["STATUS_CODE"]
    for name in ("busy", "done", "error"):
        word |= inputs[name] << REGISTERS[f"STATUS_{name.upper()}"]
    return word


def read_only_words(dut: Any, inputs: dict[str, int]) -> dict[int, int]:
    """Return what each read-only register must hold, by address."""
    shape = {name: int(getattr(dut, name).value) for name in ("IC_LANES", "OC_LANES", "ELEM_W")}
    shape["FORMAT"] = REGISTERS["FORMAT_AFFINE_INT8"]
    return {
        REGISTERS["REG_ID"]: int.from_bytes(b"DLA1", "big"),
        REGISTERS["REG_SHAPE"]: sum(
            value << REGISTERS[f"SHAPE_{name}"] for name, value in shape.items()
        ),
        REGISTERS["REG_CONTROL"]: 0,
        REGISTERS["REG_STATUS"]: status_word(inputs),
        **{REGISTERS[name]: inputs[port] for name, port in STATUS_PORTS.items()},
        **{
            address: inputs["event_counts"] >> 32 * place & 0xFFFFFFFF
            for place, address in enumerate(event_registers())
        },
    }


@cocotb.test()
@cocotb.parametrize(pause=[0.0, 0.5])
async def bench_random_traffic(dut: Any, pause: float) -> None:
    """Random reads and writes of every address, with strobes, against a register file."""
    random = random_generator()
    inputs = {name: int(random.integers(0, 2)) for name in ("busy", "done", "error")}
    inputs["error_code"] = int(random.integers(0, 256))
    inputs |= {port: int(random.integers(0, 1 << 32)) for port in STATUS_PORTS.values()}
    inputs["event_counts"] = int.from_bytes(random.bytes(len(dut.event_counts) // 8))
    await start_clock(dut, inputs)
    master = master_of(dut, random, pause)
    pulses = {"start": 0, "clear": 0}
    recorder = cocotb.start_soon(record_pulses(dut, pulses))
    fixed = read_only_words(dut, inputs)
    words = dict.fromkeys(WRITABLE, 0)
    expected_pulses = {"start": 0, "clear": 0}

    for _ in range(OPERATIONS):
        address = 4 * int(random.integers(0, 64))
        if random.random() < 0.5:
            got = await master.read(address, 4)
            known = words | fixed
            assert got.resp == (AxiResp.OKAY if address in known else AxiResp.SLVERR), hex(address)
            assert int.from_bytes(got.data, "little") == known.get(address, 0), hex(address)
            continue
        first = int(random.integers(0, 4))
        data = random.bytes(int(random.integers(1, 5 - first)))
        got = await master.write(address + first, data)
        legal = address in words or address == REGISTERS["REG_CONTROL"]
        assert got.resp == (AxiResp.OKAY if legal else AxiResp.SLVERR), hex(address)
        if address in words:
            word = bytearray(words[address].to_bytes(4, "little"))
            word[first : first + len(data)] = data
            words[address] = int.from_bytes(word, "little")
        if address == REGISTERS["REG_CONTROL"] and first == 0:
            for name in pulses:
                bit = REGISTERS[f"CONTROL_{name.upper()}"]
                expected_pulses[name] += data[0] >> bit & 1

    await FallingEdge(dut.clk)
    assert read(dut.load_addr) == words.pop(REGISTERS["REG_LOAD_ADDR"])
    packed = sum(words[address] << 32 * place for place, address in enumerate(sorted(words)))
    assert read(dut.job) == packed
    assert pulses == expected_pulses
    recorder.cancel()


@cocotb.test()
async def bench_pulses_last_one_cycle(dut: Any) -> None:
    """One write of CONTROL is one cycle of start, or clear, or both."""
    await start_clock(dut)
    master = master_of(dut, random_generator(), 0.0)
    pulses = {"start": 0, "clear": 0}
    recorder = cocotb.start_soon(record_pulses(dut, pulses))
    for word in (1, 2, 3, 0):
        await master.write_dword(REGISTERS["REG_CONTROL"], word)
    await FallingEdge(dut.clk)
    assert pulses == {"start": 2, "clear": 2}
    recorder.cancel()


@cocotb.test()
async def bench_strobes_guard_control(dut: Any) -> None:
    """A start bit in a byte without its strobe starts nothing."""
    await start_clock(dut, dict.fromkeys(("s_axil_awvalid", "s_axil_wvalid"), 0))
    pulses = {"start": 0, "clear": 0}
    recorder = cocotb.start_soon(record_pulses(dut, pulses))
    word = {"awaddr": REGISTERS["REG_CONTROL"], "wdata": 0xFFFFFFFF, "wstrb": 0b1110}
    handshake = {"awvalid": 1, "wvalid": 1, "bready": 1}
    await cycle(dut, {f"s_axil_{name}": value for name, value in (word | handshake).items()})
    await cycle(dut, {"s_axil_awvalid": 0, "s_axil_wvalid": 0})
    assert read(dut.s_axil_bvalid) and read(dut.s_axil_bresp) == AxiResp.OKAY
    assert pulses == {"start": 0, "clear": 0}
    recorder.cancel()


@cocotb.test()
async def bench_reset_clears(dut: Any) -> None:
    """A reset clears the job and the load address."""
    await start_clock(dut)
    master = master_of(dut, random_generator(), 0.0)
    for address in sorted(WRITABLE):
        await master.write_dword(address, 0xFFFFFFFF)
    assert read(dut.job) == (1 << 768) - 1
    await FallingEdge(dut.clk)
    write(dut, {"rst": 1})
    await FallingEdge(dut.clk)
    write(dut, {"rst": 0})
    assert read(dut.job) == 0 and read(dut.load_addr) == 0


@pytest.mark.parametrize(("ic_lanes", "oc_lanes"), [(16, 16), (4, 32)])
def test_axil_registers(sim: str, ic_lanes: int, oc_lanes: int) -> None:
    run_bench("axil_registers", __name__, sim, {"IC_LANES": ic_lanes, "OC_LANES": oc_lanes})

"""AXI4-Lite: identity, read-back, strobes, refused addresses, skew, held-back responses, irq."""

import cocotb
from cocotb.triggers import ClockCycles
from cocotbext.axi import AxiResp

from pymodel.geometry import ConvGeometry
from tb.front_door.arrays import run_benches
from tb.front_door.layers import random_layer
from tb.front_door.ports import DlaTop
from tb.front_door.testbench import TB, bench
from tb.registers import event_registers

READ_ONLY = (
    "REG_ID",
    "REG_SHAPE",
    "REG_STATUS",
    "REG_BUSY_CYCLES",
    "REG_STALL_CYCLES",
    "REG_MAC_CYCLES",
)
WRITE_ONLY = ("REG_CONTROL",)
ADDRESSES = range(0, 256, 4)
GEOMETRY = ConvGeometry(1, 3, 3, 4, 4, 2, 2)


def registers(tb: TB) -> dict[str, int]:
    """Every register of the map: name to address. REG_EVENTS names the first of many."""
    values = tb.registers.definitions.values
    named = {name: address for name, address in values.items() if name.startswith("REG_")}
    return named | event_names()


def event_names() -> dict[str, int]:
    """The counters of events: name to address."""
    first, *others = event_registers()
    numbered = {f"REG_EVENTS {place}": address for place, address in enumerate(others, 1)}
    return {"REG_EVENTS": first, **numbered}


def writable(tb: TB) -> list[int]:
    """Addresses that read back what was written."""
    return [
        address
        for name, address in registers(tb).items()
        if name not in (*READ_ONLY, *WRITE_ONLY, *event_names())
    ]


@bench
async def bench_identity(dut: DlaTop) -> None:
    """ID spells DLA1, SHAPE holds format, element width and lanes, worked out by hand."""
    tb = TB(dut)
    await tb.start()
    assert (await tb.registers.read("REG_ID")).to_bytes(4, "big") == b"DLA1"
    assert await tb.registers.read("REG_SHAPE") == 0x00_08_04_04


@bench
@cocotb.parametrize(profile=["none", "half", "long"])
async def bench_read_back(dut: DlaTop, profile: str) -> None:
    """Every writable register holds its own word: all are written before any is read."""
    tb = TB(dut)
    if profile != "none":
        tb.stall_registers(profile)
    await tb.start()
    for _ in range(2):
        words = {address: int(tb.rng.integers(1 << 32)) for address in writable(tb)}
        for address in tb.rng.permutation(list(words)):
            await tb.registers.write_word(int(address), words[int(address)])
        for address in tb.rng.permutation(list(words)):
            response, value = await tb.registers.attempt_read(int(address))
            assert (response, value) == (AxiResp.OKAY, words[int(address)])


@bench
async def bench_strobes(dut: DlaTop) -> None:
    """A write of some of a word's bytes leaves the others."""
    tb = TB(dut)
    await tb.start()
    for address in writable(tb):
        expected = bytearray(tb.rng.bytes(4))
        await tb.registers.attempt_write(address, bytes(expected))
        start = int(tb.rng.integers(4))
        part = tb.rng.bytes(int(tb.rng.integers(1, 5 - start)))
        expected[start : start + len(part)] = part
        assert await tb.registers.attempt_write(address + start, part) == AxiResp.OKAY
        _, value = await tb.registers.attempt_read(address)
        assert value.to_bytes(4, "little") == bytes(expected)


@bench
async def bench_refused(dut: DlaTop) -> None:
    """SLVERR for every unmapped address, and for writes to read-only registers, which stay."""
    tb = TB(dut)
    await tb.start()
    mapped = registers(tb)
    read_only = (*READ_ONLY, *event_names())
    unwritable = set(ADDRESSES) - set(mapped.values()) | {mapped[name] for name in read_only}
    assert len(unwritable) > 30
    for address in unwritable:
        before = await tb.registers.attempt_read(address)
        word = tb.rng.bytes(4)
        assert await tb.registers.attempt_write(address, word) == AxiResp.SLVERR, hex(address)
        assert await tb.registers.attempt_read(address) == before
    for address in ADDRESSES:
        response, _ = await tb.registers.attempt_read(address)
        expected = AxiResp.OKAY if address in mapped.values() else AxiResp.SLVERR
        assert response == expected, hex(address)
    await tb.check_layer(*random_layer(tb.rng, GEOMETRY))


@bench
async def bench_skew(dut: DlaTop) -> None:
    """Address cycles before data, data cycles before address, and everything between."""
    tb = TB(dut)
    await tb.start()
    address = tb.registers.definitions["REG_ACT_BASE"]
    for late, skew in ((late, skew) for late in ("aw", "w") for skew in (1, 2, 3, 7, 20)):
        word = int(tb.rng.integers(1 << 32))
        driver = getattr(tb.registers, late)
        driver.pause = True
        answered = tb.registers.write_responses.transfers
        write = cocotb.start_soon(tb.registers.write_word(address, word))
        await ClockCycles(dut.clk, 3 + skew)
        assert tb.registers.write_responses.transfers == answered, "answered half a write"
        driver.pause = False
        await write
        assert await tb.registers.read("REG_ACT_BASE") == word


@bench
async def bench_held_responses(dut: DlaTop) -> None:
    """Responses wait for their master, one after the other, and none is lost or repeated."""
    tb = TB(dut)
    await tb.start()
    addresses = writable(tb)
    words = {address: tb.rng.bytes(4) for address in addresses}
    tb.registers.b.pause = tb.registers.r.pause = True
    writes = [tb.registers.master.init_write(address, words[address]) for address in addresses]
    await ClockCycles(dut.clk, 50)
    assert dut.s_axil_bvalid.value and tb.registers.write_responses.transfers == 0
    tb.registers.set_pause_generator("b", tb.stalls("dense"))
    for write in writes:
        await write.wait()
    assert tb.registers.write_responses.transfers == len(addresses)
    before = tb.registers.read_responses.transfers
    reads = [tb.registers.master.init_read(address, 4) for address in addresses]
    await ClockCycles(dut.clk, 50)
    assert dut.s_axil_rvalid.value and tb.registers.read_responses.transfers == before
    tb.registers.set_pause_generator("r", tb.stalls("dense"))
    for address, read in zip(addresses, reads, strict=True):
        await read.wait()
        assert read.data.data == words[address]
    assert tb.registers.read_responses.transfers == before + len(addresses)


@bench
async def bench_irq(dut: DlaTop) -> None:
    """irq is a level: it rises with done, and stays until a clear or the next start."""
    tb = TB(dut)
    await tb.start()
    conv, x = random_layer(tb.rng, GEOMETRY)
    image = tb.only_image(conv, x)
    done = 1 << tb.registers.definitions["STATUS_DONE"]
    await tb.prepare(image)
    assert not dut.irq.value
    await tb.adapter.start()
    assert not dut.irq.value
    await tb.adapter.irq()
    for _ in range(3):
        assert await tb.registers.read("REG_STATUS") == done
        await ClockCycles(dut.clk, 20)
        assert dut.irq.value
    await tb.adapter.start()
    assert not dut.irq.value, "a legal start takes the last job's done away"
    await tb.adapter.irq()
    await tb.adapter.clear()
    assert not dut.irq.value
    assert await tb.registers.read("REG_STATUS") == 0
    await ClockCycles(dut.clk, 20)
    assert not dut.irq.value


def test_registers(sim: str) -> None:
    run_benches(sim, __name__)

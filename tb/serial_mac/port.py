"""The host port of tb/hdl/serial_mac: words written and read, one a clock cycle.

Everything is driven and sampled at the falling edge, half a cycle away from where the DUT looks.
"""

from collections.abc import Iterable

import numpy as np
from cocotb.clock import Clock
from cocotb.handle import HierarchyObject, LogicArrayObject, LogicObject
from cocotb.triggers import ClockCycles, FallingEdge, RisingEdge, SimTimeoutError, with_timeout
from cocotb.utils import get_sim_time
from numpy.typing import NDArray

from tb.adapter import DutHang

CLOCK_NS = 10
RESET_CYCLES = 4
SETTLE_CYCLES = 2
"""From a write of CONTROL to the moment at which `attention` shows what came of it."""

REGISTERS, ACTIVATIONS, WEIGHTS, PARAMETERS, OUTPUTS = (page << 16 for page in range(5))


class SerialMac(HierarchyObject):
    """What cocotb hands a bench whose toplevel is serial_mac; never instantiated here."""

    clk: LogicObject
    rst: LogicObject
    addr: LogicArrayObject
    we: LogicObject
    wdata: LogicArrayObject
    rdata: LogicArrayObject
    attention: LogicObject


class HostPort:
    """Writes and reads words; the clock runs in the simulator, not in Python."""

    def __init__(self, dut: SerialMac) -> None:
        """Starts the clock."""
        self._dut = dut
        dut.we.value = 0
        dut.addr.value = 0
        Clock(dut.clk, CLOCK_NS, unit="ns", impl="gpi").start()

    @property
    def cycles(self) -> int:
        """Clock cycles since the simulation began."""
        return int(get_sim_time("ns")) // CLOCK_NS

    async def reset(self) -> None:
        """Hold the reset for some cycles."""
        self._dut.rst.value = 1
        await ClockCycles(self._dut.clk, RESET_CYCLES)
        await FallingEdge(self._dut.clk)
        self._dut.rst.value = 0

    async def write(self, address: int, words: Iterable[int]) -> None:
        """Write words (their low 32 bits) from `address` on."""
        edge = FallingEdge(self._dut.clk)
        self._dut.we.value = 1
        for place, word in enumerate(words, start=address):
            self._dut.addr.value = place
            self._dut.wdata.value = word & 0xFFFFFFFF
            await edge
        self._dut.we.value = 0

    async def write_elements(self, address: int, elements: NDArray[np.int8]) -> None:
        """Write a tensor in C order, four elements to a word, the first one low."""
        data = np.zeros(-(-elements.size // 4) * 4, dtype=np.int8)
        data[: elements.size] = elements.reshape(-1)
        await self.write(address, data.view("<u4").tolist())

    async def read(self, address: int, count: int = 1) -> list[str]:
        """`count` words from `address` on as 32 characters each, 0, 1, X or Z, bit 31 first."""
        edge = FallingEdge(self._dut.clk)
        words = []
        for place in range(address, address + count):
            self._dut.addr.value = place
            await edge
            words.append(str(self._dut.rdata.value))
        return words

    async def attention(self, cycles: int) -> None:
        """Wait until the DUT asks for the host. DutHang when it takes longer than `cycles`."""
        await ClockCycles(self._dut.clk, SETTLE_CYCLES)
        await FallingEdge(self._dut.clk)
        if self._dut.attention.value == 1:
            return
        try:
            await with_timeout(RisingEdge(self._dut.attention), cycles * CLOCK_NS, "ns")
        except SimTimeoutError:
            raise DutHang(f"the DUT did not raise attention within {cycles} cycles") from None
        await FallingEdge(self._dut.clk)

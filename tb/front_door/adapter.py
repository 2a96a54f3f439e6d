"""The front door: `tb.adapter.Adapter` of job images over dla_top's AXI ports, by cocotbext-axi."""

import logging
from collections import deque

import numpy as np
from cocotb.triggers import ClockCycles, RisingEdge
from cocotb.utils import get_sim_time
from cocotbext.axi import AxiStreamBus, AxiStreamFrame, AxiStreamSink, AxiStreamSource

from pymodel.array.config import ArrayConfig
from tb.adapter import NO_EVENTS, Counters, DutError, OutputBeats
from tb.front_door.clocking import CLOCK_NS, within
from tb.front_door.handshake import HandshakeMonitor
from tb.front_door.ports import DlaTop
from tb.front_door.registers import ACCESS_CYCLES, RegisterPort
from tb.image import JobImage, Packet
from tb.registers import event_registers, load_definitions

RESET_CYCLES = 4
STALLED_CYCLES = 64
"""Cycles that a beat, or a step of the array, may take under any profile of stalls."""
SETTLE_CYCLES = 2
"""Cycles after a start's response until irq is the new job's."""
JUNK = 0xA5
"""Fills the input stream's bytes past an element vector, which carry nothing."""


class FrontDoorAdapter:
    """Drives one dla_top. Nothing is queued: a job has run when `run` returns.

    Everything that the DUT drives is watched (`output`, and the responses in `registers`). X or Z
    on an output beat ends the test there, so `read` never returns unknown bytes.

    `source`, `operand` and `sink` are cocotbext-axi's drivers of the three streams.
    """

    def __init__(self, dut: DlaTop, config: ArrayConfig) -> None:
        """Call it before the clock starts; `reset` has to come first."""
        self.config = config
        self._dut = dut
        self._definitions = load_definitions()
        self._results: deque[tuple[OutputBeats, Counters]] = deque()
        self._counters: Counters | None = None
        self._first_transfer = 0
        # The drivers log every transfer; only their warnings are of use.
        logging.getLogger(f"cocotb.{dut._name}").setLevel(logging.WARNING)
        self.output = HandshakeMonitor(
            "m_axis",
            dut,
            dut.m_axis_tvalid,
            dut.m_axis_tready,
            {"tdata": dut.m_axis_tdata, "tkeep": dut.m_axis_tkeep, "tlast": dut.m_axis_tlast},
        )
        self.registers = RegisterPort(dut)
        clock_and_reset = (dut.clk, dut.rst)
        self.source = AxiStreamSource(AxiStreamBus.from_prefix(dut, "s_axis"), *clock_and_reset)
        self.operand = AxiStreamSource(
            AxiStreamBus.from_prefix(dut, "s_axis_operand"), *clock_and_reset
        )
        self.sink = AxiStreamSink(AxiStreamBus.from_prefix(dut, "m_axis"), *clock_and_reset)

    @property
    def cycles(self) -> int:
        """Clock cycles since the simulation began."""
        return int(get_sim_time("ns")) // CLOCK_NS

    async def reset(self, cycles: int = RESET_CYCLES) -> None:
        """Reset the DUT and its drivers, and check that the DUT is the array of `config`."""
        self._dut.rst.value = 1
        await ClockCycles(self._dut.clk, cycles)
        for driver in (self.source, self.operand, self.sink):
            driver.clear()
        self._results.clear()
        self._dut.rst.value = 0
        await RisingEdge(self._dut.clk)
        for name, expected in (("ID", self._definitions["ID_VALUE"]), ("SHAPE", self.shape())):
            value = await self.registers.read(f"REG_{name}")
            if value != expected:
                raise DutError(
                    f"reset: register {name} reads 0x{value:08X}, expected 0x{expected:08X}"
                )

    def shape(self) -> int:
        """What REG_SHAPE reads on the array of `config`."""
        datapath, definitions = self.config.datapath, self._definitions
        return (
            datapath.ic_lanes << definitions["SHAPE_IC_LANES"]
            | datapath.oc_lanes << definitions["SHAPE_OC_LANES"]
            | datapath.storage_bits << definitions["SHAPE_ELEM_W"]
            | definitions[f"FORMAT_{datapath.format.upper()}"] << definitions["SHAPE_FORMAT"]
        )

    async def configure(self, image: JobImage) -> None:
        """Write the job's registers."""
        for address, value in image.writes:
            await self.registers.write_word(address, value)

    async def load(self, image: JobImage) -> None:
        """Send the job's packets, each after its own LOAD_ADDR, and queue its operands."""
        for packet in image.packets:
            await self.send(packet)
        if len(image.operand):
            self.operand.send_nowait(AxiStreamFrame(image.operand.tobytes()))

    async def run(self, image: JobImage) -> None:
        """Start the job, wait for irq, and collect output and counters."""
        await self.start()
        await self.finish(image)

    async def read(self) -> OutputBeats:
        """Output vectors of the oldest job not read yet."""
        if not self._results:
            raise DutError("read: every job that was run has been read")
        beats, self._counters = self._results.popleft()
        return beats

    async def counters(self) -> Counters:
        """Counters of the job that `read` returned last."""
        if self._counters is None:
            raise DutError("counters: no job has been read")
        return self._counters

    async def send(self, packet: Packet) -> None:
        """Send one packet from its buffer address on, and see its last beat accepted."""
        await self.registers.write("REG_LOAD_ADDR", packet.address)
        self.offer(packet)
        await self.accepted(packet)

    async def accepted(self, packet: Packet) -> None:
        """Wait until the DUT has taken the last beat of `packet`, which was offered last."""
        cycles = STALLED_CYCLES * len(packet.beats) + ACCESS_CYCLES
        await within(cycles, "accept its input", self.source.wait())

    def offer(self, packet: Packet) -> None:
        """Queue one packet on the input stream and return at once."""
        beats, size = packet.beats.shape
        data = np.full((beats, self.source.byte_lanes), JUNK, dtype=np.uint8)
        keep = np.zeros_like(data)
        data[:, :size], keep[:, :size] = packet.beats, 1
        self.source.send_nowait(
            AxiStreamFrame(data.tobytes(), tkeep=keep.reshape(-1).tolist(), tdest=packet.tdest)
        )

    async def start(self) -> None:
        """Ask for a start, which the DUT may refuse; the output from here on is the job's."""
        self._first_transfer = self.output.transfers
        await self.registers.write("REG_CONTROL", 1 << self._definitions["CONTROL_START"])
        await ClockCycles(self._dut.clk, SETTLE_CYCLES)

    async def clear(self) -> None:
        """Take done and error away."""
        await self.registers.write("REG_CONTROL", 1 << self._definitions["CONTROL_CLEAR"])

    async def irq(self, cycles: int = ACCESS_CYCLES) -> None:
        """Wait until irq is up. DutHang when it takes longer than `cycles`."""
        if not self._dut.irq.value:
            await within(cycles, "raise irq", RisingEdge(self._dut.irq))

    async def finish(self, image: JobImage) -> None:
        """Wait for irq, take it away, and keep the job's output and counters for `read`.

        Raises DutError naming the code when the DUT reports an error, or when operands are left.
        """
        await self.irq(STALLED_CYCLES * (image.mac_cycles + image.output_beats) + ACCESS_CYCLES)
        status = await self.registers.read("REG_STATUS")
        await self.clear()
        if status >> self._definitions["STATUS_ERROR"] & 1:
            code = status >> self._definitions["STATUS_CODE"] & 0xFF
            raise DutError(f"the DUT reports {self._definitions.name_of('ERR_', code)}")
        if len(image.operand) and not self.operand.idle():
            raise DutError("the DUT has not taken all of the job's operands")
        beats = self._received()
        busy = await self.registers.read("REG_BUSY_CYCLES")
        stalled = await self.registers.read("REG_STALL_CYCLES")
        mac = await self.registers.read("REG_MAC_CYCLES")
        events = await self._events() if self.config.events else NO_EVENTS
        self._results.append((beats, Counters(busy, stalled, mac, events)))

    async def _events(self) -> tuple[int, ...]:
        """The counters of numeric events."""
        words = [await self.registers.read_word(address) for address in event_registers()]
        return tuple(words)

    def _received(self) -> OutputBeats:
        """What the sink took since the start. DutError when a packet lacks its tlast."""
        frames = []
        while not self.sink.empty():
            frames.append(self.sink.recv_nowait(compact=False))
        size = self.sink.byte_lanes
        data = np.frombuffer(b"".join(bytes(f.tdata) for f in frames), dtype=np.uint8)
        keep = np.array([bit for f in frames for bit in f.tkeep], dtype=np.bool_)
        last = np.zeros(data.size // size, dtype=np.bool_)
        last[np.cumsum([len(f.tdata) // size for f in frames], dtype=np.int64) - 1] = True
        taken = self.output.transfers - self._first_transfer
        if len(last) != taken:
            raise DutError(f"{taken} output vectors were taken, {len(last)} of them up to a tlast")
        data, keep = data.reshape(-1, size), keep.reshape(-1, size)
        return OutputBeats(data, keep, np.zeros_like(keep), last)

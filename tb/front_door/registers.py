"""The DUT's registers over AXI4-Lite."""

from cocotbext.axi import AxiLiteBus, AxiLiteMaster, AxiResp

from tb.adapter import DutError
from tb.front_door.clocking import within
from tb.front_door.handshake import HandshakeMonitor
from tb.front_door.ports import DlaTop
from tb.front_door.stalls import Pauses
from tb.registers import load_definitions

ACCESS_CYCLES = 1000
"""Cycles that one access may take, however its channels stall."""
CHANNELS = ("aw", "w", "b", "ar", "r")


class RegisterPort:
    """Reads and writes registers by name or address, with watched responses.

    `aw`, `w`, `b`, `ar` and `r` are cocotbext-axi's drivers of the five channels.
    """

    def __init__(self, dut: DlaTop) -> None:
        """Call it before the clock starts."""
        self.definitions = load_definitions()
        self.master = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axil"), dut.clk, dut.rst)
        self.aw = self.master.write_if.aw_channel
        self.w = self.master.write_if.w_channel
        self.b = self.master.write_if.b_channel
        self.ar = self.master.read_if.ar_channel
        self.r = self.master.read_if.r_channel
        self.write_responses = HandshakeMonitor(
            "s_axil B", dut, dut.s_axil_bvalid, dut.s_axil_bready, {"bresp": dut.s_axil_bresp}
        )
        self.read_responses = HandshakeMonitor(
            "s_axil R",
            dut,
            dut.s_axil_rvalid,
            dut.s_axil_rready,
            {"rresp": dut.s_axil_rresp, "rdata": dut.s_axil_rdata},
        )

    def set_pause_generator(self, channel: str, pauses: Pauses) -> None:
        """Let one of CHANNELS idle (aw, w, ar) or hold back (b, r)."""
        getattr(self, channel).set_pause_generator(pauses)

    async def write(self, name: str, value: int) -> None:
        """Write a register by its name; DutError unless the answer is OKAY."""
        await self.write_word(self.definitions[name], value)

    async def write_word(self, address: int, value: int) -> None:
        """Write a register by its address; DutError unless the answer is OKAY."""
        response = await self.attempt_write(address, value.to_bytes(4, "little"))
        if response != AxiResp.OKAY:
            raise DutError(f"write to register 0x{address:02X}: the DUT answered {response.name}")

    async def read(self, name: str) -> int:
        """A register's value by its name; DutError unless the answer is OKAY."""
        return await self.read_word(self.definitions[name])

    async def read_word(self, address: int) -> int:
        """A register's value by its address; DutError unless the answer is OKAY."""
        response, value = await self.attempt_read(address)
        if response != AxiResp.OKAY:
            raise DutError(f"read of register 0x{address:02X}: the DUT answered {response.name}")
        return value

    async def attempt_write(self, address: int, data: bytes) -> AxiResp:
        """Write 1 to 4 bytes within a word; the DUT's response, whatever it is."""
        what = f"answer a write to 0x{address:02X}"
        answer = await within(ACCESS_CYCLES, what, self.master.write(address, data))
        if answer is None:
            raise DutError(f"the DUT could not {what}: it was reset meanwhile")
        return AxiResp(answer.resp)

    async def attempt_read(self, address: int) -> tuple[AxiResp, int]:
        """Read a word; the DUT's response, whatever it is, and the data beside it."""
        what = f"answer a read of 0x{address:02X}"
        answer = await within(ACCESS_CYCLES, what, self.master.read(address, 4))
        if answer is None:
            raise DutError(f"the DUT could not {what}: it was reset meanwhile")
        return AxiResp(answer.resp), int.from_bytes(answer.data, "little")

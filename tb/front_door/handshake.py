"""Passive watch on a valid/ready channel that the DUT drives: what AXI demands of its source."""

from collections.abc import Mapping

import cocotb
from cocotb.handle import LogicArrayObject, LogicObject
from cocotb.triggers import RisingEdge
from cocotb.types import Logic, LogicArray

from tb.adapter import DutError
from tb.front_door.ports import DlaTop

Payload = Mapping[str, Logic | LogicArray]


class HandshakeRules:
    """AXI's rules for the source of one channel, judged cycle by cycle.

    - valid and ready are 0 or 1, and valid is 0 in the cycle after one in reset;
    - a transfer once offered stays: valid doesn't fall, and no payload bit changes, until ready;
    - no payload bit is X or Z while valid.

    `trace` holds (valid, ready) of every cycle out of reset; `transfers` counts those taken.
    """

    def __init__(self, name: str) -> None:
        """`name` is the channel's, for errors."""
        self.trace: list[tuple[bool, bool]] = []
        self.transfers = 0
        self._name = name
        self._in_reset = False
        self._offered: Payload | None = None

    def cycle(self, reset: bool, valid: Logic, ready: Logic, payload: Payload) -> None:
        """Judge the signals as they stand at one rising edge.

        Raises DutError on a breach.
        """
        after_reset, self._in_reset = self._in_reset, reset
        if after_reset and self._bit("valid", valid):
            raise DutError(f"{self._name}: valid is high after a cycle in reset")
        if reset:
            self._offered = None
        else:
            self._judge(self._bit("valid", valid), self._bit("ready", ready), payload)

    def _judge(self, offer: bool, taken: bool, payload: Payload) -> None:
        what = f"{self._name}: transfer {self.transfers}"
        self.trace.append((offer, taken))
        if self._offered is not None and not offer:
            raise DutError(f"{what} was withdrawn: valid fell before ready")
        if not offer:
            return
        for name, value in payload.items():
            if not value.is_resolvable:
                raise DutError(f"{what} has X or Z bits: {name} is {value}")
            if self._offered is not None and value != self._offered[name]:
                before = self._offered[name]
                raise DutError(f"{what}: {name} changed from {before} to {value} before ready")
        self.transfers += taken
        self._offered = None if taken else payload

    def _bit(self, name: str, value: Logic) -> bool:
        if not value.is_resolvable:
            raise DutError(f"{self._name}: {name} is {value}")
        return bool(value)


class HandshakeMonitor(HandshakeRules):
    """Judges one channel of a running DUT at every rising clock edge, from the first reset on.

    A breach ends the cocotb test, because cocotb fails a test whose background task raises.
    """

    def __init__(
        self,
        name: str,
        dut: DlaTop,
        valid: LogicObject,
        ready: LogicObject,
        payload: Mapping[str, LogicObject | LogicArrayObject],
    ) -> None:
        """`payload` names the signals that a transfer carries."""
        super().__init__(name)
        self._dut = dut
        self._valid, self._ready, self._payload = valid, ready, payload
        cocotb.start_soon(self._watch())

    async def _watch(self) -> None:
        edge = RisingEdge(self._dut.clk)
        await edge
        while not self._dut.rst.value:
            await edge
        while True:
            payload = {name: signal.value for name, signal in self._payload.items()}
            self.cycle(bool(self._dut.rst.value), self._valid.value, self._ready.value, payload)
            await edge

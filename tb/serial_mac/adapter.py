"""Connects tb/hdl/serial_mac: one multiply-accumulate unit behind a port of 32-bit words.

make verify RTL=tb/hdl/serial_mac TOP=serial_mac ADAPTER=tb.serial_mac.adapter
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from pymodel.array.config import ArrayConfig
from pymodel.errors import InputError
from pymodel.presets import preset
from tb.adapter import Counters, DutError, OutputBeats
from tb.job import LayerJob
from tb.serial_mac.port import (
    ACTIVATIONS,
    OUTPUTS,
    PARAMETERS,
    REGISTERS,
    WEIGHTS,
    HostPort,
    SerialMac,
)

CONTROL, STORED, FIRST_NUMBER, BUSY_CYCLES, MAC_CYCLES = (
    REGISTERS + number for number in (0, 1, 2, 22, 23)
)
START, RESUME = 1, 2
STATUS_DONE, STATUS_ERROR = 1 << 2, 1 << 3
ROUNDING = {"double_away": 0, "double_up": 1, "single": 2}
MODE_DEPTHWISE, MODE_LOAD_PSUM, MODE_KEEP_PSUM = 1 << 2, 1 << 3, 1 << 4
OUTPUT_CYCLES = 100
"""Cycles that one output takes beside its taps, with room to spare."""


def config() -> ArrayConfig:
    """One lane each way, and memories of the sizes that serial_mac has by default."""
    datapath = replace(preset("int8"), ic_lanes=1, oc_lanes=1)
    return ArrayConfig(
        datapath, act_depth=16384, weight_depth=16384, param_depth=256, psum_depth=4096
    )


def parameters(config: ArrayConfig) -> Mapping[str, int | str]:
    """Parameters of serial_mac. InputError for more lanes than its one."""
    lanes = (config.datapath.ic_lanes, config.datapath.oc_lanes)
    if lanes != (1, 1):
        raise InputError(f"serial_mac has 1 x 1 lanes, found {lanes[0]} x {lanes[1]}")
    return {
        "ACT_DEPTH": config.act_depth,
        "WEIGHT_DEPTH": config.weight_depth,
        "PARAM_DEPTH": config.param_depth,
        "PSUM_DEPTH": config.psum_depth,
    }


def create(dut: SerialMac, config: ArrayConfig, folder: Path) -> "SerialMacAdapter":  # noqa: ARG001 - of every adapter
    """The adapter of a running simulation."""
    return SerialMacAdapter(HostPort(dut))


class SerialMacAdapter:
    """`tb.adapter.Adapter` over the host port. Nothing is queued: `run` sees the job to its end."""

    def __init__(self, port: HostPort) -> None:
        self._port = port
        self._results: deque[tuple[OutputBeats, Counters]] = deque()
        self._counters: Counters | None = None

    @property
    def cycles(self) -> int:
        """Clock cycles so far."""
        return self._port.cycles

    async def reset(self) -> None:
        """Reset the DUT and forget what was not read."""
        self._results.clear()
        await self._port.reset()

    async def configure(self, job: LayerJob) -> None:
        """Write the numbers of the job, register by register."""
        numbers = job.job
        mode = ROUNDING[numbers.rounding]
        mode |= MODE_DEPTHWISE * numbers.depthwise
        mode |= MODE_LOAD_PSUM * numbers.load_psum | MODE_KEEP_PSUM * numbers.keep_psum
        registers = (
            *(numbers.in_h, numbers.in_w, numbers.in_channels),
            *(numbers.out_h, numbers.out_w, numbers.out_channels),
            *(numbers.kernel_h, numbers.kernel_w, numbers.stride_h, numbers.stride_w),
            *(numbers.dilation_h, numbers.dilation_w, numbers.pad_top, numbers.pad_left),
            *(numbers.x_zero_point, numbers.w_zero_point, numbers.y_zero_point),
            *(numbers.clamp_min, numbers.clamp_max, mode),
        )
        await self._port.write(FIRST_NUMBER, registers)

    async def load(self, job: LayerJob) -> None:
        """Fill the memories."""
        await self._port.write_elements(ACTIVATIONS, job.activations)
        await self._port.write_elements(WEIGHTS, job.weights)
        columns = (job.bias, job.multiplier, job.shift, np.zeros_like(job.bias))
        await self._port.write(PARAMETERS, np.stack(columns, axis=1).reshape(-1).tolist())

    async def run(self, job: LayerJob) -> None:
        """Start the job, and empty the output buffer whenever it is full, until the job is over."""
        outputs = job.job.out_channels * job.job.out_h * job.job.out_w
        limit = 2 * (job.macs + OUTPUT_CYCLES * outputs)
        collected: list[str] = []
        command = START
        while True:
            await self._port.write(CONTROL, [command])
            await self._port.attention(limit)
            status = await self._number(CONTROL)
            if status & STATUS_ERROR:
                raise DutError("the DUT refused the job: its rounding rule is illegal")
            collected += await self._outputs()
            if status & STATUS_DONE:
                break
            command = RESUME
        counters = Counters(
            busy=await self._number(BUSY_CYCLES), stalled=0, mac=await self._number(MAC_CYCLES)
        )
        self._results.append((_as_beats(collected), counters))

    async def read(self) -> OutputBeats:
        """Output vectors of the oldest job not read yet, one element each."""
        if not self._results:
            raise DutError("read: every job that was run has been read")
        beats, self._counters = self._results.popleft()
        return beats

    async def counters(self) -> Counters:
        """Counters of the job that `read` returned last."""
        if self._counters is None:
            raise DutError("counters: no job has been read")
        return self._counters

    async def _number(self, address: int) -> int:
        """A register's value. DutError when a bit of it is X or Z."""
        (word,) = await self._port.read(address)
        if set(word) - {"0", "1"}:
            raise DutError(f"register {address} reads {word}")
        return int(word, 2)

    async def _outputs(self) -> list[str]:
        """The bytes in the output buffer, 8 characters each."""
        count = await self._number(STORED)
        words = await self._port.read(OUTPUTS, -(-count // 4))
        return [word[24 - 8 * place : 32 - 8 * place] for word in words for place in range(4)][
            :count
        ]


def _as_beats(elements: list[str]) -> OutputBeats:
    """One vector of one lane for each element of 8 characters."""
    unknown = np.array([bool(set(element) - {"0", "1"}) for element in elements], dtype=np.bool_)
    codes = [0 if bad else int(bits, 2) for bits, bad in zip(elements, unknown, strict=True)]
    data = np.array(codes, dtype=np.uint8)
    return OutputBeats.whole(data[:, np.newaxis], unknown[:, np.newaxis])

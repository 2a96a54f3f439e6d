"""What every front-door bench starts with: the clock, the adapter, the seed, and the stalls."""

import os

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import Timer
from numpy.typing import NDArray

from pymodel.array.tiler import tile
from pymodel.convolution import Convolution
from pymodel.layer import run
from pymodel.post_processing import Int8Array, PostProcessing, post_process
from tb.array_adapter import ArrayAdapter
from tb.front_door.adapter import FrontDoorAdapter
from tb.front_door.arrays import array_under_test
from tb.front_door.clocking import CLOCK_NS
from tb.front_door.ports import DlaTop
from tb.front_door.registers import CHANNELS
from tb.front_door.stalls import PROFILES, Pauses, stalls
from tb.image import JobImage, Packet, build_image
from tb.layer import LayerRun, OutputTensor, run_jobs, run_layer

BENCH_LIMIT_CYCLES = 200_000
"""Cycles after which any bench has hung, whatever it waits for; the longest takes a tenth."""

bench = cocotb.test(timeout_time=BENCH_LIMIT_CYCLES * CLOCK_NS, timeout_unit="ns")
"""Marks a coroutine as a bench: cocotb's test, with a limit."""


class TB:
    """One dla_top at the front door.

    `rng` draws all of a bench's stimulus; its seed follows from SEED and the bench's name.
    """

    def __init__(self, dut: DlaTop) -> None:
        self.dut = dut
        self.config = array_under_test()
        self.rng = np.random.default_rng(cocotb.RANDOM_SEED)
        self.adapter = FrontDoorAdapter(dut, self.config)
        self.registers = self.adapter.registers
        cocotb.log.info("stimulus: SEED=%s draws it again", os.environ["COCOTB_RANDOM_SEED"])

    async def start(self) -> None:
        """Start the clock with the DUT in reset, and release it."""
        self.dut.rst.value = 1
        await Timer(1, "ns")
        Clock(self.dut.clk, CLOCK_NS, unit="ns").start()
        await self.adapter.reset()

    def set_idle_generator(self, pauses: Pauses) -> None:
        """Let the input stream idle where `pauses` is True."""
        self.adapter.source.set_pause_generator(pauses)

    def set_operand_idle_generator(self, pauses: Pauses) -> None:
        """Let the operand stream idle where `pauses` is True."""
        self.adapter.operand.set_pause_generator(pauses)

    def set_backpressure_generator(self, pauses: Pauses) -> None:
        """Hold the output stream back where `pauses` is True."""
        self.adapter.sink.set_pause_generator(pauses)

    def stalls(self, profile: str) -> Pauses:
        """A new sequence of the named profile, drawn from this bench's seed."""
        return stalls(profile, self.rng.spawn(1)[0])

    def stall_registers(self, profile: str) -> None:
        """Stall all five AXI4-Lite channels, each with a sequence of its own."""
        for channel in CHANNELS:
            self.registers.set_pause_generator(channel, self.stalls(profile))

    async def check_layer(
        self,
        conv: Convolution,
        x: NDArray[np.signedinteger],
        post: PostProcessing | None = None,
        operand: Int8Array | None = None,
    ) -> LayerRun:
        """Run the layer's jobs, with `post` behind it, and compare every output with the model's.

        operand: of post's element-wise op, int8 of the layer's output shape.
        """
        adapter = ArrayAdapter(self.adapter)
        result = await run_layer(adapter, conv, x, self.config, post, operand)
        codes = run(conv, x)
        self.check_output(
            result.output,
            codes if post is None else post_process(codes.astype(np.int8), post, operand),
        )
        return result

    async def check_images(
        self, conv: Convolution, x: NDArray[np.signedinteger], images: list[JobImage]
    ) -> LayerRun:
        """Run images that together make the whole layer, and compare every output."""
        output = OutputTensor(conv.geometry.output_shape, self.config)
        result = await run_jobs(self.adapter, images, output)
        self.check_output(result.output, run(conv, x))
        return result

    def check_output(self, output: OutputTensor, expected: NDArray[np.signedinteger]) -> None:
        """Fail unless every output was produced and equals `expected` (NHWC)."""
        comparison = output.compare(expected)
        assert comparison.outputs == expected.size
        assert comparison.mismatches == 0, comparison.describe()

    def draw_profile(self) -> str:
        """The name of a random profile of stalls."""
        return str(self.rng.choice(list(PROFILES)))

    def only_image(self, conv: Convolution, x: NDArray[np.signedinteger]) -> JobImage:
        """The image of a layer that is one job."""
        (job,) = tile(conv, self.config)
        return build_image(conv, x, job, self.config)

    def packets(self, image: JobImage, buffer: str) -> tuple[Packet, ...]:
        """The image's packets for one buffer, which a DEST_ name of the register map names."""
        tdest = self.registers.definitions[buffer]
        return tuple(packet for packet in image.packets if packet.tdest == tdest)

    async def prepare(self, image: JobImage) -> None:
        """Do all of a job but the start."""
        await self.adapter.configure(image)
        await self.adapter.load(image)

    async def check_read(
        self, conv: Convolution, x: NDArray[np.signedinteger], image: JobImage
    ) -> None:
        """Compare the oldest job not read yet, which made the whole layer, with the model."""
        output = OutputTensor(conv.geometry.output_shape, self.config)
        output.place(await self.adapter.read(), image)
        self.check_output(output, run(conv, x))

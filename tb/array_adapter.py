"""Makes an adapter for any job out of one that takes the array's register writes and packets."""

from dataclasses import replace

import numpy as np

from tb.adapter import Adapter, Counters, DutError, OutputBeats
from tb.image import JobImage, Packet, build_image
from tb.job import LayerJob
from tb.registers import load_definitions


class HeldPackets:
    """What the weight and parameter buffers hold, while one DUT takes images in order."""

    def __init__(self) -> None:
        self._held: dict[int, Packet] = {}
        self._activations = load_definitions()["DEST_ACTIVATIONS"]

    def forget(self) -> None:
        """Nothing counts as held: the DUT was reset, or is another."""
        self._held.clear()

    def missing(self, image: JobImage) -> JobImage:
        """The image without packets that the buffers hold already; it is taken to be sent."""
        packets = []
        for packet in image.packets:
            if packet.tdest != self._activations:
                held = self._held.get(packet.tdest)
                if held is not None and _same(held, packet):
                    continue
                self._held[packet.tdest] = packet
            packets.append(packet)
        return replace(image, packets=tuple(packets))


def _same(a: Packet, b: Packet) -> bool:
    return a.address == b.address and np.array_equal(a.beats, b.beats)


class ArrayAdapter:
    """`tb.adapter.Adapter` of LayerJob over one of JobImage: the bulk path's, or the front door's.

    Weights and parameters that the DUT holds from an earlier job are not sent again.
    """

    def __init__(self, images: Adapter[JobImage]) -> None:
        self._images = images
        self._held = HeldPackets()
        self._image: JobImage | None = None

    @property
    def cycles(self) -> int:
        """Clock cycles so far, loading included."""
        return self._images.cycles

    async def reset(self) -> None:
        """Reset the DUT, and send everything anew from here on."""
        self._held.forget()
        await self._images.reset()

    async def configure(self, job: LayerJob) -> None:
        """Build the image of `job`, and set its registers."""
        image = build_image(job.conv, job.x, job.job, job.config, job.whole_operand)
        self._image = self._held.missing(image)
        await self._images.configure(self._image)

    async def load(self, job: LayerJob) -> None:
        """Send the packets of `job`, which was configured last."""
        await self._images.load(self._configured(job))

    async def run(self, job: LayerJob) -> None:
        """Run `job`, which was configured last."""
        await self._images.run(self._configured(job))

    async def read(self) -> OutputBeats:
        """Output vectors of the oldest job not read yet."""
        return await self._images.read()

    async def counters(self) -> Counters:
        """Counters of the job that `read` returned last."""
        return await self._images.counters()

    def _configured(self, job: LayerJob) -> JobImage:
        if self._image is None or self._image.job is not job.job:
            raise DutError("load and run take the job that was configured last")
        return self._image

"""The array's adapter for neutral jobs: which packets it leaves out, and in what order it works."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from golden.cases.case import VECTORS
from golden.cases.load import load_case
from pymodel.array.config import ArrayConfig
from pymodel.presets import preset
from tb.adapter import Counters, DutError, OutputBeats
from tb.array_adapter import ArrayAdapter, HeldPackets
from tb.image import JobImage, build_image
from tb.job import LayerJob, layer_jobs

CASE = load_case(VECTORS / "corner" / "conv3x3_same")
CONFIG = ArrayConfig(replace(preset("int8"), ic_lanes=4, oc_lanes=4))
(JOB,) = layer_jobs(CASE.convolution, CASE.x, CONFIG)
IMAGE = build_image(CASE.convolution, CASE.x, JOB.job, CONFIG)


def test_only_what_the_buffers_hold_is_left_out() -> None:
    changed = replace(IMAGE.packets[1], beats=IMAGE.packets[1].beats ^ np.uint8(1))
    other = replace(IMAGE, packets=(IMAGE.packets[0], changed, IMAGE.packets[2]))
    held = HeldPackets()
    kept = [
        [packet.tdest for packet in held.missing(image).packets]
        for image in (IMAGE, IMAGE, other, other, IMAGE)
    ]
    assert kept == [[0, 1, 2], [0], [0, 1], [0], [0, 1]]
    moved = replace(IMAGE, packets=(replace(IMAGE.packets[2], address=1),))
    assert len(held.missing(moved).packets) == 1


class Recorder:
    """An adapter of images that notes what it is asked for, and has nothing to give."""

    cycles = 77

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []

    async def reset(self) -> None:
        self.calls.append(("reset", 0))

    async def configure(self, job: JobImage) -> None:
        self.calls.append(("configure", len(job.packets)))

    async def load(self, job: JobImage) -> None:
        self.calls.append(("load", len(job.packets)))

    async def run(self, job: JobImage) -> None:
        self.calls.append(("run", len(job.packets)))

    async def read(self) -> OutputBeats:
        raise DutError("nothing to read")

    async def counters(self) -> Counters:
        return Counters(1, 2, 3)


async def _job(adapter: ArrayAdapter, job: LayerJob) -> None:
    await adapter.configure(job)
    await adapter.load(job)
    await adapter.run(job)


def test_a_reset_sends_everything_anew() -> None:
    recorder = Recorder()
    adapter = ArrayAdapter(recorder)

    async def use() -> None:
        await _job(adapter, JOB)
        await _job(adapter, JOB)
        await adapter.reset()
        await _job(adapter, JOB)
        assert (adapter.cycles, await adapter.counters()) == (77, Counters(1, 2, 3))
        with pytest.raises(DutError, match="nothing to read"):
            await adapter.read()

    asyncio.run(use())
    steps = ("configure", "load", "run")
    expected = [(step, packets) for packets in (3, 1, 3) for step in steps]
    assert [call for call in recorder.calls if call[0] != "reset"] == expected
    assert recorder.calls[6] == ("reset", 0)


def test_load_and_run_take_the_configured_job() -> None:
    adapter = ArrayAdapter(Recorder())
    for step in (adapter.load, adapter.run):
        with pytest.raises(DutError, match="configured last"):
            asyncio.run(step(JOB))

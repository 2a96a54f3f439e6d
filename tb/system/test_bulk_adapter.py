"""The bulk adapter: batches, counters, and what it makes of a DUT that refuses or a wrong use."""

from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path

import cocotb
import numpy as np
import pytest

from golden.cases.case import VECTORS
from golden.cases.load import load_case
from pymodel.array.config import ArrayConfig
from pymodel.array.tiler import tile
from pymodel.errors import InputError
from pymodel.presets import preset
from tb.adapter import DutError
from tb.bulk.adapter import BulkAdapter
from tb.bulk.harness import DEFAULT_DEPTHS, Depths, Handle
from tb.bulk.host import Simulation, run_bench
from tb.bulk.plan import Settings
from tb.image import JobImage, build_image, register_writes
from tb.layer import OutputTensor, run_jobs

CASE = load_case(VECTORS / "corner" / "conv3x3_same")
LARGE = ArrayConfig(replace(preset("int8"), ic_lanes=4, oc_lanes=4))
SMALL = replace(LARGE, act_depth=49, weight_depth=25, param_depth=1, psum_depth=6)
"""The tiler's view of the same array: many jobs. The RTL has LARGE's buffers."""
LIMIT_S = 300.0


async def _adapter(dut: Handle, depths: Depths = DEFAULT_DEPTHS) -> BulkAdapter:
    dut.go.value = 0
    adapter = BulkAdapter(dut, LARGE, Path.cwd(), depths)
    await adapter.reset()
    return adapter


def _images(config: ArrayConfig = LARGE) -> list[JobImage]:
    jobs = tile(CASE.convolution, config)
    return [build_image(CASE.convolution, CASE.x, job, config) for job in jobs]


async def _check(adapter: BulkAdapter, images: list[JobImage]) -> None:
    """The images' outputs are the case's, and the counters are those of a DUT that never waits."""
    output = OutputTensor(CASE.convolution.geometry.output_shape, LARGE)
    run = await run_jobs(adapter, images, output)
    assert run.output.compare(CASE.expected).mismatches == 0
    steps = sum(image.mac_cycles for image in images)
    assert (run.jobs, run.counters.mac, run.counters.stalled) == (len(images), steps, 0)
    assert steps < run.counters.busy < steps + 8 * len(images)


async def _refused(step: Awaitable[object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        await step


async def _queue(adapter: BulkAdapter, image: JobImage) -> None:
    await adapter.configure(image)
    await adapter.load(image)
    await adapter.run(image)


@cocotb.test()
async def bench_batches(dut: Handle) -> None:
    """As many jobs as fit are one batch; where a memory is too small for all, there are more."""
    images = _images(SMALL)
    adapter = await _adapter(dut)
    await _check(adapter, images)
    assert adapter.batches == 2  # the reset's and the jobs'
    beats = max(sum(len(packet.beats) for packet in image.packets) for image in images)
    for depths in (
        replace(DEFAULT_DEPTHS, program=64),
        replace(DEFAULT_DEPTHS, tape=beats),
        replace(DEFAULT_DEPTHS, capture=1 + max(image.output_beats for image in images)),
        replace(DEFAULT_DEPTHS, log=12),
    ):
        adapter = await _adapter(dut, depths)
        await _check(adapter, images)
        assert adapter.batches > len(images) // 4


@cocotb.test()
async def bench_job_larger_than_the_harness(dut: Handle) -> None:
    adapter = await _adapter(dut, replace(DEFAULT_DEPTHS, tape=10))
    (image,) = _images()
    await _refused(_queue(adapter, image), InputError, "job 0: .* do not fit the bulk harness")


@cocotb.test()
async def bench_refused_job(dut: Handle) -> None:
    """The DUT's error is named, and the jobs beside it in the batch are read all the same."""
    adapter = await _adapter(dut)
    (image,) = _images()
    writes = register_writes(replace(image.job, kernel_h=0))
    for each in (image, replace(image, writes=writes, output_beats=0), image):
        await _queue(adapter, each)
    first = await adapter.read()
    await _refused(adapter.read(), DutError, r"job 1: the DUT reports ERR_ZERO_SIZE")
    last = await adapter.read()
    assert len(first) == image.output_beats and np.array_equal(first.data, last.data)


@cocotb.test()
async def bench_unmapped_register(dut: Handle) -> None:
    adapter = await _adapter(dut)
    (image,) = _images()
    await _queue(adapter, replace(image, writes=((0xFC, 1), *image.writes)))
    message = (
        "job 0: the DUT answered with an error when asked to write 0x00000001 to register 0xFC"
    )
    await _refused(adapter.read(), DutError, message)
    await adapter.reset()
    await _check(adapter, [image])


@cocotb.test()
async def bench_operands_that_no_job_takes(dut: Handle) -> None:
    """Operands left over are an error of the batch, and nothing of the next one."""
    adapter = await _adapter(dut)
    (image,) = _images()
    await _queue(adapter, replace(image, operand=np.ones((2, 4), dtype=np.uint8)))
    await _refused(adapter.read(), DutError, "job 0: the DUT left operands untaken")
    await adapter.reset()
    await _check(adapter, [image])
    too_many = replace(image, operand=np.zeros((65537, 4), dtype=np.uint8))
    await _refused(_queue(adapter, too_many), InputError, "65537 operands .* do not fit")


@cocotb.test()
async def bench_another_array(dut: Handle) -> None:
    """An array of another shape than the configuration's is not run at all."""
    dut.go.value = 0
    other = replace(LARGE, datapath=replace(LARGE.datapath, ic_lanes=8))
    adapter = BulkAdapter(dut, other, Path.cwd())
    message = "register SHAPE reads 0x00080404, expected 0x00080408"
    await _refused(adapter.reset(), DutError, message)


@cocotb.test()
async def bench_wrong_use(dut: Handle) -> None:
    adapter = await _adapter(dut)
    await _refused(adapter.read(), DutError, "every job that was run has been read")
    await _refused(adapter.counters(), DutError, "no job has been read")
    (image,) = _images()
    await _queue(adapter, image)
    await adapter.reset()
    await _refused(adapter.read(), DutError, "every job that was run has been read")
    await _check(adapter, [image])


@pytest.mark.parametrize(
    "bench",
    ["bench_batches", "bench_job_larger_than_the_harness", "bench_refused_job",
     "bench_unmapped_register", "bench_another_array", "bench_wrong_use"],
)  # fmt: skip
def test_adapter(sim: str, bench: str, tmp_path: Path) -> None:
    simulation = Simulation(sim, Settings(LARGE), module=__name__, testcase=bench)
    run_bench(simulation, tmp_path, LIMIT_S)

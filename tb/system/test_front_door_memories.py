"""What stays in the array's memories: rings, psums, buffers filled to the brim, loads in pieces."""

from dataclasses import replace

import cocotb
import numpy as np

from pymodel.array.tiler import tile
from pymodel.convolution import Convolution
from pymodel.geometry import ConvGeometry
from pymodel.requantise import Requantise
from tb.front_door.arrays import run_benches
from tb.front_door.layers import random_layer, scaled_by
from tb.front_door.ports import DlaTop
from tb.front_door.testbench import TB, bench
from tb.image import Packet, build_image

GEOMETRY = ConvGeometry(1, 5, 4, 6, 6, 2, 3, pad_left=1, pad_bottom=1)


@bench
async def bench_ring_buffer(dut: DlaTop) -> None:
    """The same image gives the same output wherever in the ring it starts, whatever the ring."""
    tb = TB(dut)
    await tb.start()
    conv, x = random_layer(tb.rng, GEOMETRY)
    (job,) = tile(conv, tb.config)
    words = len(tb.only_image(conv, x).packets[0].beats)
    tight, whole = words, tb.config.act_depth
    places = [
        (0, tight),
        (1, tight),
        (tight - 1, tight),
        (whole - 1, whole),
        (whole - words, whole),
    ]
    places += [(int(tb.rng.integers(words + 9)), words + 9) for _ in range(3)]
    for act_base, act_wrap in places:
        rotated = replace(job, act_base=act_base, act_wrap=act_wrap)
        await tb.check_images(conv, x, [build_image(conv, x, rotated, tb.config)])


@bench
async def bench_psum_by_hand(dut: DlaTop) -> None:
    """Channels 1 to 4 in one job, 5 to 8 in the next: (10 + 26 + 4) / 4 = 10. Four lanes, no
    output from the first job."""
    tb = TB(dut)
    await tb.start()
    conv = scaled_by(
        0.25,
        ConvGeometry(1, 1, 1, 8, 1, 1, 1),
        weights=np.ones((1, 1, 1, 8), dtype=np.int8),
        bias=np.array([4], dtype=np.int32),
    )
    x = np.arange(1, 9, dtype=np.int8).reshape(1, 1, 1, 8)
    keep, load = (
        build_image(conv, x, job, tb.config)
        for job in tile(conv, replace(tb.config, weight_depth=1))
    )
    assert (keep.job.keep_psum, keep.job.load_psum) == (True, False)
    assert (load.job.keep_psum, load.job.load_psum) == (False, True)
    await tb.prepare(keep)
    await tb.adapter.run(keep)
    assert len(await tb.adapter.read()) == 0
    assert tb.adapter.output.transfers == 0
    await tb.prepare(load)
    await tb.adapter.run(load)
    beats = await tb.adapter.read()
    assert beats.data.tolist() == [[10, *beats.data[0, 1:]]]
    assert beats.keep.tolist() == [[True, False, False, False]]


@bench
@cocotb.parametrize(
    geometry=[
        cocotb.Param(ConvGeometry(1, 4, 3, 14, 7, 2, 2, pad_top=1, pad_right=1), name="2x2"),
        cocotb.Param(ConvGeometry(1, 2, 7, 14, 7, 1, 1), name="1x1"),
    ],
    profile=["none", "half", "long"],
)
async def bench_psum_chain(dut: DlaTop, geometry: ConvGeometry, profile: str) -> None:
    """Several jobs hand psums of two blocks on: keep, load and keep, load. With one tap, psums
    are fetched and stored in every cycle."""
    tb = TB(dut)
    if profile != "none":
        tb.set_idle_generator(tb.stalls(profile))
        tb.set_backpressure_generator(tb.stalls(profile))
    await tb.start()
    conv, x = random_layer(tb.rng, geometry)
    jobs = tile(conv, replace(tb.config, weight_depth=2 * geometry.taps))
    assert any(job.load_psum and job.keep_psum for job in jobs)
    await tb.check_images(conv, x, [build_image(conv, x, job, tb.config) for job in jobs])


@bench
async def bench_full_buffers(dut: DlaTop) -> None:
    """Layers that fill one buffer each to its last word, and the psum memory's."""
    tb = TB(dut)
    await tb.start()
    lanes, config = tb.config.datapath.ic_lanes, tb.config
    activations = ConvGeometry(1, 8, config.act_depth // 8, lanes, 1, 1, 1, stride_h=4, stride_w=3)
    weights = ConvGeometry(1, 6, config.weight_depth // 6, lanes, 1, 6, config.weight_depth // 6)
    parameters = ConvGeometry(1, 1, 2, 1, lanes * config.param_depth, 1, 1)
    for geometry in (activations, weights, parameters):
        conv, x = random_layer(tb.rng, geometry)
        await tb.check_images(conv, x, [tb.only_image(conv, x)])
    psums = ConvGeometry(1, 4, config.psum_depth // 4, 2 * lanes, 1, 1, 1)
    conv, x = random_layer(tb.rng, psums)
    jobs = tile(conv, replace(config, weight_depth=1))
    assert [job.out_h * job.out_w for job in jobs] == [config.psum_depth] * 2
    await tb.check_images(conv, x, [build_image(conv, x, job, config) for job in jobs])


@bench
async def bench_run_again(dut: DlaTop) -> None:
    """Buffers hold: the same job runs twice from one load, then others that share its data."""
    tb = TB(dut)
    await tb.start()
    conv, x = random_layer(tb.rng, GEOMETRY)
    image = tb.only_image(conv, x)
    await tb.check_images(conv, x, [image, replace(image, packets=())])
    for rule, zero_point in (("double_up", -9), ("single", 77)):
        other = with_output(conv, rule, zero_point)
        await tb.check_images(other, x, [replace(tb.only_image(other, x), packets=())])
    following = tb.rng.integers(-128, 128, x.shape, dtype=x.dtype)
    fresh = tb.only_image(conv, following)
    activations = tb.packets(fresh, "DEST_ACTIVATIONS")
    await tb.check_images(conv, following, [replace(fresh, packets=activations)])


@bench
async def bench_load_in_pieces(dut: DlaTop) -> None:
    """A load cut into packets at any word, sent in any order, is the same load."""
    tb = TB(dut)
    tb.set_idle_generator(tb.stalls("half"))
    await tb.start()
    conv, x = random_layer(tb.rng, GEOMETRY)
    image = tb.only_image(conv, x)
    lanes = tb.config.datapath.oc_lanes
    beats_a_word = {"DEST_ACTIVATIONS": 1, "DEST_WEIGHTS": lanes, "DEST_PARAMETERS": 3 * lanes}
    pieces = [
        piece
        for buffer, beats in beats_a_word.items()
        for packet in tb.packets(image, buffer)
        for piece in cut(packet, beats, tb.rng)
    ]
    assert len(pieces) > 2 * len(image.packets)
    order = tb.rng.permutation(len(pieces))
    shuffled = replace(image, packets=tuple(pieces[i] for i in order))
    await tb.check_images(conv, x, [shuffled])


@bench
async def bench_program_while_running(dut: DlaTop) -> None:
    """A running job doesn't see its registers change: the host may already program the next."""
    tb = TB(dut)
    await tb.start()
    conv, x = random_layer(tb.rng, GEOMETRY)
    other, other_x = random_layer(tb.rng, ConvGeometry(1, 3, 3, 3, 3, 2, 2), rule="single")
    image, next_image = tb.only_image(conv, x), tb.only_image(other, other_x)
    await tb.prepare(image)
    tb.adapter.sink.pause = True
    await tb.adapter.start()
    await tb.adapter.configure(next_image)
    assert not dut.irq.value
    tb.adapter.sink.pause = False
    await tb.adapter.finish(image)
    await tb.check_read(conv, x, image)
    await tb.adapter.load(next_image)
    await tb.adapter.run(next_image)
    await tb.check_read(other, other_x, next_image)


def with_output(conv: Convolution, rule: str, zero_point: int) -> Convolution:
    """The same layer with another rounding rule and output zero point."""
    requantise: Requantise = replace(conv.requantise, rule=rule, zero_point=zero_point)
    return replace(conv, requantise=requantise)


def cut(packet: Packet, beats_a_word: int, rng: np.random.Generator) -> list[Packet]:
    """The packet as several, each of 1 to 3 whole buffer words."""
    pieces, start, words = [], 0, len(packet.beats) // beats_a_word
    while start < words:
        stop = min(start + int(rng.integers(1, 4)), words)
        beats = packet.beats[start * beats_a_word : stop * beats_a_word]
        pieces.append(Packet(packet.tdest, packet.address + start, beats))
        start = stop
    return pieces


def test_memories(sim: str) -> None:
    run_benches(sim, __name__)

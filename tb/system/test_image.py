"""Job images: what a job's registers and packets hold."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from golden.cases.case import VECTORS
from golden.cases.load import load_case
from pymodel.array.config import ArrayConfig
from pymodel.array.layout import pack_activations
from pymodel.array.tiler import tile
from pymodel.errors import InputError
from pymodel.post_processing import Elementwise, PostProcessing, Scaling
from pymodel.presets import preset
from tb.image import build_image, element_bytes, register_writes
from tb.registers import load_definitions

CASE = load_case(VECTORS / "corner" / "conv3x3_same")
CONFIG = ArrayConfig(replace(preset("int8"), ic_lanes=4, oc_lanes=4))
DEFINITIONS = load_definitions()
(JOB,) = tile(CASE.convolution, CONFIG)
TABLE = np.arange(127, -129, -1).astype(np.int8)
SUBTRACT = Elementwise(
    op="subtract",
    a=Scaling(zero_point=-128, multiplier=0x40000000, shift=-1),
    b=Scaling(zero_point=-1, multiplier=0x7FFFFFFF, shift=-3),
    y=Scaling(zero_point=127, multiplier=0x50000000, shift=2),
    clamp_min=-5,
    clamp_max=100,
)


def test_every_job_register_is_written_once() -> None:
    addresses = [address for address, _ in register_writes(JOB)]
    last = DEFINITIONS["REG_POST_CLAMP"]
    assert sorted(addresses) == list(range(DEFINITIONS["REG_IN_SIZE"], last + 4, 4))


@pytest.mark.parametrize(
    ("fields", "register", "value"),
    [
        ({"in_h": 0x102, "in_w": 3}, "REG_IN_SIZE", 0x01020003),
        ({"pad_top": 2, "pad_left": 1}, "REG_PAD", 0x00020001),
        ({"in_channels": 7, "out_channels": 9}, "REG_CHANNELS", 0x00070009),
        ({"x_zero_point": -128}, "REG_X_ZERO_POINT", 0xFFFFFF80),
        ({"rounding": "single", "load_psum": True, "keep_psum": False}, "REG_MODE", 0x102),
        ({"rounding": "double_up", "load_psum": False, "keep_psum": True}, "REG_MODE", 0x201),
        ({"act_start": 0x10203}, "REG_ACT_START", 0x10203),
        ({"weight_base": 0x102, "param_base": 3}, "REG_BUFFER_BASE", 0x00030102),
        ({"post": None}, "REG_POST_MODE", 0),
        ({"post": PostProcessing(table=TABLE)}, "REG_POST_MODE", 4),
        ({"post": PostProcessing(elementwise=SUBTRACT)}, "REG_POST_MODE", 2),
        ({"post": PostProcessing(table=TABLE, elementwise=SUBTRACT)}, "REG_POST_MODE", 6),
        ({"post": PostProcessing(elementwise=SUBTRACT)}, "REG_POST_A_MULTIPLIER", 0x40000000),
        ({"post": PostProcessing(elementwise=SUBTRACT)}, "REG_POST_B_MULTIPLIER", 0x7FFFFFFF),
        ({"post": PostProcessing(elementwise=SUBTRACT)}, "REG_POST_Y_MULTIPLIER", 0x50000000),
        ({"post": PostProcessing(elementwise=SUBTRACT)}, "REG_POST_SHIFTS", 0x02FDFF),
        ({"post": PostProcessing(elementwise=SUBTRACT)}, "REG_POST_ZERO_POINTS", 0x7FFF80),
        ({"post": PostProcessing(elementwise=SUBTRACT)}, "REG_POST_CLAMP", 0x64FB),
    ],
)
def test_register_fields(fields: dict[str, Any], register: str, value: int) -> None:
    writes = dict(register_writes(replace(JOB, **fields)))
    assert writes[DEFINITIONS[register]] == value


def test_field_that_is_too_large() -> None:
    with pytest.raises(InputError, match="65536 does not fit 16 bits"):
        register_writes(replace(JOB, in_w=65536))


def test_packets_in_order_with_lane_0_low() -> None:
    image = build_image(CASE.convolution, CASE.x, JOB, CONFIG)
    names = ("DEST_ACTIVATIONS", "DEST_WEIGHTS", "DEST_PARAMETERS")
    assert [packet.tdest for packet in image.packets] == [DEFINITIONS[name] for name in names]
    activations, weights, parameters = (packet.beats for packet in image.packets)
    words = pack_activations(CASE.x, CASE.convolution, JOB, CONFIG)
    assert np.array_equal(activations.view(np.int8), words)
    conv = CASE.convolution
    assert np.array_equal(weights[0, :3].view(np.int8), conv.weights[0, 0, 0, :3])
    first = parameters[:3].view("<i4").reshape(-1)
    numbers = (conv.bias, conv.requantise.multiplier, conv.requantise.shift)
    assert first.tolist() == [int(each[0]) for each in numbers]
    assert image.output_beats == -(-JOB.out_channels // 4) * JOB.out_h * JOB.out_w


def test_activations_wrap_around_the_ring() -> None:
    whole = build_image(CASE.convolution, CASE.x, JOB, CONFIG).packets[0].beats
    job = replace(JOB, act_base=CONFIG.act_depth - 10)
    first, second, *_ = build_image(CASE.convolution, CASE.x, job, CONFIG).packets
    assert (first.address, len(first.beats), second.address) == (CONFIG.act_depth - 10, 10, 0)
    assert first.tdest == second.tdest == DEFINITIONS["DEST_ACTIVATIONS"]
    assert np.array_equal(np.concatenate([first.beats, second.beats]), whole)


@pytest.mark.parametrize("bits", [8, 16, 32])
def test_element_bytes_are_two_s_complement(bits: int) -> None:
    codes = np.array([[1, -1], [-(1 << (bits - 1)), (1 << (bits - 1)) - 1]], dtype=np.int64)
    data = element_bytes(codes, bits)
    assert data.shape == (2, 2 * bits // 8)
    assert data.view(f"<i{bits // 8}").tolist() == codes.tolist()


def test_table_is_four_entries_a_beat_from_code_minus_128_on() -> None:
    job = replace(JOB, post=PostProcessing(table=TABLE))
    packet = build_image(CASE.convolution, CASE.x, job, CONFIG).packets[-1]
    assert (packet.tdest, packet.address) == (DEFINITIONS["DEST_TABLE"], 0)
    assert packet.beats.shape == (64, 4)
    assert packet.beats[0].view(np.int8).tolist() == [127, 126, 125, 124]


def test_operand_follows_the_order_of_the_output_vectors() -> None:
    conv = CASE.convolution
    _, height, width, channels = shape = conv.geometry.output_shape
    operand = np.arange(np.prod(shape)).astype(np.int8).reshape(shape)
    job = replace(JOB, post=PostProcessing(elementwise=SUBTRACT))
    beats = build_image(conv, CASE.x, job, CONFIG, operand).operand.view(np.int8)
    vector = 0
    for block in range(0, channels, 4):
        for row, col in np.ndindex(height, width):
            lanes = [int(code) for code in operand[0, row, col, block : block + 4]]
            assert beats[vector].tolist() == lanes + [0] * (4 - len(lanes))
            vector += 1
    assert vector == len(beats)


def test_operand_is_there_exactly_where_the_job_needs_it() -> None:
    conv, operand = CASE.convolution, np.zeros(CASE.convolution.geometry.output_shape, np.int8)
    with pytest.raises(InputError, match="needs an operand, found none"):
        build_image(conv, CASE.x, replace(JOB, post=PostProcessing(elementwise=SUBTRACT)), CONFIG)
    assert len(build_image(conv, CASE.x, JOB, CONFIG, operand).operand) == 0

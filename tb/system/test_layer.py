"""The layer runner's judgement of a DUT's output stream, on streams made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from golden.cases.case import VECTORS
from golden.cases.load import load_case
from pymodel.array.config import ArrayConfig
from pymodel.array.tiler import tile
from pymodel.presets import preset
from tb.adapter import OutputBeats
from tb.image import build_image
from tb.layer import OutputTensor, expected_keep
from tb.scoreboard import ScoreboardError

CASE = load_case(VECTORS / "corner" / "conv3x3_same")
CONFIG = ArrayConfig(replace(preset("int8"), ic_lanes=4, oc_lanes=4))
(JOB,) = tile(CASE.convolution, CONFIG)
IMAGE = build_image(CASE.convolution, CASE.x, JOB, CONFIG)
SHAPE = CASE.convolution.geometry.output_shape


def _beats() -> OutputBeats:
    """The golden output as a sound DUT sends it: blocks of 4 channels, rows, columns."""
    blocks = -(-JOB.out_channels // 4)
    padded = np.zeros((JOB.out_h, JOB.out_w, 4 * blocks), dtype=np.int8)
    padded[..., : JOB.out_channels] = CASE.expected[0]
    vectors = padded.reshape(JOB.out_h, JOB.out_w, blocks, 4).transpose(2, 0, 1, 3).reshape(-1, 4)
    data = np.ascontiguousarray(vectors).view(np.uint8)
    last = np.zeros(len(data), dtype=np.bool_)
    last[-1] = True
    keep = expected_keep(JOB, CONFIG)
    return OutputBeats(data, keep, np.zeros_like(keep), last)


def _placed(beats: OutputBeats) -> OutputTensor:
    output = OutputTensor(SHAPE, CONFIG)
    output.place(beats, IMAGE)
    return output


def test_the_case_has_a_block_that_is_not_full() -> None:
    assert JOB.out_channels % 4 > 0 and not expected_keep(JOB, CONFIG).all()


def test_sound_stream() -> None:
    comparison = _placed(_beats()).compare(CASE.expected)
    assert (comparison.outputs, comparison.mismatches) == (CASE.expected.size, 0)


def test_lanes_without_a_channel_do_not_matter() -> None:
    beats = _beats()
    data = np.where(beats.keep, beats.data, np.uint8(0xA5))
    unknown = ~beats.keep
    comparison = _placed(replace(beats, data=data, unknown=unknown)).compare(CASE.expected)
    assert comparison.mismatches == 0


def test_unknown_byte() -> None:
    beats = _beats()
    unknown = beats.unknown.copy()
    unknown[0, 1] = True
    comparison = _placed(replace(beats, unknown=unknown)).compare(CASE.expected)
    assert (comparison.mismatches, comparison.unknown) == (1, 1)
    assert comparison.first is not None and comparison.first.index == (0, 0, 0, 1)


@pytest.mark.parametrize("change", [-1, 1])
def test_number_of_vectors(change: int) -> None:
    beats = _beats()
    longer = OutputBeats(*(np.concatenate([field, field[:1]]) for field in
                           (beats.data, beats.keep, beats.unknown, beats.last)))  # fmt: skip
    wrong = longer if change > 0 else beats.part(0, len(beats) - 1)
    with pytest.raises(ScoreboardError, match=f"sent {len(beats) + change} output vectors"):
        _placed(wrong)


@pytest.mark.parametrize("vector", [0, -1])
def test_tkeep(vector: int) -> None:
    beats = _beats()
    keep = beats.keep.copy()
    keep[vector, 0] = False
    place = vector % len(beats)
    with pytest.raises(ScoreboardError, match=f"tkeep of output vector {place} is wrong"):
        _placed(replace(beats, keep=keep))


@pytest.mark.parametrize("last", [(), (0, -1), (-2,)])
def test_tlast(last: tuple[int, ...]) -> None:
    beats = _beats()
    flags = np.zeros_like(beats.last)
    flags[list(last)] = True
    with pytest.raises(ScoreboardError, match="tlast is not on the job's last output vector"):
        _placed(replace(beats, last=flags))


def test_output_that_no_job_sent() -> None:
    output = OutputTensor((2, *SHAPE[1:]), CONFIG)
    output.place(_beats(), IMAGE)
    expected = np.concatenate([CASE.expected, CASE.expected])
    size = CASE.expected.size
    with pytest.raises(ScoreboardError, match=f"{size} of {2 * size} outputs were never produced"):
        output.compare(expected)


def test_wide_elements() -> None:
    """16-bit elements: two bytes a lane, low byte first; one unknown byte spoils its lane."""
    data = np.array([[0xFE, 0xFF, 0x34, 0x12]], dtype=np.uint8)
    unknown = np.array([[False, False, False, True]])
    beats = OutputBeats(data, ~unknown, unknown, np.array([True]))
    assert beats.elements(16).tolist() == [[-2, 0x1234]]
    assert beats.lanes(unknown, 16).tolist() == [[False, True]]

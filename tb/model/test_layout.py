"""Buffer contents and output order, worked by hand for lanes that the channels do not fill."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pymodel.array.config import ArrayConfig
from pymodel.array.job import Job
from pymodel.array.layout import (
    job_weights,
    pack_activations,
    pack_parameters,
    pack_weights,
    place_output,
)
from pymodel.array.tiler import tile
from pymodel.convolution import Convolution
from pymodel.datapath import Datapath
from pymodel.geometry import ConvGeometry
from tb.model.layers import plain_layer

CONFIG = ArrayConfig(datapath=Datapath("2x2", ic_lanes=2, oc_lanes=2))


def layer() -> tuple[Convolution, Job]:
    """Three channels in, three out, a 1x2 kernel on a row of 3: one job."""
    geometry = ConvGeometry(
        batch=1, in_h=1, in_w=3, in_channels=3, out_channels=3, kernel_h=1, kernel_w=2
    )
    codes: NDArray[np.int8] = np.arange(1, 19).astype(np.int8)
    conv = plain_layer(geometry, codes.reshape(geometry.weights_shape))
    jobs = tile(conv, CONFIG)
    assert len(jobs) == 1
    return conv, jobs[0]


def test_activations_are_pixels_of_groups() -> None:
    conv, job = layer()
    x = np.arange(10, 19).astype(np.int8).reshape(1, 1, 3, 3)
    words = pack_activations(x, conv, job, CONFIG)
    assert words.dtype == np.int8
    assert words.tolist() == [[10, 11], [12, 0], [13, 14], [15, 0], [16, 17], [18, 0]]


def test_weights_are_blocks_of_groups_of_taps() -> None:
    conv, job = layer()
    words = pack_weights(conv, job, CONFIG)
    assert words.dtype == np.int8
    # weights of output channel o: tap 0 is 6o+1, 6o+2, 6o+3, tap 1 is 6o+4, 6o+5, 6o+6
    assert words.tolist() == [
        [[1, 2], [7, 8]],
        [[4, 5], [10, 11]],
        [[3, 0], [9, 0]],
        [[6, 0], [12, 0]],
        [[13, 14], [0, 0]],
        [[16, 17], [0, 0]],
        [[15, 0], [0, 0]],
        [[18, 0], [0, 0]],
    ]


def test_parameters_are_bias_multiplier_and_signed_shift() -> None:
    conv, job = layer()
    params = replace(conv.requantise, shift=np.array([-9, 0, 3], dtype=np.int32))
    conv = replace(conv, bias=np.array([7, -8, 9], dtype=np.int32), requantise=params)
    words = pack_parameters(conv, job, CONFIG)
    assert words.dtype == np.int64
    assert words.tolist() == [
        [[7, 1 << 30, -9], [-8, 1 << 30, 0]],
        [[9, 1 << 30, 3], [0, 0, 0]],
    ]


def test_output_vectors_come_block_by_block() -> None:
    _, job = layer()
    out = np.zeros((1, 1, 2, 3), dtype=np.int8)
    beats = np.array([[1, 2], [3, 4], [5, 99], [6, 99]], dtype=np.int8)
    place_output(out, beats, job, CONFIG)
    assert out.tolist() == [[[[1, 2, 5], [3, 4, 6]]]]


def depthwise_layer() -> tuple[Convolution, Job]:
    """Two channels in, multiplier 2, a 1x2 kernel on a row of 3: one job."""
    geometry = ConvGeometry(
        batch=1, in_h=1, in_w=3, in_channels=2, out_channels=4, kernel_h=1, kernel_w=2, groups=2
    )
    weights = np.arange(1, 9).astype(np.int8).reshape(geometry.weights_shape)
    conv = plain_layer(geometry, weights)
    (job,) = tile(conv, CONFIG)
    assert (job.depthwise, job.in_channels, job.out_channels) == (True, 4, 4)
    return conv, job


def test_depthwise_words_hold_a_block_of_output_channels() -> None:
    conv, job = depthwise_layer()
    x = np.arange(10, 16).astype(np.int8).reshape(1, 1, 3, 2)
    # each pixel: outputs 0 and 1 see input channel 0, outputs 2 and 3 input channel 1
    assert pack_activations(x, conv, job, CONFIG).tolist() == [
        [10, 10], [11, 11], [12, 12], [13, 13], [14, 14], [15, 15],
    ]  # fmt: skip
    # output channel o: taps 2o + 1, 2o + 2, on the diagonal of lanes
    assert pack_weights(conv, job, CONFIG).tolist() == [
        [[1, 0], [0, 3]], [[2, 0], [0, 4]], [[5, 0], [0, 7]], [[6, 0], [0, 8]],
    ]  # fmt: skip


def test_a_depthwise_block_has_as_many_channels_as_lanes_and_rows() -> None:
    conv, _ = depthwise_layer()
    config = ArrayConfig(datapath=Datapath("2x4", ic_lanes=2, oc_lanes=4))
    (job,) = tile(conv, config)
    parameters = pack_parameters(conv, job, config)
    assert parameters[..., 1].astype(bool).tolist() == [[True, True, False, False]] * 2
    out = np.zeros((1, 1, 2, 4), dtype=np.int8)
    beats = np.array([[1, 2, 9, 9], [3, 4, 9, 9], [5, 6, 9, 9], [7, 8, 9, 9]], dtype=np.int8)
    place_output(out, beats, job, config)
    assert out.tolist() == [[[[1, 2, 5, 6], [3, 4, 7, 8]]]]


def test_small_groups_share_a_word_with_the_zero_point_between_them() -> None:
    geometry = ConvGeometry(
        batch=1, in_h=1, in_w=1, in_channels=6, out_channels=3, kernel_h=1, kernel_w=1, groups=3
    )
    weights = np.arange(1, 7).astype(np.int8).reshape(geometry.weights_shape)
    conv = replace(plain_layer(geometry, weights), w_zero_point=9)
    config = ArrayConfig(datapath=Datapath("4x4", ic_lanes=4, oc_lanes=4))
    first, second = tile(conv, config)
    assert (first.in_channel_range, first.out_channel_range) == (range(4), range(2))
    assert (second.in_channel_range, second.out_channel_range) == (range(4, 6), range(2, 3))
    assert job_weights(conv, first)[:, 0, 0].tolist() == [[1, 2, 9, 9], [9, 9, 3, 4]]
    assert job_weights(conv, second)[:, 0, 0].tolist() == [[5, 6]]


def test_a_tile_takes_its_own_part() -> None:
    geometry = ConvGeometry(
        batch=2, in_h=2, in_w=2, in_channels=4, out_channels=4, kernel_h=1, kernel_w=1, groups=2
    )
    weights = np.arange(8).astype(np.int8).reshape(geometry.weights_shape)
    conv = plain_layer(geometry, weights)
    config = replace(CONFIG, act_depth=1)
    job = tile(conv, config)[-1]
    x = np.arange(32).astype(np.int8).reshape(geometry.input_shape)
    assert (job.batch, job.rows, job.cols) == (1, range(1, 2), range(1, 2))
    assert (job.in_channel_range, job.out_channel_range) == (range(2, 4), range(2, 4))
    assert pack_activations(x, conv, job, config).tolist() == [[30, 31]]
    assert pack_weights(conv, job, config).tolist() == [[[4, 5], [6, 7]]]
    out = np.zeros(geometry.output_shape, dtype=np.int8)
    place_output(out, np.array([[8, 9]], dtype=np.int8), job, config)
    assert out[1, 1, 1].tolist() == [0, 0, 8, 9]
    assert np.count_nonzero(out) == 2

"""Buffer contents and output order, worked by hand for lanes that the channels do not fill."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pymodel.array.config import ArrayConfig
from pymodel.array.job import Job
from pymodel.array.layout import pack_activations, pack_parameters, pack_weights, place_output
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
    _, job = layer()
    x = np.arange(10, 19).astype(np.int8).reshape(1, 1, 3, 3)
    words = pack_activations(x, job, CONFIG)
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


def test_a_tile_takes_its_own_part() -> None:
    geometry = ConvGeometry(
        batch=2, in_h=2, in_w=2, in_channels=4, out_channels=4, kernel_h=1, kernel_w=1, groups=2
    )
    weights = np.arange(8).astype(np.int8).reshape(geometry.weights_shape)
    conv = plain_layer(geometry, weights)
    config = replace(CONFIG, act_depth=1)
    job = tile(conv, config)[-1]
    x = np.arange(32).astype(np.int8).reshape(geometry.input_shape)
    assert (job.batch, job.rows, job.cols) == (1, (1, 2), (1, 2))
    assert (job.in_channel_range, job.out_channel_range) == ((2, 4), (2, 4))
    assert pack_activations(x, job, config).tolist() == [[30, 31]]
    assert pack_weights(conv, job, config).tolist() == [[[4, 5], [6, 7]]]
    out = np.zeros(geometry.output_shape, dtype=np.int8)
    place_output(out, np.array([[8, 9]], dtype=np.int8), job, config)
    assert out[1, 1, 1].tolist() == [0, 0, 8, 9]
    assert np.count_nonzero(out) == 2

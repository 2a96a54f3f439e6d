"""The tiler: its jobs fit the buffers, cover each output once, and compute the layer."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymodel.affine.requantise import INTEGER_RULES
from pymodel.array.config import ArrayConfig
from pymodel.array.job import Job
from pymodel.array.tiler import tile
from pymodel.datapath import Datapath
from pymodel.errors import InputError
from pymodel.geometry import ConvGeometry
from pymodel.layer import run
from tb.model.array_interpreter import Interpreter
from tb.model.layers import bounded, geometries, plain_layer, random_layer, seeds

lanes = st.sampled_from([1, 2, 4])
tight_arrays = st.builds(
    ArrayConfig,
    datapath=st.builds(Datapath, name=st.just("tight"), ic_lanes=lanes, oc_lanes=lanes),
    act_depth=st.integers(16, 90),
    weight_depth=st.integers(16, 40),
    param_depth=st.integers(1, 3),
    psum_depth=st.integers(1, 20),
)
"""Just deep enough for any window of `geometries`, so that most layers take several jobs."""


@bounded(300)
@given(
    geometry=geometries(),
    config=tight_arrays,
    seed=seeds,
    rule=st.sampled_from(INTEGER_RULES),
    w_zero_point=st.integers(-128, 127),
)
def test_the_jobs_compute_the_layer(
    geometry: ConvGeometry, config: ArrayConfig, seed: int, rule: str, w_zero_point: int
) -> None:
    conv, x = random_layer(geometry, seed, rule, w_zero_point)
    jobs = tile(conv, config)
    for job in jobs:
        require_fitting(job, config)
    out, written = Interpreter(config).run_layer(conv, x, jobs)
    np.testing.assert_array_equal(written, np.ones_like(written))
    np.testing.assert_array_equal(out, run(conv, x))


def require_fitting(job: Job, config: ArrayConfig) -> None:
    """The legality rules of the array's registers, as its error codes state them."""
    ic_lanes, oc_lanes = config.datapath.ic_lanes, config.datapath.oc_lanes
    groups, blocks = -(-job.in_channels // ic_lanes), -(-job.out_channels // oc_lanes)
    pixel_words = groups
    if job.depthwise:
        assert job.in_channels == job.out_channels
        pixel_words = blocks = -(-job.out_channels // min(ic_lanes, oc_lanes))
        groups = 1
    sizes = (job.in_h, job.in_w, job.out_h, job.out_w, job.in_channels, job.out_channels)
    assert min(sizes) >= 1
    assert min(job.pad_top, job.pad_left) >= 0
    assert job.in_h * job.in_w * pixel_words <= job.act_wrap <= config.act_depth
    assert job.act_base < job.act_wrap
    assert blocks * groups * job.kernel_h * job.kernel_w <= config.weight_depth
    assert blocks <= config.param_depth
    if job.load_psum or job.keep_psum:
        assert blocks * job.out_h * job.out_w <= config.psum_depth


@pytest.mark.parametrize(
    ("geometry", "jobs"),
    [
        # the convolutions of ResNet-8: each fits the default array whole
        ({"in_h": 32, "in_w": 32, "in_channels": 3, "out_channels": 16}, 1),
        ({"in_h": 32, "in_w": 32, "in_channels": 16, "out_channels": 16}, 1),
        ({"in_h": 8, "in_w": 8, "in_channels": 64, "out_channels": 64}, 1),
        # four groups leave 256 words for pixels: 16 x 16 of them give 14 x 14 outputs
        ({"in_h": 56, "in_w": 56, "in_channels": 64, "out_channels": 64}, 16),
        # a block of outputs takes 8 groups x 9 taps of 256 weight words: three of eight at a time
        ({"in_h": 8, "in_w": 8, "in_channels": 128, "out_channels": 128}, 3),
        ({"in_h": 1, "in_w": 1, "in_channels": 640, "out_channels": 128, "kernel": 1}, 2),
    ],
)
def test_how_many_jobs_a_layer_takes(geometry: dict[str, int], jobs: int) -> None:
    size = geometry.pop("kernel", 3)
    pad = size // 2
    full = ConvGeometry(
        batch=1,
        kernel_h=size,
        kernel_w=size,
        pad_top=pad,
        pad_bottom=pad,
        pad_left=pad,
        pad_right=pad,
        **geometry,
    )
    conv, _ = random_layer(full, seed=1)
    assert len(tile(conv, ArrayConfig())) == jobs


def test_input_channels_are_cut_where_the_weights_do_not_fit() -> None:
    geometry = ConvGeometry(
        batch=1, in_h=1, in_w=3, in_channels=50, out_channels=4, kernel_h=1, kernel_w=1
    )
    conv, x = random_layer(geometry, seed=2)
    config = ArrayConfig(datapath=Datapath("4x4", ic_lanes=4, oc_lanes=4), weight_depth=5)
    jobs = tile(conv, config)
    assert [job.in_channel_range for job in jobs] == [range(20), range(20, 40), range(40, 50)]
    assert [(job.load_psum, job.keep_psum) for job in jobs] == [
        (False, True),
        (True, True),
        (True, False),
    ]
    np.testing.assert_array_equal(Interpreter(config).run_layer(conv, x, jobs)[0], run(conv, x))


def test_windows_of_nothing_but_padding() -> None:
    geometry = ConvGeometry(
        batch=1,
        in_h=1,
        in_w=1,
        in_channels=1,
        out_channels=1,
        kernel_h=1,
        kernel_w=2,
        pad_top=2,
        pad_bottom=2,
        pad_left=6,
        pad_right=6,
    )
    weights = np.full(geometry.weights_shape, 3, dtype=np.int8)
    conv = plain_layer(geometry, weights, x_zero_point=-5, bias=7)
    config = ArrayConfig(act_depth=1, weight_depth=2, psum_depth=1)
    x = np.zeros(geometry.input_shape, dtype=np.int8)
    jobs = tile(conv, config)
    for job in jobs:
        require_fitting(job, config)
    out, _ = Interpreter(config).run_layer(conv, x, jobs)
    np.testing.assert_array_equal(out, run(conv, x))
    assert np.count_nonzero(out != 7) == 2


def test_a_tile_starts_at_the_first_input_that_it_needs() -> None:
    # stride 4 over a kernel of 1: every job holds one element of the row, not the three between
    geometry = ConvGeometry(
        batch=1, in_h=1, in_w=9, in_channels=1, out_channels=1, kernel_h=1, kernel_w=1, stride_w=4
    )
    conv = plain_layer(geometry, np.ones(geometry.weights_shape, dtype=np.int8))
    jobs = tile(conv, ArrayConfig(act_depth=1))
    assert [job.in_cols for job in jobs] == [range(1), range(4, 5), range(8, 9)]
    assert [job.pad_left for job in jobs] == [0, 0, 0]


def test_a_dilated_window_is_cut_into_phases() -> None:
    # taps 4 apart on a row of 10: outputs 0, 4 read inputs 0, 4, 8, outputs 1, 5 inputs 1, 5, 9
    geometry = ConvGeometry(
        batch=1, in_h=1, in_w=10, in_channels=1, out_channels=1, kernel_h=1, kernel_w=2,
        dilation_w=4,
    )  # fmt: skip
    conv, x = random_layer(geometry, seed=4)
    config = ArrayConfig(datapath=Datapath("1x1", ic_lanes=1, oc_lanes=1), act_depth=3)
    jobs = tile(conv, config)
    assert [(job.cols, job.in_cols) for job in jobs] == [
        (range(0, 6, 4), range(0, 10, 4)),
        (range(1, 6, 4), range(1, 10, 4)),
        (range(2, 6, 4), range(2, 10, 4)),
        (range(3, 6, 4), range(3, 10, 4)),
    ]
    assert {(job.stride_w, job.dilation_w) for job in jobs} == {(1, 1)}
    np.testing.assert_array_equal(Interpreter(config).run_layer(conv, x, jobs)[0], run(conv, x))


def test_a_window_longer_than_the_buffer_fits_in_phases() -> None:
    geometry = ConvGeometry(
        batch=1, in_h=1, in_w=1400, in_channels=2, out_channels=2, kernel_h=1, kernel_w=3,
        dilation_w=512, pad_left=1024,
    )  # fmt: skip
    conv, x = random_layer(geometry, seed=5)
    jobs = tile(conv, ArrayConfig())
    # two phases of 700 inputs, a word each; the whole window would take 1,025 of the 1,024 words
    assert [(job.cols.step, job.dilation_w) for job in jobs] == [(2, 256), (2, 256)]
    out, written = Interpreter(ArrayConfig()).run_layer(conv, x, jobs)
    np.testing.assert_array_equal(written, np.ones_like(written))
    np.testing.assert_array_equal(out, run(conv, x))


PIXEL: dict[str, Any] = {
    "batch": 1,
    "in_h": 1,
    "in_w": 1,
    "in_channels": 1,
    "out_channels": 1,
    "kernel_h": 1,
    "kernel_w": 1,
}


@pytest.mark.parametrize(
    ("sizes", "config", "message"),
    [
        (
            {"in_w": 20, "kernel_w": 9, "dilation_w": 2},
            {"act_depth": 8},
            "1x9 window of one output takes 9 words, but the array's act_depth is 8",
        ),
        (
            {"in_h": 3, "in_w": 3, "kernel_h": 3, "kernel_w": 3},
            {"weight_depth": 8},
            "3x3 window of one output takes 9 words, but the array's weight_depth is 8",
        ),
        ({"stride_h": 65536}, {}, "stride_h must be at most 65535, .* found 65536"),
        (
            {"kernel_w": 3, "dilation_w": 40000, "pad_left": 80000},
            {},
            "pad_left must be at most 65535, .* found 80000",
        ),
    ],
)
def test_layers_that_the_array_cannot_run(
    sizes: dict[str, int], config: dict[str, Any], message: str
) -> None:
    geometry = ConvGeometry(**PIXEL | sizes)
    conv = plain_layer(geometry, np.zeros(geometry.weights_shape, dtype=np.int8))
    with pytest.raises(InputError, match=f"layer plain layer: .*{message}"):
        tile(conv, ArrayConfig(**config))


def test_float_rules_have_no_hardware() -> None:
    conv, _ = random_layer(ConvGeometry(**PIXEL), seed=3, rule="float_even")
    with pytest.raises(InputError, match=r"requantises by double_away, .*, found float_even"):
        tile(conv, ArrayConfig())


@pytest.mark.parametrize("name", ["act_depth", "weight_depth", "param_depth", "psum_depth"])
@pytest.mark.parametrize("depth", [0, 65537])
def test_depths_that_no_array_has(name: str, depth: int) -> None:
    depths: dict[str, Any] = {name: depth}
    with pytest.raises(InputError, match=f"{name} must lie from 1 to 65536 words, found {depth}"):
        ArrayConfig(**depths)


def test_sizes_past_a_register_are_cut() -> None:
    geometry = ConvGeometry(**PIXEL | {"in_w": 70000})
    conv = plain_layer(geometry, np.ones(geometry.weights_shape, dtype=np.int8))
    jobs = tile(conv, ArrayConfig(act_depth=65536))
    assert [job.cols for job in jobs] == [range(65535), range(65535, 70000)]
    assert {job.act_wrap for job in jobs} == {65535}


def test_more_padding_than_a_register_holds_is_cut() -> None:
    geometry = ConvGeometry(**PIXEL | {"pad_left": 65536})
    conv = plain_layer(geometry, np.ones(geometry.weights_shape, dtype=np.int8))
    jobs = tile(conv, ArrayConfig())
    assert [(job.cols, job.pad_left) for job in jobs] == [
        (range(65535), 65535),
        (range(65535, 65537), 1),
    ]

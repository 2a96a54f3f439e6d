"""Which outputs the reduction order changes, and by how much."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from golden.cases import exact_fixed, exact_float
from pymodel.array.orders import order_difference
from pymodel.convolution import Convolution
from pymodel.datapath import Datapath, Order
from pymodel.errors import InputError
from pymodel.formats.float_format import E5M2, FloatFormat
from pymodel.geometry import ConvGeometry
from pymodel.presets import PRESETS, preset
from pymodel.requantise import Requantise
from tb.model.datapath_layers import GEOMETRIES, opposing_layers, random_layer_in

LOSSY = {
    "dfp8_trunc4": preset("dfp8_trunc4"),
    "minifloat_e4m3_narrow": replace(preset("minifloat_e4m3_narrow"), fused=False),
}


@pytest.mark.parametrize("name", LOSSY)
def test_the_predicted_differences_are_those_of_exact_numbers(name: str) -> None:
    differing = 0
    path = replace(LOSSY[name], ic_lanes=4)
    for conv, x in opposing_layers(path):
        found = order_difference(conv, x, path)
        oracle = exact_float if path.format == "minifloat" else exact_fixed
        taps_first, tree_first = (
            oracle.run(conv, x, replace(path, order=order)) for order in get_args(Order)
        )
        places = [tuple(place) for place in np.argwhere(taps_first != tree_first).tolist()]
        assert found.places == places
        differing += len(places)
        if conv.geometry.depthwise:
            assert not places, "there is no tree to come first"
    assert differing > 10


@pytest.mark.parametrize("name", ["int8", "dfp8", "dfp16", "pow2_w4"])
def test_nothing_differs_where_nothing_is_lost(name: str) -> None:
    for seed, geometry in enumerate(GEOMETRIES.values()):
        conv, x = random_layer_in(PRESETS[name], geometry, seed)
        found = order_difference(conv, x, PRESETS[name])
        assert found.places == [] and not found.change.any()


def one_pixel(path: Datapath, weights: list[list[int]], shift: int) -> Convolution:
    """Two taps of two channels, weights [tap][channel]."""
    geometry = ConvGeometry(1, 1, 2, 2, 1, 1, 2)
    stored = np.array(weights, dtype=path.dtype).reshape(geometry.weights_shape)
    zeros = np.zeros(1, dtype=np.int32)
    rule = "convert" if path.format == "minifloat" else "floor"
    numbers = Requantise(rule, zeros, np.array([shift], dtype=np.int32), np.ones(1), 0, -128, 127)
    return Convolution("by hand", geometry, stored, zeros, 0, 0, numbers)


def test_a_saturating_lane_by_hand() -> None:
    """Lanes of 16 bits: 2 * 127 * 127 = 32258 fits, 3 * 127 * 127 does not; the tree cancels it.

    taps_first: lane 0 takes 127 * 127 + 127 * 127 + ... and saturates before the tree; tree_first
    adds +127 * 127 and -127 * 127 at each tap, so nothing is lost.
    """
    path = Datapath(
        "by_hand",
        format="dynamic_fixed_point",
        element_bits=8,
        lane_bits=16,
        tree_bits=16,
        psum_bits=16,
        lane_overflow="saturate",
        ic_lanes=2,
    )
    geometry = ConvGeometry(1, 1, 3, 2, 1, 1, 3)
    weights = np.array([[127, -127]] * 3, dtype=np.int8).reshape(geometry.weights_shape)
    conv = replace(one_pixel(path, [[0, 0], [0, 0]], -1), geometry=geometry, weights=weights)
    x = np.full(geometry.input_shape, 127, dtype=np.int8)
    x[0, 0, 2, 1] = 126
    found = order_difference(conv, x, path)
    # taps_first: min(48387, 32767) + max(-(16129 + 16129 + 16002), -32768) = -1, halved and floored
    assert found.taps_first.item() == -1
    # tree_first: 0 + 0 + (16129 - 16002) = 127, halved
    assert found.tree_first.item() == 63
    assert found.change.item() == 64.0
    assert found.places == [(0, 0, 0, 0)]


def test_a_rounded_float_sum_by_hand() -> None:
    """In E5M2 1 + 2^-3 is a tie that goes to 1: small addends vanish beside 1, together they count.

    Channel 0: 1 then 1/8, channel 1: 0 then 1/8. taps_first: lane 0 = 1 + 1/8 -> 1, lane 1 = 1/8,
    tree 1 + 1/8 -> 1. tree_first: 1, then 1/8 + 1/8 = 1/4: 1.25.
    """
    path = Datapath(
        "by_hand",
        format="minifloat",
        element_float=E5M2,
        accumulator_float=FloatFormat(5, 2),
        ic_lanes=2,
    )
    one, eighth = 0x3C, 0x30
    conv = one_pixel(path, [[one, one], [one, one]], 0)
    conv = replace(conv, requantise=replace(conv.requantise, clamp_min=-4, clamp_max=0x7C))
    x = np.array([[one, 0], [eighth, eighth]], dtype=np.int8).reshape(1, 1, 2, 2)
    found = order_difference(conv, x, path)
    assert found.taps_first.item() == one
    assert found.tree_first.item() == 0x3D
    assert found.change.item() == 0.25


def test_a_fused_datapath_has_one_order() -> None:
    path = preset("minifloat_e4m3_narrow")
    conv, x = random_layer_in(path, GEOMETRIES["conv1x1_past_lanes"], 0)
    with pytest.raises(InputError, match="fused must be false to compare orders"):
        order_difference(conv, x, path)

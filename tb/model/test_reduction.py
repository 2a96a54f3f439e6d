"""The explicit array model: order, widths and masks against DESIGN's loops in Python ints."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pymodel.array.reduction import adder_tree, reduce
from pymodel.array.stages import stages_of
from pymodel.convolution import Convolution, accumulate
from pymodel.datapath import Datapath, Order
from pymodel.errors import InputError
from pymodel.formats import affine_int8, integers
from pymodel.formats.width import Width
from pymodel.geometry import ConvGeometry
from tb.model.layers import bounded, geometries, plain_layer, random_layer, seeds

orders = st.sampled_from(["taps_first", "tree_first"])
lanes = st.sampled_from([1, 2, 4, 8])
widths = st.integers(18, 24) | st.just(32)


def wrapped(value: int, bits: int) -> int:
    half = 1 << (bits - 1)
    return (value + half) % (2 * half) - half


def tree(values: list[int], bits: int) -> int:
    level = [wrapped(value, bits) for value in values]
    while len(level) > 1:
        level = [wrapped(level[j] + level[j + 1], bits) for j in range(0, len(level), 2)]
    return level[0]


class Loops:
    """One output element's psum, in the words of DESIGN's reduction order."""

    def __init__(self, conv: Convolution, x: NDArray[np.int8], path: Datapath) -> None:
        self.conv, self.x, self.path, self.g = conv, x, path, conv.geometry

    def product(self, place: tuple[int, ...], channel: int, kh: int, kw: int) -> int:
        g, (batch, oh, ow, oc) = self.g, place
        ih = oh * g.stride_h - g.pad_top + kh * g.dilation_h
        iw = ow * g.stride_w - g.pad_left + kw * g.dilation_w
        inside = 0 <= ih < g.in_h and 0 <= iw < g.in_w
        if not inside or channel >= g.group_in_channels:
            return 0
        first = oc // g.group_out_channels * g.group_in_channels
        element = int(self.x[batch, ih, iw, first + channel]) - self.conv.x_zero_point
        return element * (int(self.conv.weights[oc, kh, kw, channel]) - self.conv.w_zero_point)

    def psum(self, place: tuple[int, ...]) -> int:
        g, path = self.g, self.path
        taps = list(np.ndindex(g.kernel_h, g.kernel_w))
        width = 1 if g.depthwise else path.ic_lanes
        psum = 0
        for start in range(0, g.group_in_channels, width):
            channels = range(start, start + width)
            if path.order == "taps_first" or g.depthwise:
                lane = [0] * width
                for kh, kw in taps:
                    for i, channel in enumerate(channels):
                        product = self.product(place, channel, kh, kw)
                        lane[i] = wrapped(lane[i] + product, path.lane_bits)
                addend = lane[0] if g.depthwise else tree(lane, path.tree_bits)
            else:
                addend = 0
                for kh, kw in taps:
                    root = tree([self.product(place, c, kh, kw) for c in channels], path.tree_bits)
                    addend = wrapped(addend + wrapped(root, path.lane_bits), path.lane_bits)
            psum = wrapped(psum + wrapped(addend, path.psum_bits), path.psum_bits)
        bias = wrapped(int(self.conv.bias[place[3]]), path.psum_bits)
        return wrapped(psum + bias, path.psum_bits)


@bounded(150)
@given(geometry=geometries(), seed=seeds, order=orders, ic_lanes=lanes, oc_lanes=lanes)
def test_32_bits_lose_nothing(
    geometry: ConvGeometry, seed: int, order: Order, ic_lanes: int, oc_lanes: int
) -> None:
    conv, x = random_layer(geometry, seed, w_zero_point=seed % 256 - 128)
    path = Datapath("wide", order=order, ic_lanes=ic_lanes, oc_lanes=oc_lanes)
    np.testing.assert_array_equal(reduce(conv, x, path), accumulate(conv, x))


@bounded(120)
@given(
    geometry=geometries(largest=4, most_channels=4, most_padding=2),
    seed=seeds,
    order=orders,
    ic_lanes=lanes,
    bits=st.tuples(widths, widths, widths),
)
def test_narrow_widths_follow_the_loops(
    geometry: ConvGeometry, seed: int, order: Order, ic_lanes: int, bits: tuple[int, int, int]
) -> None:
    path = Datapath(
        "narrow",
        lane_bits=bits[0],
        tree_bits=bits[1],
        psum_bits=bits[2],
        order=order,
        ic_lanes=ic_lanes,
        oc_lanes=2,
    )
    for layer in (geometry, _depthwise(geometry)):
        conv, x = random_layer(layer, seed, w_zero_point=-128)
        loops, found = Loops(conv, x, path), reduce(conv, x, path)
        for place in np.ndindex(found.shape):
            assert found[place] == loops.psum(place), place


def _depthwise(geometry: ConvGeometry) -> ConvGeometry:
    return replace(geometry, in_channels=3, out_channels=6, groups=3)


@pytest.mark.parametrize(
    ("changes", "taps_first", "tree_first"),
    [
        # three taps of 255 * 255 = 195075 in each of two lanes; the sum of all six is 390150
        ({}, 390150, 390150),
        ({"lane_bits": 18}, 2 * (195075 - 2**18), 390150 - 2**18),
        ({"tree_bits": 18}, 390150 - 2**18, 3 * 130050),
        ({"psum_bits": 18}, 390150 - 2**18, 390150 - 2**18),
        ({"lane_bits": 18, "tree_bits": 20}, 2 * (195075 - 2**18), 390150 - 2**18),
    ],
)
def test_the_order_decides_what_is_lost(
    changes: dict[str, Any], taps_first: int, tree_first: int
) -> None:
    geometry = ConvGeometry(
        batch=1, in_h=1, in_w=3, in_channels=2, out_channels=1, kernel_h=1, kernel_w=3
    )
    full = np.full(geometry.weights_shape, 127, dtype=np.int8)
    conv = replace(plain_layer(geometry, full, x_zero_point=-128), w_zero_point=-128)
    x = np.full(geometry.input_shape, 127, dtype=np.int8)
    expected: dict[Order, int] = {"taps_first": taps_first, "tree_first": tree_first}
    for order, psum in expected.items():
        path = replace(Datapath("hand", order=order, ic_lanes=2), **changes)
        assert reduce(conv, x, path).item() == psum


def test_the_tree_pairs_neighbours_at_its_own_width() -> None:
    path = Datapath("tree", tree_bits=18)
    top = 2**17 - 1
    lanes = np.array([[1, 2, 3, 4], [top, 1, 0, 0], [2**18 + 5, 0, 0, 0]], dtype=np.int64)
    assert adder_tree(lanes, stages_of(path)).tolist() == [10, -(2**17), 5]
    assert adder_tree(np.array([[7], [2**17]], dtype=np.int64), stages_of(path)).tolist() == [
        7,
        -(2**17),
    ]


def test_neighbours_meet_first(monkeypatch: pytest.MonkeyPatch) -> None:
    # wrapping sums come out the same in any order; this node, a * b + a, does not
    monkeypatch.setattr(integers, "tree_node", lambda a, b, _width: a * b + a)
    lanes = np.array([1, 10, 100, 1000], dtype=np.int64)
    left, right = 1 * 10 + 1, 100 * 1000 + 100
    assert adder_tree(lanes, stages_of(Datapath("tree"))) == left * right + left


def test_an_input_that_does_not_fit() -> None:
    geometry = ConvGeometry(
        batch=1, in_h=1, in_w=1, in_channels=1, out_channels=1, kernel_h=1, kernel_w=1
    )
    conv = plain_layer(geometry, np.zeros((1, 1, 1, 1), dtype=np.int8))
    with pytest.raises(InputError, match="plain layer: input must be int8"):
        reduce(conv, np.zeros((1, 1, 1, 2), dtype=np.int8), Datapath("any"))


@pytest.mark.parametrize(
    ("x", "w", "x_zero_point", "w_zero_point", "mask", "product"),
    [
        (127, 127, -128, -128, 0, 65025),
        (-128, 127, 127, -128, 0, -65025),
        (-128, -128, 0, 0, 0, 16384),
        (5, 7, 5, 0, 0, 0),
        (5, 7, 0, 0, 1, 0),
    ],
)
def test_multiply(
    x: int, w: int, x_zero_point: int, w_zero_point: int, mask: int, product: int
) -> None:
    assert affine_int8.multiply(x, w, x_zero_point, w_zero_point, mask) == product


def test_stage_sums() -> None:
    assert affine_int8.resize(2**18 + 3, Width(18)) == 3
    assert affine_int8.accumulate(2**17 - 1, 1, Width(18)) == -(2**17)
    assert affine_int8.accumulate(0, 2**20 + 1, Width(18)) == 1
    assert affine_int8.tree_node(-(2**17), -1, Width(18)) == 2**17 - 1

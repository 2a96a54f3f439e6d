"""Numeric events of whole layers, counted by hand."""

from dataclasses import replace
from typing import Any

import numpy as np

from pymodel.array.events import EventCounts, named_events
from pymodel.convolution import Convolution
from pymodel.datapath import Datapath
from pymodel.formats.events import KINDS, STAGES
from pymodel.formats.float_format import E4M3, FloatFormat
from pymodel.geometry import ConvGeometry
from pymodel.layer import run
from pymodel.presets import preset
from pymodel.requantise import Requantise

ONE, TWO, HALF = 0x38, 0x40, 0x30
"""Codes of E4M3."""


def events(
    path: Datapath,
    x: list[list[int]],
    w: list[list[int]],
    *,
    bias: int = 0,
    depthwise: bool = False,
    **numbers: Any,
) -> dict[str, dict[str, int]]:
    """Events of a layer of one output pixel: x and w are [tap][channel]; w of one output channel,
    or of depthwise ones."""
    taps, channels = len(x), len(x[0])
    outputs = channels if depthwise else 1
    geometry = ConvGeometry(
        1, 1, taps, channels, outputs, 1, taps, groups=channels if depthwise else 1
    )
    weights = np.array(w, dtype=path.dtype)
    weights = weights.T[:, None, :, None] if depthwise else weights[None, None]
    shift = np.full(outputs, numbers.pop("shift", 0), dtype=np.int32)
    requantise = Requantise(
        **{
            "rule": "convert" if path.format == "minifloat" else "nearest_away",
            "multiplier": np.full(outputs, 1 << 30, dtype=np.int32),
            "shift": shift,
            "scale": np.ones(outputs),
            "zero_point": 0,
            "clamp_min": -2 if path.format == "minifloat" else -128,
            "clamp_max": 126 if path.format == "minifloat" else 127,
        }
        | numbers
    )
    biases = np.full(outputs, bias, dtype=np.int32)
    conv = Convolution("by hand", geometry, weights, biases, 0, 0, requantise)
    counts = EventCounts()
    run(conv, np.array(x, dtype=path.dtype)[None, None], path, counts)
    return counts.nonzero()


DFP = Datapath("by_hand", format="dynamic_fixed_point", ic_lanes=2)


def test_cut_products_count_once_each_and_masked_ones_not() -> None:
    """Of two bits 9 loses a set one, 6 a tie, 12 none; a fourth lane is absent."""
    path = replace(DFP, product_drop=2, product_rounding="nearest_even")
    found = events(path, [[3, 2, 4]], [[3, 3, 3]])
    assert found == {"product": {"tie": 1, "truncated": 2}}
    floor = replace(path, product_rounding="floor")
    assert events(floor, [[3, 2, 4]], [[3, 3, 3]]) == {"product": {"truncated": 2}}


def test_saturated_and_wrapped_lanes() -> None:
    """Lanes of 16 bits: the third 16,129 is past 32,767, the fourth again."""
    x, w = [[127, 1]] * 4, [[127, 1]] * 4
    path = replace(DFP, lane_bits=16, lane_overflow="saturate")
    assert events(path, x, w, shift=-12) == {
        "lane": {"saturated": 2},
        "output": {"truncated": 1},  # 32,767 + 4
    }
    wrapping = replace(path, lane_overflow="wrap")
    # 3 * 16,129 wraps to -17,149; the fourth product brings it back to -1,020: no further wrap.
    assert events(wrapping, x, w, shift=-12)["lane"] == {"wrapped": 1}


def test_tree_counts_leaves_and_nodes_and_not_in_depthwise() -> None:
    """A tree of 16 bits: lanes of 4 * 16,129 = 64,516 saturate at both leaves, and at the node."""
    path = replace(DFP, tree_bits=16, tree_overflow="saturate", psum_bits=20)
    x = w = [[127, 127]] * 4
    found = events(path, x, w, shift=-12)
    assert found == {"tree": {"saturated": 3}, "output": {"truncated": 1}}
    depthwise = events(path, x, w, shift=-12, depthwise=True)
    assert "tree" not in depthwise
    tree_first = replace(path, order="tree_first")
    # 16,129 fits a leaf, 32,258 the node: nothing at all.
    assert "tree" not in events(tree_first, x, w, shift=-12)


def test_the_root_is_cut_once_a_group_or_once_a_tap() -> None:
    path = replace(DFP, root_drop=1, ic_lanes=1)
    x, w = [[1, 3], [2, 2]], [[1, 1], [1, 1]]
    # taps_first, groups of one lane: 1 + 2 = 3 and 3 + 2 = 5 both lose a set bit.
    assert events(path, x, w) == {"root": {"truncated": 2}}
    # tree_first: 1, 2, 3, 2: two of them.
    assert events(replace(path, order="tree_first"), x, w) == {"root": {"truncated": 2}}
    x = [[1, 3], [1, 3]]
    assert events(path, x, w) == {}
    assert events(replace(path, order="tree_first"), x, w) == {"root": {"truncated": 4}}


def test_psums_count_groups_and_bias() -> None:
    """Groups of 16,129 in 16 bits: the third saturates, and so does the bias on top."""
    path = replace(DFP, ic_lanes=1, psum_bits=16, psum_overflow="saturate")
    found = events(path, [[127] * 3], [[127] * 3], bias=1, shift=-8)
    # 32,767 / 256 = 127.99 rounds to 128
    assert found == {
        "psum": {"saturated": 2},
        "output": {"saturated": 1, "truncated": 1},
    }


def test_the_output_counts_ties_and_its_clamp() -> None:
    assert events(DFP, [[5]], [[1]], shift=-1) == {"output": {"tie": 1, "truncated": 1}}
    assert events(DFP, [[5]], [[1]], shift=-1, rule="toward_zero") == {"output": {"truncated": 1}}
    assert events(DFP, [[-5]], [[1]], clamp_min=0) == {"output": {"saturated": 1}}
    assert events(DFP, [[5]], [[1]], shift=30) == {"output": {"saturated": 1}}
    assert events(DFP, [[5]], [[1]]) == {}


def test_affine_int8_counts_its_last_rounding() -> None:
    path = preset("int8")
    # Multiplier 2^30 and shift 1: SRDHM gives acc << 1 times 1/2 = acc, and no shift follows.
    assert events(path, [[5]], [[1]], shift=1, rule="double_away") == {}
    # Shift -1: SRDHM(5, 2^30) = 3 (2.5 up), then 3 / 2 is a tie of the second shift.
    assert events(path, [[5]], [[1]], shift=-1, rule="double_away") == {
        "output": {"tie": 1, "truncated": 1}
    }
    # The same in one step: 5 * 2^30 >> 32 = 1.25, no tie.
    assert events(path, [[5]], [[1]], shift=-1, rule="single") == {"output": {"truncated": 1}}


def test_float_events() -> None:
    """Accumulators of E5M2 without denormals, least 2^-14, largest 57,344."""
    path = Datapath(
        "by_hand",
        format="minifloat",
        element_float=E4M3,
        accumulator_float=FloatFormat(5, 2, denormals=False, overflow="saturate"),
        ic_lanes=2,
    )
    # 1 * 1 = 1 and 1.125 * 1 = 1.125: rounding the product is a tie between 1 and 1.25.
    assert events(path, [[ONE, ONE + 1]], [[ONE, ONE]]) == {"product": {"tie": 1}}
    # Fused, the same tie is the lane's.
    fused = replace(path, fused=True)
    assert events(fused, [[ONE, ONE + 1]], [[ONE, ONE]]) == {"lane": {"tie": 1}}
    # 2^-9 * 2^-9 is not zero and below 2^-14.
    assert events(path, [[1, 0]], [[1, ONE]]) == {"product": {"flushed": 1}}
    # 448 * 448 = 200,704 is past the largest; 57,344 in E4M3 saturates at 448.
    assert events(path, [[126, 0]], [[126, 0]]) == {
        "product": {"saturated": 1},
        "output": {"saturated": 1},
    }
    # 2 + 1/2 + 1/2 in one lane: 2 + 1/2 = 2.5 fits M2, 3 too; two lanes of 3: 6.
    assert events(path, [[TWO, TWO], [HALF, HALF], [HALF, HALF]], [[ONE, ONE]] * 3) == {}
    # RELU limits -1, and counts; the clamp's codes are those of +0 and of the largest.
    assert events(path, [[ONE | 0x80 - 256, 0]], [[ONE, 0]], clamp_min=0, clamp_max=126) == {
        "output": {"saturated": 1}
    }


def test_names_and_places() -> None:
    counts = EventCounts()
    counts.add("psum", np.array([[0b00001, 0b01001], [0, 0b10000]]))
    flat = counts.as_tuple()
    assert len(flat) == len(STAGES) * len(KINDS) == 30
    assert [place for place, count in enumerate(flat) if count] == [20, 23, 24]
    assert flat[20:25] == (2, 0, 0, 1, 1)
    assert named_events(flat) == {"psum": {"saturated": 2, "wrapped": 1, "truncated": 1}}

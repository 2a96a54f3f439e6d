"""Whole layers in every datapath: the model against exact numbers, and its fast path."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from golden.cases import exact, exact_fixed, exact_float
from pymodel import layer
from pymodel.array.events import EventCounts
from pymodel.array.reduction import reduce
from pymodel.convolution import Convolution
from pymodel.datapath import Datapath
from pymodel.errors import InputError
from pymodel.formats.float_format import FLOAT16, FloatFormat
from pymodel.layer import run
from pymodel.presets import PRESETS
from pymodel.requantise import requantise
from tb.model.datapath_layers import GEOMETRIES, Codes, random_layer_in

OWN: dict[str, dict[str, Any]] = {
    "dfp5_of_9_bits": {
        "format": "dynamic_fixed_point", "element_bits": 5, "weight_bits": 4, "lane_bits": 9,
        "tree_bits": 10, "psum_bits": 11, "lane_overflow": "saturate",
    },
    "pow2_w5_cut": {
        "format": "power_of_two", "weight_bits": 5, "least_exponent": -12, "product_drop": 5,
        "product_rounding": "nearest_even", "lane_bits": 19, "tree_bits": 19, "psum_bits": 20,
        "order": "tree_first", "root_drop": 2, "root_rounding": "nearest_away",
    },
    "dfp16_wrapping_at_48": {
        "format": "dynamic_fixed_point", "element_bits": 16, "lane_bits": 34, "tree_bits": 33,
        "psum_bits": 48,
    },
    "e3m2_in_e5m4": {
        "format": "minifloat", "element_float": FloatFormat(3, 2, denormals=False),
        "accumulator_float": FloatFormat(5, 4), "fused": True,
    },
    "float16_saturating": {
        "format": "minifloat", "element_float": FLOAT16,
        "accumulator_float": FloatFormat(5, 10, overflow="saturate"), "order": "tree_first",
    },
}  # fmt: skip
DATAPATHS = PRESETS | {name: Datapath(name, **fields) for name, fields in OWN.items()}


def oracle(conv: Convolution, x: Codes, path: Datapath) -> Codes:
    """The layer's output codes by exact numbers."""
    if path.format == "affine_int8":
        return exact.run(conv, x)
    run_exactly = exact_float.run if path.format == "minifloat" else exact_fixed.run
    return run_exactly(conv, x, path)


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("name", DATAPATHS)
def test_equals_exact_numbers(name: str, geometry: str) -> None:
    path = replace(DATAPATHS[name], ic_lanes=4)
    seed = list(GEOMETRIES).index(geometry)
    for calm in (False, True):
        conv, x = random_layer_in(path, GEOMETRIES[geometry], seed, calm)
        got = run(conv, x, path)
        assert got.dtype == path.dtype
        np.testing.assert_array_equal(got, oracle(conv, x, path))


@pytest.mark.parametrize("name", DATAPATHS)
def test_the_fast_path_changes_nothing(name: str) -> None:
    path = DATAPATHS[name]
    for seed, geometry in enumerate(GEOMETRIES.values()):
        conv, x = random_layer_in(path, geometry, seed)
        slow = requantise(reduce(conv, x, path), conv.requantise, path)
        np.testing.assert_array_equal(run(conv, x, path), slow)
        np.testing.assert_array_equal(run(conv, x, path, EventCounts()), slow)


def test_the_fast_path_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """By what cannot lose anything, and by nothing else."""

    def no_reduction(*_: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(layer, "reduce", no_reduction)
    taken = set()
    for name, path in PRESETS.items():
        conv, x = random_layer_in(path, GEOMETRIES["conv1x1_past_lanes"], 1)
        try:
            run(conv, x, path)
        except NotImplementedError:
            continue
        taken.add(name)
    assert taken == {"int8", "int8_tree_first", "dfp8", "pow2_w4"}


def test_sums_near_a_width_take_the_reduction() -> None:
    """The bound is the narrowest stage's: one step past it, and a lane saturates."""
    path = replace(
        PRESETS["dfp8"], lane_overflow="saturate", lane_bits=16, tree_bits=17, psum_bits=18
    )
    conv, x = random_layer_in(path, GEOMETRIES["conv3x3_same"], 0)
    numbers = replace(conv.requantise, shift=np.full_like(conv.requantise.shift, -14))
    ones = replace(
        conv,
        weights=np.full_like(conv.weights, 127),
        bias=np.zeros_like(conv.bias),
        requantise=numbers,
    )
    full = np.full_like(x, 127)
    slow = requantise(reduce(ones, full, path), ones.requantise, path)
    np.testing.assert_array_equal(run(ones, full, path), slow)
    assert np.any(slow != run(ones, full, PRESETS["dfp8"]))


def test_errors() -> None:
    path = PRESETS["dfp16"]
    conv, x = random_layer_in(path, GEOMETRIES["conv1x1_past_lanes"], 0)
    with pytest.raises(InputError, match="input must be int16 of shape"):
        run(conv, x.astype(np.int8), path)
    with pytest.raises(InputError, match="weights must be int8 of shape"):
        run(conv, x, PRESETS["dfp8_trunc4"])
    affine, x = random_layer_in(PRESETS["int8"], GEOMETRIES["conv1x1_past_lanes"], 0)
    with pytest.raises(InputError, match="rule in dynamic_fixed_point must be one of floor, "):
        run(affine, x, PRESETS["dfp8"])
    with pytest.raises(InputError, match="no zero points; they must be 0"):
        reduce(replace(affine, x_zero_point=3), x, PRESETS["dfp8"])

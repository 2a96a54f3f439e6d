"""The named datapaths."""

from dataclasses import replace

from pymodel.datapath import Datapath
from pymodel.errors import InputError
from pymodel.formats.float_format import (
    BFLOAT16,
    E4M3,
    E5M2,
    FLOAT32,
    RISTRETTO_8,
    FloatFormat,
)

_DFP8 = Datapath("dfp8", format="dynamic_fixed_point")
_SATURATING = replace(
    _DFP8, lane_overflow="saturate", tree_overflow="saturate", psum_overflow="saturate"
)
_TRUNC4 = replace(
    _SATURATING, name="dfp8_trunc4", lane_bits=16, tree_bits=17, psum_bits=18, product_drop=4
)
_POW2_W4 = replace(
    _SATURATING,
    name="pow2_w4",
    format="power_of_two",
    weight_bits=4,
    least_exponent=-8,
    lane_bits=20,
    tree_bits=21,
    psum_bits=22,
)
_E4M3 = Datapath(
    "minifloat_e4m3",
    format="minifloat",
    element_float=E4M3,
    accumulator_float=FLOAT32,
    ic_lanes=4,
    oc_lanes=4,
)
"""Lanes of floats are few: 4x4 build in a quarter of a minute, 8x8 in one and a half."""
_E4M3_NARROW = replace(
    _E4M3,
    name="minifloat_e4m3_narrow",
    accumulator_float=FloatFormat(5, 7, denormals=False, overflow="saturate"),
    fused=True,
)

PRESETS: dict[str, Datapath] = {
    datapath.name: datapath
    for datapath in (
        Datapath("int8"),
        Datapath("int8_tree_first", order="tree_first"),
        _DFP8,
        replace(
            _SATURATING,
            name="dfp16",
            element_bits=16,
            weight_bits=16,
            lane_bits=34,
            tree_bits=35,
            psum_bits=36,
        ),
        _TRUNC4,
        replace(_TRUNC4, name="dfp8_trunc4_tree_first", order="tree_first"),
        Datapath(
            "dfp8_narrow",
            format="dynamic_fixed_point",
            lane_bits=14,
            tree_bits=14,
            psum_bits=13,
            psum_overflow="saturate",
            product_drop=3,
            product_rounding="nearest_even",
            root_drop=1,
            root_rounding="toward_zero",
        ),
        _POW2_W4,
        _E4M3,
        replace(_E4M3, name="minifloat_e5m2", element_float=E5M2),
        _E4M3_NARROW,
        replace(
            _E4M3_NARROW,
            name="minifloat_e4m3_narrow_tree_first",
            fused=False,
            order="tree_first",
        ),
        replace(_E4M3, name="ristretto_minifloat_8", element_float=RISTRETTO_8),
        Datapath(
            "bfloat16",
            format="minifloat",
            element_float=BFLOAT16,
            accumulator_float=FLOAT32,
            fused=True,
            ic_lanes=4,
            oc_lanes=4,
        ),
    )
}


def preset(name: str) -> Datapath:
    """The named datapath of PRESETS.

    Raises:
        InputError: there is no preset of that name.
    """
    if name not in PRESETS:
        raise InputError(
            f"datapath preset must be one of {', '.join(sorted(PRESETS))}, found {name!r}"
        )
    return PRESETS[name]

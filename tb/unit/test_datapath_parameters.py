"""Parameters of the datapath's formats that do not fit together stop elaboration, and say why."""

import pytest

from tb.registers import load_definitions
from tb.runner import SimulationFailed
from tb.unit.bench import run_bench
from tb.unit.float_bench import packed

CODE = load_definitions()
FIXED = {"FORMAT": CODE["FORMAT_DYNAMIC_FIXED_POINT"]}
POWER = {"FORMAT": CODE["FORMAT_POWER_OF_TWO"], "W_BITS": 4, "PROD_W": 16}
E4M3 = {
    "FORMAT": CODE["FORMAT_MINIFLOAT"],
    "ELEM_FLOAT": packed("e4m3fn"),
    "ACC_FLOAT": packed("float32"),
    "PROD_W": 32,
}
FN_SUMS = {"ACC_FLOAT": packed("e4m3fn")}
ILLEGAL = {
    "affine_bits": ("multiply", {"X_BITS": 7}, "X_BITS_and_W_BITS_of_ELEM_W"),
    "affine_product": ("multiply", {"PROD_W": 17}, "PROD_W_of_two_times_ELEM_W_plus_one"),
    "affine_fused": ("multiply", {"FUSED": 1}, "outside_minifloat_needs_FUSED_0"),
    "fixed_product": ("multiply", FIXED | {"PROD_W": 18}, "PROD_W_of_X_BITS_plus_W_BITS"),
    "fixed_wide_x": (
        "multiply",
        FIXED | {"ELEM_W": 32, "X_BITS": 17, "W_BITS": 8, "PROD_W": 25},
        "X_BITS_up_to_16",
    ),
    "narrow_weight": ("multiply", FIXED | {"W_BITS": 1, "PROD_W": 9}, "W_BITS_from_2"),
    "power_product": ("multiply", POWER | {"PROD_W": 12}, "X_BITS_plus_two_to_W_BITS_minus_1"),
    "power_weight": (
        "multiply",
        POWER | {"W_BITS": 6, "PROD_W": 40},
        "powers_of_two_needs_W_BITS_up_to_5",
    ),
    "drop": ("multiply", POWER | {"DROP": 16}, "DROP_from_0_to_W_minus_1"),
    "rounding": ("multiply", POWER | {"DROP": 1, "ROUNDING": 4}, "has_no_such_ROUNDING"),
    "float_drop": ("multiply", E4M3 | {"DROP": 1}, "of_floats_needs_DROP_0"),
    "float_bits": ("multiply", E4M3 | {"X_BITS": 7}, "X_BITS_and_W_BITS_of_the_width"),
    "float_product": ("multiply", E4M3 | {"FUSED": 1}, "PROD_W_of_an_exact_value"),
    "float_fused": ("multiply", E4M3 | {"FUSED": 2}, "FUSED_0_or_1"),
    "float_sum": ("multiply", E4M3 | FN_SUMS | {"PROD_W": 8}, "ACC_FLOAT_of_SPECIAL_IEEE"),
    "float_node": ("tree_node", E4M3 | FN_SUMS | {"W": 8}, "ACC_FLOAT_of_SPECIAL_IEEE"),
    "float_width": ("tree_node", E4M3 | {"W": 31}, "ACC_W_of_the_width_of_ACC_FLOAT"),
    "float_addend": ("accumulate", E4M3 | {"IN_W": 16}, "IN_W_of_an_exact_value_or_of_ACC_W"),
    "integer_addend": ("accumulate", {"EXACT_ADDEND": 1}, "outside_minifloat_needs_EXACT_ADDEND_0"),
    "float_resize": ("resize", E4M3 | {"IN_W": 16}, "of_a_float_needs_OUT_W_of_IN_W"),
    "wide_lane": (
        "mac_lane",
        FIXED | {"PROD_W": 16, "LANE_W": 49},
        "LANE_W_up_to_48_or_in_affine_int8_32",
    ),
    "lane_of_no_product": ("mac_lane", POWER | {"LANE_W": 15}, "LANE_W_of_a_product_or_more"),
    "wide_psum": ("output_stage", FIXED | {"PSUM_W": 49}, "PSUM_W_up_to_48"),
    "wide_affine_acc": ("requantise", {"ACC_W": 33}, "of_affine_needs_ACC_W_up_to_32"),
    "wide_fixed_acc": ("requantise", FIXED | {"ACC_W": 49}, "ACC_W_from_2_to_48"),
    "float_acc": ("requantise", E4M3 | {"ACC_W": 30}, "ACC_W_of_the_width_of_ACC_FLOAT"),
    "format_to_scale": ("requantise", {"FORMAT": 4}, "requantise_has_no_such_FORMAT"),
    "format_to_clamp": ("clamp", {"FORMAT": 4}, "clamp_has_no_such_FORMAT"),
    "wide_element": (
        "clamp",
        E4M3 | {"ELEM_FLOAT": packed("float16")},
        "ELEM_W_of_ELEM_FLOAT_or_more",
    ),
}
TAKEN = {
    "multiply": "FORMAT ELEM_W X_BITS W_BITS PROD_W DROP ROUNDING ELEM_FLOAT ACC_FLOAT FUSED",
    "tree_node": "FORMAT W OVERFLOW ACC_FLOAT",
    "accumulate": "FORMAT IN_W ACC_W OVERFLOW ACC_FLOAT EXACT_ADDEND",
    "resize": "FORMAT IN_W OUT_W OVERFLOW",
    "mac_lane": "FORMAT X_BITS W_BITS PROD_W LANE_W",
    "output_stage": "FORMAT PSUM_W",
    "requantise": "FORMAT ACC_W ELEM_FLOAT ACC_FLOAT",
    "clamp": "FORMAT ELEM_W ELEM_FLOAT",
}
"""The parameters of each module that a case may set."""


@pytest.mark.parametrize("case", ILLEGAL)
def test_datapath_parameters(sim: str, case: str) -> None:
    module, given, message = ILLEGAL[case]
    parameters = {name: given[name] for name in TAKEN[module].split() if name in given}
    with pytest.raises(SimulationFailed, match=rf"(?s)the build failed.*{message}"):
        run_bench(module, __name__, sim, parameters)

"""Parameters outside a module's range stop its elaboration, with a name that says what it wants."""

import pytest

from tb.runner import SimulationFailed
from tb.unit.bench import run_bench

ILLEGAL = {
    "format": ("multiply", {"FORMAT": 99}, "multiply_has_no_such_FORMAT"),
    "format_below": ("adder_tree", {"FORMAT": 99}, "has_no_such_FORMAT"),
    "three_lanes": ("adder_tree", {"IC_LANES": 3}, "IC_LANES_a_power_of_two"),
    "no_lanes": ("adder_tree", {"IC_LANES": 0}, "IC_LANES_a_power_of_two"),
    "64_lanes": ("address_generator", {"OC_LANES": 64}, "lanes_a_power_of_two"),
    "narrow_lane": ("mac_lane", {"LANE_W": 17}, "LANE_W_of_a_product_or_more"),
    "wide_lane": ("mac_lane", {"LANE_W": 33}, "LANE_W_up_to_48_or_in_affine_int8_32"),
    "narrow_tree": ("mac_array", {"TREE_W": 17}, "TREE_W_from_a_product_to_32"),
    "order": ("mac_array", {"ORDER": 2}, "mac_array_has_no_such_ORDER"),
    "overflow": ("tree_node", {"OVERFLOW": 2}, "has_no_such_OVERFLOW"),
    "drop": ("truncate", {"W": 8, "DROP": 8}, "DROP_from_0_to_W_minus_1"),
    "top_element": ("dla_top", {"FORMAT": 1, "ELEM_W": 12}, "ELEM_W_of_8_or_16"),
    "narrow_root": ("mac_array", {"ROOT_W": 31}, "ROOT_W_of_the_wider"),
    "wide_psum": ("output_stage", {"PSUM_W": 33}, "PSUM_W"),
    "no_depth": ("address_generator", {"ACT_DEPTH": 0}, "depths_from_1_to_65536"),
    "top_format": ("dla_top", {"FORMAT": 99}, "has_no_such_FORMAT"),
    "top_lanes": ("dla_top", {"IC_LANES": 12}, "power_of_two"),
    "top_psum": ("dla_top", {"PSUM_W": 16}, "PSUM_W"),
}


@pytest.mark.parametrize("case", ILLEGAL)
def test_illegal_parameters(sim: str, case: str) -> None:
    module, parameters, message = ILLEGAL[case]
    with pytest.raises(SimulationFailed, match=rf"(?s)the build failed.*{message}"):
        run_bench(module, __name__, sim, parameters)

"""Parameters outside a module's range stop its elaboration, with a name that says what it wants."""

import pytest

from pymodel.formats.float_format import E4M3, FLOAT32
from tb.array_parameters import packed_float
from tb.runner import SimulationFailed
from tb.unit.bench import run_bench

MINIFLOAT = {"FORMAT": 3, "ELEM_FLOAT": packed_float(E4M3), "ACC_FLOAT": packed_float(FLOAT32)}
ILLEGAL: dict[str, tuple[str, dict[str, int], str]] = {
    "format": ("multiply", {"FORMAT": 99}, "multiply_has_no_such_FORMAT"),
    "format_below": ("adder_tree", {"FORMAT": 99}, "has_no_such_FORMAT"),
    "three_lanes": ("adder_tree", {"IC_LANES": 3}, "IC_LANES_a_power_of_two"),
    "no_lanes": ("adder_tree", {"IC_LANES": 0}, "IC_LANES_a_power_of_two"),
    "64_lanes": ("address_generator", {"OC_LANES": 64}, "lanes_a_power_of_two"),
    "narrow_lane": ("mac_lane", {"LANE_W": 17}, "LANE_W_of_a_product_or_more"),
    "wide_lane": ("mac_lane", {"LANE_W": 33}, "LANE_W_up_to_48_or_in_affine_int8_32"),
    "narrow_tree": ("datapath", {"TREE_W": 17}, "TREE_W_in_its_range"),
    "wide_tree": ("datapath", {"TREE_W": 33}, "TREE_W_in_its_range"),
    "wide_fixed_point": ("datapath", {"FORMAT": 1, "PSUM_W": 49}, "PSUM_W_in_its_range"),
    "floats_of_two_widths": ("datapath", {**MINIFLOAT, "PSUM_W": 31}, "PSUM_W_in_its_range"),
    "cut_float": ("datapath", {**MINIFLOAT, "ROOT_DROP": 1}, "ROOT_DROP_0"),
    "fused_tree_first": ("datapath", {**MINIFLOAT, "FUSED": 1, "ORDER": 1}, "FUSED_0"),
    "events": ("datapath", {"EVENTS": 2}, "EVENTS_0_or_1"),
    "event_kind": ("event_counter", {"KIND": 5}, "has_no_such_KIND"),
    "wide_counter": ("event_counter", {"W": 33}, "W_from_1_to_32"),
    "order": ("mac_array", {"ORDER": 2}, "mac_row_has_no_such_ORDER"),
    "overflow": ("tree_node", {"OVERFLOW": 2}, "has_no_such_OVERFLOW"),
    "drop": ("truncate", {"W": 8, "DROP": 8}, "DROP_from_0_to_W_minus_1"),
    "top_element": ("dla_top", {"FORMAT": 1, "ELEM_W": 12}, "ELEM_W_of_8_or_16"),
    "wide_element": ("dla_top", {"FORMAT": 1, "ELEM_W": 32}, "or_in_minifloat_32"),
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

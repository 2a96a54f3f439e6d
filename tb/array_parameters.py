"""Elaboration parameters of the array for a configuration, named as in rtl/dla_top.v."""

from pymodel.array.config import ArrayConfig
from tb.registers import load_definitions


def array_parameters(config: ArrayConfig) -> dict[str, int | str]:
    """Parameters of dla_top; codes of formats and rules are those of rtl/dla_defs.vh."""
    path, code = config.datapath, load_definitions()
    return {
        "FORMAT": code[f"FORMAT_{path.format.upper()}"],
        "ORDER": code[f"ORDER_{path.order.upper()}"],
        "IC_LANES": path.ic_lanes,
        "OC_LANES": path.oc_lanes,
        "ELEM_W": path.storage_bits,
        "PRODUCT_DROP": path.product_drop,
        "PRODUCT_ROUNDING": code[f"ROUNDING_{path.product_rounding.upper()}"],
        "LANE_W": path.lane_bits,
        "LANE_OVERFLOW": code[f"OVERFLOW_{path.lane_overflow.upper()}"],
        "TREE_W": path.tree_bits,
        "TREE_OVERFLOW": code[f"OVERFLOW_{path.tree_overflow.upper()}"],
        "ROOT_DROP": path.root_drop,
        "ROOT_ROUNDING": code[f"ROUNDING_{path.root_rounding.upper()}"],
        "PSUM_W": path.psum_bits,
        "PSUM_OVERFLOW": code[f"OVERFLOW_{path.psum_overflow.upper()}"],
        "ACT_DEPTH": config.act_depth,
        "WEIGHT_DEPTH": config.weight_depth,
        "PARAM_DEPTH": config.param_depth,
        "PSUM_DEPTH": config.psum_depth,
    }

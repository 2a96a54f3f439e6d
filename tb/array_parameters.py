"""Elaboration parameters of the array for a configuration, named as in rtl/dla_top.v."""

from pymodel.array.config import ArrayConfig
from pymodel.formats.float_format import FloatFormat
from tb.paths import RTL_DIR
from tb.registers import load_definitions

FLOAT_DEFINITIONS_FILE = RTL_DIR / "float_defs.vh"


def packed_float(fmt: FloatFormat | None) -> int:
    """The format in one number, its fields where rtl/float_defs.vh has them; 0 for none."""
    if fmt is None:
        return 0
    code = load_definitions(FLOAT_DEFINITIONS_FILE)
    fields = {
        "E": fmt.exponent_bits,
        "M": fmt.mantissa_bits,
        "BIAS": fmt.offset,
        "SPECIAL": code[f"SPECIAL_{fmt.special.upper()}"],
        "DENORMALS": int(fmt.denormals),
        "OVERFLOW": code[f"FLOAT_OVERFLOW_{fmt.overflow.upper()}"],
    }
    return sum(value << code[f"FLOAT_{field}"] for field, value in fields.items())


def array_parameters(config: ArrayConfig) -> dict[str, int | str]:
    """Parameters of dla_top; codes of formats and rules are those of rtl/dla_defs.vh."""
    path, code = config.datapath, load_definitions()
    return {
        "FORMAT": code[f"FORMAT_{path.format.upper()}"],
        "ORDER": code[f"ORDER_{path.order.upper()}"],
        "IC_LANES": path.ic_lanes,
        "OC_LANES": path.oc_lanes,
        "ELEM_W": path.storage_bits,
        "X_BITS": path.element_bits,
        "W_BITS": path.weight_width,
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
        "ELEM_FLOAT": packed_float(path.element_float),
        "ACC_FLOAT": packed_float(path.accumulator_float),
        "FUSED": int(path.fused),
        "EVENTS": int(config.events),
        "ACT_DEPTH": config.act_depth,
        "WEIGHT_DEPTH": config.weight_depth,
        "PARAM_DEPTH": config.param_depth,
        "PSUM_DEPTH": config.psum_depth,
    }

"""From the codes of rtl/dla_defs.vh to pymodel's rules, and back."""

from typing import Any, get_args

from pymodel.datapath import FORMATS, Datapath, Order
from pymodel.fixed_point import Rounding
from pymodel.formats.float_format import FloatFormat, Special
from pymodel.formats.width import Overflow, Width
from tb.array_parameters import FLOAT_DEFINITIONS_FILE
from tb.registers import load_definitions

ROUNDINGS: tuple[Rounding, ...] = get_args(Rounding)
ORDERS: tuple[Order, ...] = get_args(Order)
OVERFLOWS: tuple[Overflow, ...] = get_args(Overflow)


def rounding_code(rounding: Rounding) -> int:
    """Return the code of a rounding."""
    return load_definitions()[f"ROUNDING_{rounding.upper()}"]


def overflow_code(overflow: Overflow) -> int:
    """Return the code of an overflow rule."""
    return load_definitions()[f"OVERFLOW_{overflow.upper()}"]


def width_of(bits: int, parameter: Any) -> Width:
    """Return the width of a stage from the DUT's handle of its overflow parameter."""
    (rule,) = (rule for rule in OVERFLOWS if overflow_code(rule) == int(parameter.value))
    return Width(bits, rule)


def float_format_of(packed: int) -> FloatFormat | None:
    """Return the format that ELEM_FLOAT or ACC_FLOAT holds; None for 0."""
    if not packed:
        return None
    code = load_definitions(FLOAT_DEFINITIONS_FILE)

    def field(name: str, bits: int) -> int:
        return packed >> code[f"FLOAT_{name}"] & (1 << bits) - 1

    special, saturates = field("SPECIAL", 2), code["FLOAT_OVERFLOW_SATURATE"]
    names: tuple[Special, ...] = get_args(Special)
    return FloatFormat(
        field("E", 4),
        field("M", 5),
        special=next(name for name in names if code[f"SPECIAL_{name.upper()}"] == special),
        bias=field("BIAS", 8),
        denormals=bool(field("DENORMALS", 1)),
        overflow="saturate" if field("OVERFLOW", 1) == saturates else "ieee",
    )


def datapath_of(dut: Any) -> Datapath:
    """Return the datapath that the DUT's parameters describe; a DUT without psums: at 32 bits."""
    code = load_definitions()
    (number_format,) = (
        name for name in FORMATS if code[f"FORMAT_{name.upper()}"] == int(dut.FORMAT.value)
    )
    roundings = {rounding_code(rounding): rounding for rounding in ROUNDINGS}
    (order,) = (o for o in ORDERS if code[f"ORDER_{o.upper()}"] == int(dut.ORDER.value))
    lane = width_of(int(dut.LANE_W.value), dut.LANE_OVERFLOW)
    tree = width_of(int(dut.TREE_W.value), dut.TREE_OVERFLOW)
    psum = Width(32)
    if hasattr(dut, "PSUM_W"):
        psum = width_of(int(dut.PSUM_W.value), dut.PSUM_OVERFLOW)
    return Datapath(
        "unit",
        format=number_format,
        element_bits=int(dut.X_BITS.value),
        weight_bits=int(dut.W_BITS.value),
        lane_bits=lane.bits,
        lane_overflow=lane.overflow,
        tree_bits=tree.bits,
        tree_overflow=tree.overflow,
        psum_bits=psum.bits,
        psum_overflow=psum.overflow,
        product_drop=int(dut.PRODUCT_DROP.value),
        product_rounding=roundings[int(dut.PRODUCT_ROUNDING.value)],
        root_drop=int(dut.ROOT_DROP.value),
        root_rounding=roundings[int(dut.ROOT_ROUNDING.value)],
        element_float=float_format_of(int(dut.ELEM_FLOAT.value)),
        accumulator_float=float_format_of(int(dut.ACC_FLOAT.value)),
        fused=bool(int(dut.FUSED.value)),
        order=order,
        ic_lanes=int(dut.IC_LANES.value),
        oc_lanes=int(dut.OC_LANES.value),
    )

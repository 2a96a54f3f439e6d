"""rtl/mac_array.v and its rows, in both orders and all formats, against pymodel's stages."""

from typing import Any

import cocotb
import numpy as np
import pytest
from cocotb.triggers import Timer

from pymodel.array.config import ArrayConfig
from pymodel.array.events import EventCounts
from pymodel.array.reduction import adder_tree
from pymodel.array.stages import Values, stages_of
from pymodel.datapath import Datapath
from pymodel.fixed_point import Int64Array
from pymodel.formats.float_format import E4M3, RISTRETTO_8, FloatFormat
from tb.array_parameters import FLOAT_DEFINITIONS_FILE, array_parameters
from tb.registers import load_definitions
from tb.unit.bench import (
    cycle,
    draw,
    event_counts,
    expect,
    pack,
    random_generator,
    read,
    run_bench,
    start_clock,
    unpack,
    write,
)
from tb.unit.element_codes import draw_activations, draw_weights
from tb.unit.rules import datapath_of

pytestmark = pytest.mark.slow
STEPS = 150
EVENT_BUSES = ("product_events", "lane_events", "tree_events", "root_events")


class Rows:
    """What the array's rows accumulate: of each row all lanes, or in bypass its own lane."""

    def __init__(self, path: Datapath, bypass: bool) -> None:
        self.path, self.bypass = path, bypass
        self.lanes_first = path.order == "taps_first"
        lanes = (path.ic_lanes,) if self.lanes_first and not bypass else ()
        self.acc: Values = np.zeros((path.oc_lanes, *lanes), dtype=stages_of(path).zero.dtype)

    def after_tap(
        self,
        rows: Int64Array,
        operands: tuple[Any, ...],
        first: bool,
        counts: EventCounts | None = None,
    ) -> Values:
        """What `rows` have accumulated after a tap of x, w, their zero points and the mask."""
        stages = stages_of(self.path, counts)
        x, w, x_zero, w_zero, mask = operands
        own = rows % self.path.ic_lanes
        if self.bypass:
            addend = stages.multiply(x[own], w[rows, own], x_zero, w_zero, mask[own])
        else:
            addend = stages.multiply(x, w[rows], x_zero, w_zero, mask)
            addend = addend if self.lanes_first else adder_tree(addend, stages)
        return stages.accumulate_lane(stages.zero if first else self.acc[rows], addend)

    def roots(self, rows: Int64Array, counts: EventCounts | None = None) -> Values:
        """What `rows` show."""
        stages = stages_of(self.path, counts)
        if self.bypass:
            return stages.cut_root(self.acc[rows])
        return adder_tree(self.acc[rows], stages) if self.lanes_first else self.acc[rows]


@cocotb.test()
@cocotb.parametrize(bypass=[False, True])
async def bench_random_steps(dut: Any, bypass: bool) -> None:
    """Random operands, masks, restarts and pauses; every root and event of every step."""
    random, path, root_bits = random_generator(), datapath_of(dut), int(dut.ROOT_W.value)
    rows, every = Rows(path, bypass), np.arange(path.oc_lanes)
    affine, totals = path.format == "affine_int8", EventCounts()
    await start_clock(dut, {"bypass": bypass})
    for step in range(STEPS):
        x = draw_activations(random, path, path.ic_lanes)
        w = draw_weights(random, path, (path.oc_lanes, path.ic_lanes))
        x_zero, w_zero = (int(v) for v in draw(random, 8, 2)) if affine else (0, 0)
        mask = random.random(path.ic_lanes) < 0.2
        en, first = (bool(drawn) or step == 0 for drawn in random.random(2) < (0.8, 0.1))
        count_tap, count_root = random.random((2, path.oc_lanes)) < (step > 0) * 0.7
        inputs = {
            "x": pack(x, path.storage_bits),
            "w": pack(w.ravel(), path.storage_bits),
            "mask": pack(mask, 1),
            "x_zero_point": x_zero,
            "w_zero_point": w_zero,
            "en": en,
            "first": first,
            "count_tap": pack(count_tap, 1),
            "count_root": pack(count_root, 1),
        }
        operands, counts = (x, w, x_zero, w_zero, mask), EventCounts()
        rows.after_tap(every[count_tap], operands, first, counts)
        rows.roots(every[count_root], counts)
        write(dut, inputs)
        await Timer(1, unit="ns")
        if step:
            expected = counts.counts[: len(EVENT_BUSES)].ravel().tolist()
            assert event_counts(dut, EVENT_BUSES) == expected
        totals.counts[:] += counts.counts
        await cycle(dut)
        if en:
            rows.acc = rows.after_tap(every, operands, first)
        low_bits = (1 << root_bits) - 1
        got = unpack(read(dut.roots), path.oc_lanes, root_bits) & low_bits
        expect(rows.roots(every).astype(np.int64) & low_bits, got, root_bits)
    cocotb.log.info("events: %s", totals.nonzero())
    assert affine or totals.nonzero(), "nothing happened that counts"


def _path(ic_lanes: int, oc_lanes: int, **changes: Any) -> Datapath:
    return Datapath("unit", ic_lanes=ic_lanes, oc_lanes=oc_lanes, **changes)


FIXED_POINT: dict[str, Any] = {
    "format": "dynamic_fixed_point",
    "product_drop": 3,
    "product_rounding": "nearest_even",
    "lane_bits": 14,
    "tree_bits": 13,
    "tree_overflow": "saturate",
    "root_drop": 2,
    "root_rounding": "toward_zero",
}
WIDE: dict[str, Any] = {
    "format": "dynamic_fixed_point",
    "element_bits": 12,
    "weight_bits": 9,
    "product_drop": 1,
    "lane_bits": 40,
    "tree_bits": 21,
    "root_drop": 3,
    "root_rounding": "nearest_away",
}
POWER_OF_TWO: dict[str, Any] = {
    "format": "power_of_two",
    "weight_bits": 4,
    "product_drop": 2,
    "product_rounding": "nearest_away",
    "lane_bits": 15,
    "tree_bits": 16,
    "tree_overflow": "saturate",
}
NARROW = FloatFormat(5, 4, denormals=False, overflow="saturate")
MINIFLOAT: dict[str, Any] = {
    "format": "minifloat",
    "element_float": E4M3,
    "accumulator_float": NARROW,
}
RISTRETTO = MINIFLOAT | {"element_float": RISTRETTO_8, "accumulator_float": FloatFormat(4, 7)}
DATAPATHS = {
    "1x1": _path(1, 1),
    "4x4_narrow": _path(4, 4, lane_bits=20, tree_bits=22),
    "8x8": _path(8, 8),
    "4x16_narrow_tree": _path(4, 16, tree_bits=20),
    "16x16": _path(16, 16),
    "tree_first_4x4_narrow": _path(4, 4, lane_bits=20, tree_bits=22, order="tree_first"),
    "tree_first_8x2_narrow_tree": _path(8, 2, tree_bits=20, order="tree_first"),
    "fixed_point_4x4": _path(4, 4, **FIXED_POINT),
    "fixed_point_saturated_8x4": _path(8, 4, lane_overflow="saturate", **FIXED_POINT),
    "fixed_point_tree_first_4x8": _path(4, 8, order="tree_first", **FIXED_POINT),
    "fixed_point_12x9_bits_2x4": _path(2, 4, **WIDE),
    "fixed_point_12x9_bits_tree_first_4x1": _path(4, 1, order="tree_first", **WIDE),
    "power_of_two_4x4": _path(4, 4, **POWER_OF_TWO),
    "power_of_two_tree_first_4x2": _path(4, 2, order="tree_first", **POWER_OF_TWO),
    "minifloat_4x4": _path(4, 4, **MINIFLOAT),
    "minifloat_fused_4x2": _path(4, 2, fused=True, **MINIFLOAT),
    "minifloat_tree_first_4x2": _path(4, 2, order="tree_first", **MINIFLOAT),
    "ristretto_2x2": _path(2, 2, **RISTRETTO),
}


@pytest.mark.parametrize("name", DATAPATHS)
def test_mac_array(sim: str, name: str) -> None:
    path = DATAPATHS[name]
    parameters = {
        parameter: value
        for parameter, value in array_parameters(ArrayConfig(path)).items()
        if not parameter.startswith("PSUM") and not parameter.endswith(("DEPTH", "EVENTS"))
    }
    widths = {"ROOT_W": max(path.lane_bits, path.tree_bits), "PROD_W": product_width(path)}
    run_bench("mac_array", __name__, sim, parameters | widths)


def product_width(path: Datapath) -> int:
    """A product's width before bits are cut from it; fused, that of an exact value."""
    if path.format != "minifloat":
        return path.product_bits + path.product_drop
    element, accumulator = path.floats
    exponent_bits = load_definitions(FLOAT_DEFINITIONS_FILE)["EXPONENT_W"]
    exact = 2 * (element.mantissa_bits + 1) + exponent_bits + 3
    return exact if path.fused else accumulator.width

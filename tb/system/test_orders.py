"""The reduction order on the RTL: what the model says of both orders, output by output."""

from dataclasses import replace
from typing import get_args

import pytest

from pymodel.array.config import ArrayConfig
from pymodel.array.orders import OrderDifference, order_difference
from pymodel.datapath import Datapath, Order
from pymodel.presets import preset
from tb.bulk.host import Simulation, run_bulk
from tb.bulk.plan import Record, Settings, Task
from tb.model.datapath_layers import Codes, opposing_layers

DATAPATHS = {
    "dfp8_trunc4": replace(preset("dfp8_trunc4"), ic_lanes=4, oc_lanes=4),
    "minifloat_e4m3_narrow": replace(
        preset("minifloat_e4m3_narrow"), fused=False, ic_lanes=2, oc_lanes=2
    ),
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("dfp8_trunc4", marks=pytest.mark.slow_on("verilator")),
        pytest.param("minifloat_e4m3_narrow", marks=pytest.mark.slow),
    ],
)
def test_the_rtl_differs_where_the_model_says(sim: str, name: str) -> None:
    """Both orders' outputs are the model's. Held against the other order's, the RTL has as many
    mismatches as the model predicts, the first of them where it says."""
    path = DATAPATHS[name]
    layers = opposing_layers(path)
    predicted = [order_difference(conv, x, path) for conv, x in layers]
    assert sum(len(difference.places) for difference in predicted) >= 12
    for order in get_args(Order):
        records = run(sim, replace(path, order=order), predicted)
        for difference, (own, other) in zip(predicted, records, strict=True):
            assert (own.error, own.outputs, own.mismatches) == (None, difference.change.size, 0)
            places = difference.places
            assert (other.error, other.mismatches) == (None, len(places))
            if places:
                assert other.first is not None
                assert other.first.index == places[0]
                got, expected = both(difference, order)
                assert (other.first.got, other.first.expected) == (
                    got[places[0]],
                    expected[places[0]],
                )


def run(sim: str, path: Datapath, predicted: list[OrderDifference]) -> list[tuple[Record, Record]]:
    """Each layer on the RTL of one order, compared with that order's outputs and the other's."""
    tasks: list[Task] = []
    for (conv, x), difference in zip(opposing_layers(path), predicted, strict=True):
        for expected in both(difference, path.order):
            tasks.append(Task(len(tasks), conv, x, expected))
    records = run_bulk(tasks, Simulation(sim, Settings(ArrayConfig(path, events=True))))
    return list(zip(records[0::2], records[1::2], strict=True))


def both(difference: OrderDifference, order: Order) -> tuple[Codes, Codes]:
    """The outputs of `order`, and those of the other one."""
    outputs = (difference.taps_first, difference.tree_first)
    return outputs if order == "taps_first" else (outputs[1], outputs[0])

"""Verifies a float network on a datapath as a chain: the RTL's own outputs go on through it.

The host's layers are computed by the model, on what the RTL gave. The RTL must equal the model's
chain at every layer of the array, and at the network's final outputs.
"""

from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console

from pymodel.chain import OnDatapath, follow, walk
from pymodel.quantised import encode_inputs
from tb.bulk.chain_plan import Chain, ChainRun, final_codes
from tb.bulk.host import Simulation
from tb.verify.chain import chain_on_rtl
from tb.verify.event_counts import with_model_events
from tb.verify.float_network import FloatChecks, FloatSubject
from tb.verify.report import LayerReport
from tb.verify.subject import Inputs


def verify_float_chain(
    subject: FloatSubject, simulation: Simulation, console: Console
) -> tuple[list[LayerReport], LayerReport]:
    """A row for every layer, all runs together, and one for the network's final outputs.

    Raises:
        InputError: as `tb.verify.float_network.verify_float` does.
    """
    settings = simulation.settings
    checks = FloatChecks(subject, settings.config, settings.dut.post_processing)
    arithmetic = OnDatapath(checks.network)
    runs = [_run(checks, arithmetic, number, inputs) for number, inputs in enumerate(subject.runs)]
    rows = [*map(_with_source, checks.rows()), _final_row(checks, runs)]
    *rows, final = chain_on_rtl(rows, Chain(arithmetic, runs), simulation, console)
    return [with_model_events(row, checks.events(row.index)) for row in rows], final


def _run(checks: FloatChecks, arithmetic: OnDatapath, number: int, inputs: Inputs) -> ChainRun:
    """Run number `number`: the model's chain takes the outputs that the RTL's layers must give."""
    layers = len(arithmetic.network.layers)
    expected = {
        task.index % layers: task.expected
        for task in checks.tasks
        if task.index // layers == number
    }
    fed = encode_inputs(arithmetic.brought, inputs)
    steps = walk(arithmetic, expected, fed, {})
    tensors = follow(steps, lambda step: expected[step.layer.index])
    final = final_codes(arithmetic.network, tensors)
    return ChainRun(number * (layers + 1), fed, {}, expected, final)


def _final_row(checks: FloatChecks, runs: Sequence[ChainRun]) -> LayerReport:
    """The network's final outputs, without the RTL's part."""
    return LayerReport(
        index=len(checks.network.codes.layers),
        name="final outputs",
        op="NETWORK",
        outputs=sum(run.final.size for run in runs),
        status="model_only",
    )


def _with_source(row: LayerReport) -> LayerReport:
    """The row of a layer that the array should run but can't hold, with what goes on from it."""
    if row.status != "not_checked":
        return row
    return replace(row, details=(*row.details, "the chain takes the model's outputs"))

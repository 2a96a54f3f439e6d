"""Verifies a network as a chain: each layer computes on what the ones before it produced.

Three chains are followed: the RTL's own; the model's under the rules that the RTL runs, which the
RTL must equal at every layer; and the model's under the rules of the numerics asked for, which must
end where the oracle's own run ends. On how many outputs the two model chains differ is counted.
Beside that each layer is checked against the oracle on the oracle's tensors, as without a chain.
"""

from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console

from golden import litert
from pymodel.chain import ByRules
from tb.bulk.chain_host import run_chain
from tb.bulk.chain_plan import Chain
from tb.bulk.host import Simulation
from tb.scoreboard import compare
from tb.verify.details import of_runs, plural
from tb.verify.model_chains import (
    ModelChains,
    Rules,
    chain_kernel,
    final_of,
    final_oracle,
    model_chains,
    rules_of,
)
from tb.verify.network import ModelChecks
from tb.verify.oracle import Tensors, run_oracle
from tb.verify.report import LayerReport
from tb.verify.rows import with_rule_differences
from tb.verify.rtl_rows import progress_of, with_records
from tb.verify.subject import Subject


def verify_chain(
    subject: Subject, simulation: Simulation, console: Console
) -> tuple[list[LayerReport], LayerReport]:
    """A row for every layer, all runs together, and one for the network's final outputs.

    Raises:
        InputError: LiteRT refuses the model or the inputs.
    """
    checks = ModelChecks(subject, simulation.settings.dut.post_processing)
    kernel, kept = chain_kernel(subject.numerics), []
    for inputs in subject.runs:
        oracle = run_oracle(subject.model, subject.network, inputs, subject.numerics, [kernel])
        checks.add(oracle)
        kept.append(oracle[kernel])
    rows = checks.rows(simulation.settings.config)
    rules = rules_of(rows, checks)
    chains = [
        model_chains(subject, number, inputs, rules, tensors)
        for number, (inputs, tensors) in enumerate(zip(subject.runs, kept, strict=True))
    ]
    rows = [_with_chains(row, rules, checks, chains, subject, kernel) for row in rows]
    final = _final_row(subject, rules, checks, chains, kept)
    chain = Chain(ByRules(subject.network, rules.rtl), [each.run for each in chains])
    *rows, final = chain_on_rtl([*rows, final], chain, simulation, console)
    return rows, final


def _with_chains(
    row: LayerReport,
    rules: Rules,
    checks: ModelChecks,
    chains: Sequence[ModelChains],
    subject: Subject,
    kernel: litert.Kernel,
) -> LayerReport:
    """The row with what the model's chains say of the layer."""
    if row.index not in rules.rtl:
        source = f"the chain takes the outputs of {litert.version(kernel)}"
        return replace(row, details=(*row.details, source))
    if not rules.differ:
        return row
    differences = sum(chain.differences[row.index] for chain in chains)
    wanted = checks.wanted_rule(row.index)
    return with_rule_differences(row, wanted, subject.numerics, differences)


def _final_row(
    subject: Subject,
    rules: Rules,
    checks: ModelChecks,
    chains: Sequence[ModelChains],
    kept: Sequence[Tensors],
) -> LayerReport:
    """The network's final outputs: the model's chain against the oracle's own run."""
    kernel, why_not = final_oracle(subject, rules, checks)
    row = LayerReport(
        index=len(subject.network.layers),
        name="final outputs",
        op="NETWORK",
        outputs=sum(chain.final.size for chain in chains),
        details=() if kernel else (f"not compared with an oracle: {why_not}",),
    )
    if rules.differ:
        differences = sum(chain.final_differences for chain in chains)
        row = with_rule_differences(row, None, subject.numerics, differences)
    if kernel is None:
        return row
    found = [
        (chain.final, expected)
        for chain, tensors in zip(chains, kept, strict=True)
        if (expected := final_of(subject, tensors)) is not None
    ]
    if len(found) != len(chains):
        reason = f"not compared with an oracle: {litert.version(kernel)} kept no final output"
        return replace(row, details=(*row.details, reason))
    comparisons = [compare(expected, final) for final, expected in found]
    lines = [
        [f"model against {litert.version(kernel)}: {each.describe()}"] if each.mismatches else []
        for each in comparisons
    ]
    mismatches = sum(each.mismatches for each in comparisons)
    return replace(
        row,
        oracle=litert.version(kernel),
        oracle_mismatches=mismatches,
        status="fail" if mismatches else "model_only",
        details=(*row.details, *of_runs(lines)),
    )


def chain_on_rtl(
    rows: Sequence[LayerReport], chain: Chain, simulation: Simulation, console: Console
) -> list[LayerReport]:
    """The rows, the final outputs' last, with the RTL's own chain filled in."""
    if not chain.on_array:
        return list(rows)
    what = f"{plural(len(chain.runs), 'chain')} of {plural(len(chain.on_array), 'layer')}"
    with progress_of(len(chain.planned), what, simulation, console) as finished:
        records = run_chain(chain, simulation, finished)
    return with_records(rows, chain.planned, records, simulation.settings.config)

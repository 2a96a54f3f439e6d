"""Verifies a suite of golden cases: the RTL against outputs that an oracle confirmed."""

from rich.console import Console

from golden.cases.load import load_suite
from pymodel.errors import InputError
from tb.bulk.host import Simulation
from tb.bulk.plan import Task
from tb.verify.report import LayerReport
from tb.verify.rtl_rows import describe_geometry, run_rows


def verify_suite(suite: str, simulation: Simulation, console: Console) -> list[LayerReport]:
    """A row for every case of the suite.

    Raises:
        InputError: an unknown suite, an empty one, or a case whose files are not what they say.
    """
    cases = load_suite(suite)
    if not cases:
        raise InputError(f"suite {suite}: it has no cases; nothing would be checked")
    rows, tasks = [], []
    for index, case in enumerate(cases):
        conv = case.convolution
        rows.append(
            LayerReport(
                index=index,
                name=case.name,
                op=case.op,
                rule=conv.requantise.rule,
                outputs=case.expected.size,
                oracle=case.oracle,
                macs=conv.geometry.macs,
                geometry=describe_geometry(conv.geometry),
            )
        )
        tasks.append(Task(index, conv, case.x, case.expected))
    return run_rows(rows, tasks, simulation, console)

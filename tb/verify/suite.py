"""Verifies a suite of golden cases: the RTL against outputs that an oracle confirmed."""

from dataclasses import replace

from rich.console import Console

from golden.cases.case import GoldenCase
from golden.cases.load import load_suite
from pymodel.array.config import ArrayConfig
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
    rows: list[LayerReport] = []
    tasks: dict[ArrayConfig, list[Task]] = {}
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
        config = config_for(case, simulation)
        if config != simulation.settings.config:
            rows[-1] = replace(rows[-1], datapath=config.datapath.name)
        tasks.setdefault(config, []).append(Task(index, conv, case.x, case.expected))
    for config, of_config in tasks.items():
        settings = replace(simulation.settings, config=config)
        rows = run_rows(rows, of_config, replace(simulation, settings=settings), console)
    return rows


def config_for(case: GoldenCase, simulation: Simulation) -> ArrayConfig:
    """What a case runs on: the simulation's array where nothing is lost on the way, so that any
    lanes give the same bits; else the same buffers around the case's own datapath.

    Raises:
        InputError: the DUT is not the project's array, and has no other datapath than its own.
    """
    config = simulation.settings.config
    if case.datapath.format == config.datapath.format == "affine_int8":
        return config
    if not simulation.settings.dut.own:
        raise InputError(
            f"case {case.name}: its datapath is {case.datapath.name}, in which only the project's "
            "array runs"
        )
    return replace(config, datapath=replace(case.datapath, oc_lanes=config.datapath.oc_lanes))

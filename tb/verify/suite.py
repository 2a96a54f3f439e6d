"""Verifies a suite of golden cases: the RTL against outputs that an oracle confirmed."""

from dataclasses import replace

from rich.console import Console

from golden.cases.case import GoldenCase
from golden.cases.load import load_suite
from pymodel.array.config import ArrayConfig
from pymodel.array.events import EventCounts
from pymodel.datapath import Datapath
from pymodel.errors import InputError
from pymodel.layer import run
from tb.bulk.host import Simulation
from tb.bulk.plan import Task
from tb.verify.event_counts import with_model_events
from tb.verify.report import LayerReport
from tb.verify.rtl_rows import describe_geometry, run_rows


def verify_suite(
    suite: str, simulation: Simulation, console: Console, datapath: Datapath | None = None
) -> list[LayerReport]:
    """A row for every case of the suite; with `datapath`, for those that are in it.

    Raises:
        InputError: an unknown suite, one without such cases, or a case whose files are not what
            they say.
    """
    cases = load_suite(suite)
    if not cases:
        raise InputError(f"suite {suite}: it has no cases; nothing would be checked")
    if datapath is not None:
        cases = tuple(case for case in cases if _runs_in(case.datapath, datapath))
        if not cases:
            raise InputError(f"suite {suite}: none of its cases is in datapath {datapath.name}")
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
        asked_for = datapath is not None and case.datapath.format == "affine_int8"
        config = simulation.settings.config if asked_for else config_for(case, simulation)
        if config != simulation.settings.config:
            rows[-1] = replace(rows[-1], datapath=config.datapath.name)
        tasks.setdefault(config, []).append(Task(index, conv, case.x, case.expected))
    for config, of_config in tasks.items():
        settings = replace(simulation.settings, config=config)
        rows = run_rows(rows, of_config, replace(simulation, settings=settings), console)
        if config.events:
            for task in of_config:
                rows[task.index] = with_model_events(rows[task.index], _events(task, config))
    return rows


def _events(task: Task, config: ArrayConfig) -> dict[str, dict[str, int]]:
    """The model's numeric events in a case."""
    counts = EventCounts()
    run(task.conv, task.x, config.datapath, counts)
    return counts.nonzero()


def _runs_in(own: Datapath, datapath: Datapath) -> bool:
    """Whether a case recorded in its own datapath gives the same bits in `datapath`: all affine
    ones do, others must be alike but for the lanes, which are the case's."""
    if own.format == datapath.format == "affine_int8":
        return True
    same_array = replace(datapath, ic_lanes=own.ic_lanes, oc_lanes=own.oc_lanes)
    return own == replace(same_array, name=own.name)


def config_for(case: GoldenCase, simulation: Simulation) -> ArrayConfig:
    """What a case runs on: the simulation's array where nothing is lost on the way, so that any
    lanes give the same bits; else the same buffers around the case's own datapath, with counters
    of numeric events.

    An affine case of the other order runs in its own too, on the project's array: its output would
    be the same, but it is there to run that order.

    Raises:
        InputError: the DUT is not the project's array, and has no other datapath than its own.
    """
    config, project_array = simulation.settings.config, simulation.settings.dut.own
    affine = case.datapath.format == config.datapath.format == "affine_int8"
    if affine and not (project_array and case.datapath.order != config.datapath.order):
        return config
    if not project_array:
        raise InputError(
            f"case {case.name}: its datapath is {case.datapath.name}, in which only the project's "
            "array runs"
        )
    return replace(config, datapath=case.datapath, events=True)

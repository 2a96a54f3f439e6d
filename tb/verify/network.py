"""Verifies a network: the model against LiteRT, and the RTL against the model, layer by layer."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from pymodel.network import Layer, Network
from tb.bulk.host import Simulation
from tb.bulk.plan import Task
from tb.verify.model_checks import ModelCheck, Oracle, check_layer, run_oracle
from tb.verify.report import LayerReport
from tb.verify.rtl_rows import describe_geometry, fits, run_rows


def model_sha256(model: Path) -> str:
    """SHA-256 of the model's file."""
    return hashlib.sha256(model.read_bytes()).hexdigest()


def verify_network(
    model: Path,
    network: Network,
    inputs: Sequence[NDArray[np.generic]],
    simulation: Simulation,
    console: Console,
) -> list[LayerReport]:
    """A row for every layer of `network`, which is that of the file `model`.

    Raises:
        InputError: LiteRT refuses the model or the inputs, or a layer contradicts itself.
    """
    oracle = run_oracle(model, network, inputs)
    rows, tasks = [], []
    for layer in network.layers:
        row, task = _check(network, layer, oracle, simulation)
        rows.append(row)
        tasks += [task] if task is not None else []
    return run_rows(rows, tasks, simulation, console)


def _check(
    network: Network, layer: Layer, oracle: Oracle, simulation: Simulation
) -> tuple[LayerReport, Task | None]:
    """The layer's row without the RTL's part, and its task for the RTL if it has one."""
    started = time.perf_counter()
    check = check_layer(network, layer, oracle)
    wall_s = time.perf_counter() - started
    if check is None:
        outputs = sum(int(np.prod(network.tensors[i].shape)) for i in layer.outputs)
        return LayerReport(layer.index, layer.name, layer.op, outputs=outputs), None
    row = LayerReport(
        index=layer.index,
        name=layer.name,
        op=layer.op,
        rule=check.rule,
        outputs=check.outputs,
        oracle=check.oracle,
        oracle_mismatches=check.oracle_mismatches,
        macs=0 if check.conv is None else check.conv.geometry.macs,
        wall_s=wall_s,
        status="fail" if check.oracle_mismatches else "model_only",
        geometry="" if check.conv is None else describe_geometry(check.conv.geometry),
        details=check.details,
    )
    return _place(row, check, simulation)


def _place(
    row: LayerReport, check: ModelCheck, simulation: Simulation
) -> tuple[LayerReport, Task | None]:
    """The row and its task; a layer that the array cannot hold stays unchecked, and says why."""
    if check.conv is None or check.x is None or check.expected is None:
        return row, None
    obstacle = fits(check.conv, simulation.settings.config)
    if obstacle is not None:
        return replace(
            row,
            status="fail" if check.oracle_mismatches else "not_checked",
            details=(*row.details, f"not on the array: {obstacle}"),
        ), None
    return row, Task(row.index, check.conv, check.x, check.expected)

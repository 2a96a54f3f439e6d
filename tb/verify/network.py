"""Verifies a network: the model against LiteRT, and the RTL against the model, layer by layer."""

import time
from collections.abc import Sequence

from rich.console import Console

from pymodel.array.config import ArrayConfig
from tb.bulk.host import Simulation
from tb.bulk.plan import Task
from tb.verify.model_checks import ModelCheck, NotChecked, check_layer
from tb.verify.oracle import Oracle, left_layers, run_oracle
from tb.verify.report import LayerReport
from tb.verify.rows import model_row, total, with_rule_differences
from tb.verify.rtl_rows import run_rows
from tb.verify.subject import Subject


class ModelChecks:
    """The model's checks of every layer, run by run."""

    def __init__(self, subject: Subject, post_processing: bool = False) -> None:
        """`post_processing`: whether the DUT runs ops beside convolutions."""
        self._subject = subject
        self._post_processing = post_processing
        self._checks: list[list[ModelCheck | NotChecked]] = []
        self._left: frozenset[int] = frozenset()
        self._wall_s = [0.0] * len(subject.network.layers)

    def add(self, oracle: Oracle) -> None:
        """Check every layer on the tensors of one more run."""
        network, numerics = self._subject.network, self._subject.numerics
        if not self._checks and numerics == "xnnpack":
            self._left = left_layers(self._subject.model, network)
        checks = []
        for layer in network.layers:
            started = time.perf_counter()
            follows = self.follows(layer.index)
            checks.append(
                check_layer(network, layer, oracle, numerics, follows, self._post_processing)
            )
            self._wall_s[layer.index] += time.perf_counter() - started
        self._checks.append(checks)

    def follows(self, layer: int) -> str:
        """The numerics whose rules the layer follows: XNNPACK leaves some to litert-opt."""
        return "litert-opt" if layer in self._left else self._subject.numerics

    def wanted_rule(self, layer: int) -> str | None:
        """The layer's rule under the numerics asked for, where the RTL runs another."""
        check = self._checks[0][layer]
        return None if isinstance(check, NotChecked) else check.wanted

    def rule_differences(self, layer: int) -> int | None:
        """Outputs that differ between the two rules, over all runs; None where they are one."""
        checks = [checks[layer] for checks in self._checks]
        return total(c.rule_differences for c in checks if isinstance(c, ModelCheck))

    def rows(self, config: ArrayConfig) -> list[LayerReport]:
        """A row for each layer, over all runs so far, without the RTL's part."""
        network = self._subject.network
        return [
            model_row(
                network,
                layer,
                [checks[layer.index] for checks in self._checks],
                config,
                self._wall_s[layer.index],
            )
            for layer in network.layers
        ]

    def tasks(self, rows: Sequence[LayerReport]) -> list[Task]:
        """What the RTL is to run: each run's layers that `rows` says have a place on the array."""
        tasks: list[Task] = []
        for run, checks in enumerate(self._checks):
            for row, check in zip(rows, checks, strict=True):
                if row.on_array and isinstance(check, ModelCheck):
                    task = check.task(run * len(rows) + row.index)
                    tasks += [task] if task is not None else []
        return tasks


def verify_network(subject: Subject, simulation: Simulation, console: Console) -> list[LayerReport]:
    """A row for every layer, all runs together.

    Raises:
        InputError: LiteRT refuses the model or the inputs.
    """
    checks = ModelChecks(subject, simulation.settings.dut.post_processing)
    for inputs in subject.runs:
        checks.add(run_oracle(subject.model, subject.network, inputs, subject.numerics))
    rows = checks.rows(simulation.settings.config)
    rows = run_rows(rows, checks.tasks(rows), simulation, console)
    return [
        with_rule_differences(
            row,
            checks.wanted_rule(row.index),
            subject.numerics,
            checks.rule_differences(row.index),
        )
        for row in rows
    ]

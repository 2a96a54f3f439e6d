"""Verifies a float network on a datapath: brought there by a scheme, layer by layer on the RTL.

The model runs the whole network in codes. The tensors that it gives feed every layer of the RTL,
each on its own, and the float network on the same inputs says how much noise the format has added.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from pymodel import quantised, real
from pymodel.array.config import ArrayConfig
from pymodel.array.events import EventCounts, named_events
from pymodel.network import ABSENT, Layer, Network
from pymodel.ops.post import alone, carrier
from pymodel.post_processing import PostProcessing
from pymodel.quantised import Noise, QuantisedNetwork, Scheme
from tb.bulk.host import Simulation
from tb.bulk.plan import Task
from tb.verify.event_counts import with_model_events
from tb.verify.report import LayerReport
from tb.verify.rows import work
from tb.verify.rtl_rows import fits, run_rows
from tb.verify.subject import Inputs

Tensors = dict[int, NDArray[np.generic]]


@dataclass(frozen=True, eq=False)
class FloatSubject:
    """`network` is that of `model`, `scheme` its tensors'; `runs` holds the inputs of one run after
    another, float."""

    model: Path
    network: Network
    scheme: Scheme
    runs: Sequence[Inputs]


@dataclass
class _Finding:
    """What all runs of one layer have come to.

    differences: outputs of the model's short cut, where it took one, that its reduction in the
    array's order does not give.
    """

    outputs: int = 0
    differences: int = 0
    noise: Noise | None = None
    counts: EventCounts = field(default_factory=EventCounts)
    wall_s: float = 0.0


class FloatChecks:
    """The model's runs of a quantised network: tasks for the RTL, noise and events by layer."""

    def __init__(
        self, subject: FloatSubject, config: ArrayConfig, post_processing: bool = False
    ) -> None:
        """`post_processing`: whether the DUT runs ops beside convolutions.

        Raises InputError as `quantised.quantise` does.
        """
        brought = quantised.quantise(subject.network, config.datapath, subject.scheme)
        self.network: QuantisedNetwork = brought
        self._config = config
        self._findings = [_Finding() for _ in subject.network.layers]
        self._posts = self._post_processed() if post_processing else {}
        self._convs = {
            **self.network.convolutions,
            **{index: carrier(brought.codes, brought.codes.layers[index]) for index in self._posts},
        }
        self._obstacles = {index: fits(conv, config) for index, conv in self._convs.items()}
        self.tasks: list[Task] = []
        for run, inputs in enumerate(subject.runs):
            self._add(run, inputs)
        self._runs = len(subject.runs)

    def _post_processed(self) -> dict[int, PostProcessing]:
        """What the array's post-processing does for each layer that it takes."""
        posts = {
            layer.index: quantised.post_of(self.network, layer)
            for layer in self.network.codes.layers
        }
        return {index: post for index, post in posts.items() if post is not None}

    def _add(self, run: int, inputs: Inputs) -> None:
        """One more run of the network."""
        codes, reals = quantised.run(self.network, inputs), real.run(self.network.real, inputs)
        for layer in self.network.codes.layers:
            found, started = self._findings[layer.index], time.perf_counter()
            if layer.index in self._convs:
                self._add_task(run, layer, codes)
            for index in layer.outputs:
                found.outputs += codes[index].size
                if index in self.network.codecs:
                    own = quantised.noise(self.network, index, reals[index], codes[index])
                    found.noise = own if found.noise is None else found.noise + own
            found.wall_s += time.perf_counter() - started

    def _add_task(self, run: int, layer: Layer, codes: Tensors) -> None:
        """The RTL's part of a layer; what it must give is the model's reduction, step by step."""
        inputs = [codes[index] for index in layer.inputs if index != ABSENT]
        found = self._findings[layer.index]
        counts = found.counts if self._config.events else None
        index = run * len(self._findings) + layer.index
        if layer.index in self._posts:
            job = alone(self.network.codes, layer, inputs)
            task = Task(index, job.conv, job.x, job.outputs(counts), job.post, job.operand)
        else:
            conv, dtype = self._convs[layer.index], self._config.datapath.dtype
            (y,) = quantised.evaluate(self.network, layer, inputs, counts)
            x = inputs[0].reshape(conv.geometry.input_shape).astype(dtype, copy=False)
            expected = y.reshape(conv.geometry.output_shape).astype(dtype, copy=False)
            task = Task(index, conv, x, expected)
        short_cut = codes[layer.outputs[0]].reshape(task.expected.shape)
        found.differences += int(np.count_nonzero(task.expected != short_cut))
        if self._obstacles[layer.index] is None:
            self.tasks.append(task)

    def rows(self) -> list[LayerReport]:
        """A row for each layer, over all runs, without the RTL's part."""
        return [self._row(layer) for layer in self.network.codes.layers]

    def events(self, layer: int) -> dict[str, dict[str, int]] | None:
        """The model's numeric events of a layer, None where none are counted."""
        if not self._config.events or layer not in self._convs:
            return None
        return named_events(self._findings[layer].counts.as_tuple())

    def _row(self, layer: Layer) -> LayerReport:
        found, conv = self._findings[layer.index], self._convs.get(layer.index)
        macs, geometry = work(self.network.codes, layer, conv, self._posts.get(layer.index))
        row = LayerReport(
            index=layer.index,
            name=layer.name,
            op=layer.op,
            rule=quantised.rule_of(self.network, layer),
            outputs=found.outputs,
            macs=self._runs * macs,
            wall_s=found.wall_s,
            status="model_only",
            sqnr_db=None if found.noise is None else found.noise.db,
            geometry=geometry,
        )
        if conv is None:
            return row
        if found.differences:
            line = f"model: {found.differences:,} outputs of its exact product are not the array's"
            row = replace(row, status="fail", details=(line,))
        obstacle = self._obstacles[layer.index]
        if obstacle is None:
            return replace(row, on_array=True)
        details = (*row.details, f"not on the array: {obstacle}")
        return replace(row, status="fail" if found.differences else "not_checked", details=details)


def verify_float(
    subject: FloatSubject, simulation: Simulation, console: Console
) -> list[LayerReport]:
    """A row for every layer, all runs together.

    Raises:
        InputError: the network, or its data, cannot be brought to the datapath; it names the layer
            or the tensor.
    """
    settings = simulation.settings
    checks = FloatChecks(subject, settings.config, settings.dut.post_processing)
    rows = run_rows(checks.rows(), checks.tasks, simulation, console)
    return [with_model_events(row, checks.events(row.index)) for row in rows]

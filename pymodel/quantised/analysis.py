"""What a layer's error is made of: how much each step of a number format adds to it.

Each layer is computed again and again from the float network's numbers, with one more step as the
datapath has it each time, in the order of STEPS:

1. weights: their codes' values in place of the float weights;
2. bias: likewise;
3. activations: the layer's float input, encoded and decoded;
4. inherited: the input that the quantised network really has there, errors of the layers before
   included;
5. truncation: the low bits that are cut from products and at the tree's root;
6. accumulator: every width with its overflow rule; in minifloat, the rounding of products and sums;
7. output: requantised and clamped to codes, which is what the quantised network gives.

What a step costs is the difference that it makes, its own fused activation included. The
differences of all steps add up to the whole error, element by element, because each begins where
the one before ends. Their energies do not: sum (a + b)^2 has cross terms, which `interaction`
holds. The order follows the data through the layer; another would move cost between steps that
depend on each other, such as weights and activations, by their products.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pymodel import real
from pymodel.errors import InputError
from pymodel.network import ABSENT, Layer
from pymodel.quantised.error_stages import Reals, Tensors, array_stages
from pymodel.quantised.network import QuantisedNetwork
from pymodel.quantised.noise import Noise
from pymodel.quantised.run import run

STEPS = (
    "weights", "bias", "activations", "inherited", "truncation", "accumulator", "output",
)  # fmt: skip
BINS = 64


@dataclass(frozen=True, eq=False)
class LayerError:
    """A layer's outputs in the quantised network against the float network's, over all runs.

    Attributes:
        index, name, op: the layer's.
        outputs: how many there were.
        not_finite: outputs at which some step's difference is NaN or infinite; they count in
            nothing else.
        total: the signal, and the energy of the whole error.
        steps: by name, in the order of STEPS: the same signal, the energy of the step's difference.
        counts, edges: histogram of the error: int64 (BINS,), float64 (BINS + 1,), symmetric about
            0 and as wide as the largest error.
    """

    index: int
    name: str
    op: str
    outputs: int
    not_finite: int
    total: Noise
    steps: Mapping[str, Noise]
    counts: NDArray[np.int64]
    edges: NDArray[np.float64]

    @property
    def interaction(self) -> float:
        """The error's energy less that of all steps: twice their products. Negative where steps
        cancel each other."""
        return self.total.noise - sum(noise.noise for noise in self.steps.values())

    @property
    def costliest(self) -> str:
        """The step that adds most."""
        return max(self.steps, key=lambda step: self.steps[step].noise)


def analyse(
    quantised: QuantisedNetwork, runs: Iterable[Sequence[NDArray[np.generic]]]
) -> tuple[LayerError, ...]:
    """The error of every layer with float outputs, in order of execution.

    The errors of all runs are kept for the histograms, 8 bytes an output.

    Args:
        runs: of the network's float inputs.

    Raises:
        InputError: no runs, or what `pymodel.quantised.run` refuses.
    """
    gathered: dict[int, _Gathered] = {}
    for inputs in runs:
        reals, codes = real.run(quantised.real, inputs), run(quantised, inputs)
        for layer in quantised.real.layers:
            if any(index in quantised.codecs for index in layer.outputs):
                stages = list(_stages(quantised, layer, reals, codes))
                gathered.setdefault(layer.index, _Gathered(layer)).add(stages)
    if not gathered:
        raise InputError(
            f"network {quantised.real.name}: nothing to analyse, at least one run and one layer "
            "of floats are needed"
        )
    return tuple(one.result() for one in gathered.values())


class _Gathered:
    """Sums over the runs of one layer."""

    def __init__(self, layer: Layer) -> None:
        self._layer, self._errors = layer, list[Reals]()
        self._signal, self._energies = 0.0, np.zeros(len(STEPS), dtype=np.float64)
        self._outputs = self._not_finite = 0

    def add(self, stages: Sequence[Reals]) -> None:
        """One run's outputs: in float, then after each of STEPS; (outputs,) each."""
        with np.errstate(invalid="ignore"):
            differences = np.diff(np.stack(stages), axis=0)
        finite = np.all(np.isfinite(differences), axis=0)
        kept = differences[:, finite]
        self._outputs += finite.size
        self._not_finite += int(np.count_nonzero(~finite))
        self._signal += float(np.sum(stages[0][finite] ** 2))
        self._energies += np.sum(kept**2, axis=1)
        self._errors.append(stages[-1][finite] - stages[0][finite])

    def result(self) -> LayerError:
        """Over all runs."""
        errors = np.concatenate(self._errors)
        reach = float(np.abs(errors).max(initial=0.0)) or 1.0
        counts, edges = np.histogram(errors, bins=BINS, range=(-reach, reach))
        return LayerError(
            self._layer.index,
            self._layer.name,
            self._layer.op,
            self._outputs,
            self._not_finite,
            Noise(self._signal, float(np.sum(errors**2))),
            {
                step: Noise(self._signal, float(energy))
                for step, energy in zip(STEPS, self._energies, strict=True)
            },
            counts.astype(np.int64),
            edges,
        )


def _stages(
    quantised: QuantisedNetwork, layer: Layer, reals: Tensors, codes: Tensors
) -> Iterator[Reals]:
    """The layer's outputs, flat: in float, then after each of STEPS."""
    if layer.index in quantised.convolutions:
        yield from (stage.ravel() for stage in array_stages(quantised, layer, reals, codes))
    else:
        floats = _flat(quantised, layer, [reals[index] for index in layer.outputs])
        yield from (floats, floats, floats)
        for inputs in _host_inputs(quantised, layer, reals, codes):
            with np.errstate(all="ignore"):
                outputs = real.evaluate(quantised.real, layer, inputs)
            computed = _flat(quantised, layer, outputs)
            yield computed
        yield from (computed, computed)
    given = [
        quantised.codecs[index].decode(codes[index]) if index in quantised.codecs else codes[index]
        for index in layer.outputs
    ]
    yield _flat(quantised, layer, given)


def _host_inputs(
    quantised: QuantisedNetwork, layer: Layer, reals: Tensors, codes: Tensors
) -> Iterator[list[NDArray[np.generic]]]:
    """The inputs of a layer that the array does not run: encoded by itself, and inherited."""
    present = [index for index in layer.inputs if index != ABSENT]
    names, codecs = quantised.real.tensors, quantised.codecs
    own = {
        index: codecs[index].encode(reals[index], names[index].name)
        for index in present
        if index in codecs
    }
    for coded in (own, codes):
        yield [
            codecs[index].decode(coded[index]) if index in codecs else reals[index]
            for index in present
        ]


def _flat(
    quantised: QuantisedNetwork, layer: Layer, outputs: Sequence[NDArray[np.generic]]
) -> Reals:
    """The float outputs of a layer, one after another."""
    floats = [
        values.astype(np.float64).ravel()
        for index, values in zip(layer.outputs, outputs, strict=True)
        if index in quantised.codecs
    ]
    return np.concatenate(floats)

"""What a quantised network's error is made of at its end: each step taken in all layers at once.

The network is run again and again, with one more step as the datapath has it each time, in the
order of NETWORK_STEPS:

1. weights: the float network with the values of the weights' codes;
2. bias: and of the biases' codes;
3. activations: every tensor in codes, what makes it computed exactly and rounded to its nearest
   code once;
4. truncation: the low bits that are cut from products and at the tree's root;
5. accumulator: every width with its overflow rule, the rounding of products and sums in minifloat,
   and where the requantisation is not the nearest code: the quantised network itself.

As in `pymodel.quantised.analysis`, the differences of all steps add up to the whole error.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel import real
from pymodel.datapath import FIXED_POINT
from pymodel.errors import InputError
from pymodel.network import Layer
from pymodel.network.execute import execute
from pymodel.quantised.analysis import decoded, flat
from pymodel.quantised.error_stages import Reals, stored_bias, stored_weights, wide_enough
from pymodel.quantised.network import QuantisedNetwork, quantise
from pymodel.quantised.run import encode_inputs, evaluate, run
from pymodel.quantised.step_costs import Gatherer, StepCosts

NETWORK_STEPS = ("weights", "bias", "activations", "truncation", "accumulator")
Arrays = Sequence[NDArray[np.generic]]


def analyse_network(quantised: QuantisedNetwork, runs: Iterable[Arrays]) -> StepCosts:
    """The error of the network's float outputs, by NETWORK_STEPS.

    Args:
        runs: of the network's float inputs.

    Raises:
        InputError: no runs, no float output, or what `pymodel.quantised.run` refuses.
    """
    gatherer, stages = Gatherer(NETWORK_STEPS), _Stages(quantised)
    for inputs in runs if stages.outputs else ():
        gatherer.add(list(stages.of(inputs)))
    found = gatherer.costs()
    if not found.outputs:
        raise InputError(
            f"network {quantised.real.name}: nothing to analyse, at least one run and one float "
            "output are needed"
        )
    return found


class _Stages:
    """The network as it is after each step."""

    def __init__(self, quantised: QuantisedNetwork) -> None:
        self._quantised, self._network = quantised, quantised.real
        self.outputs = [index for index in self._network.outputs if index in quantised.codecs]
        datapath, self._cut = quantised.datapath, None
        if datapath.format in FIXED_POINT and datapath.product_drop + datapath.root_drop:
            self._cut = quantise(self._network, wide_enough(datapath), quantised.scheme)

    def of(self, inputs: Arrays) -> Iterator[Reals]:
        """One run's outputs, flat: in float, then after each of NETWORK_STEPS."""
        quantised = self._quantised
        reals = real.run(self._network, inputs)
        yield flat(quantised, self.outputs, reals)
        fed = [reals[index] for index in self._network.inputs]
        for stored in (self._with_weights, self._with_bias):
            found = execute(self._network, fed, self._in_float(stored))
            yield flat(quantised, self.outputs, found)
        exact = execute(quantised.codes, encode_inputs(quantised, inputs), self._exact)
        yield decoded(quantised, self.outputs, exact)
        cut = exact if self._cut is None else run(self._cut, inputs)
        yield decoded(quantised, self.outputs, cut)
        yield decoded(quantised, self.outputs, run(quantised, inputs))

    def _with_weights(self, layer: Layer, arrays: Arrays) -> list[NDArray[np.generic]]:
        return [arrays[0], stored_weights(self._quantised, layer), *arrays[2:]]

    def _with_bias(self, layer: Layer, arrays: Arrays) -> list[NDArray[np.generic]]:
        bias = [stored_bias(self._quantised, layer)] if len(arrays) > 2 else []
        return [*self._with_weights(layer, arrays)[:2], *bias]

    def _in_float(
        self, stored: Callable[[Layer, Arrays], Arrays]
    ) -> Callable[[Layer, Arrays], Arrays]:
        """A layer in float64, operands of the array's as `stored` has them."""

        def computed(layer: Layer, arrays: Arrays) -> Arrays:
            on_array = layer.index in self._quantised.convolutions
            operands = stored(layer, arrays) if on_array else arrays
            return real.evaluate(self._network, layer, operands)

        return computed

    def _exact(self, layer: Layer, arrays: Arrays) -> Arrays:
        """A layer from codes to codes: the array's rounded once, the host's as they are."""
        codecs = self._quantised.codecs
        if layer.index not in self._quantised.convolutions:
            return evaluate(self._quantised, layer, arrays)
        x = codecs[layer.inputs[0]].decode(arrays[0])
        (y,) = layer.outputs
        operands = self._with_bias(layer, [x, *arrays[1:]])
        (found,) = real.evaluate(self._network, layer, operands)
        return (codecs[y].encode(found, self._network.tensors[y].name),)

"""The ranges of tensors, by a method, from run after run."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pymodel import real
from pymodel.calibration.method import Method
from pymodel.calibration.observed import Observer, checked_range, magnitude
from pymodel.codecs import Range
from pymodel.errors import InputError
from pymodel.network import Network

Runs = Sequence[Sequence[NDArray[np.generic]]]
Pass = Callable[[], Iterable[Mapping[int, ArrayLike]]]
"""Goes through all runs once more: the values of each tensor, by its index."""


def ranges_by(network: Network, runs: Runs, method: Method) -> dict[int, Range]:
    """The range of every float tensor that is no constant, as the method chooses it.

    Args:
        network: a float network.
        runs: of the network's inputs. Each is run twice: for the range, and for the histogram.

    Raises:
        InputError: no runs, or others the second time; a constant or an activation that is NaN,
            infinite or past float32, or what `pymodel.real.run` refuses.
    """
    for tensor in network.tensors:
        if tensor.data is not None and tensor.data.dtype.kind == "f":
            checked_range(tensor.data, tensor.name)

    def one_pass() -> Iterable[Mapping[int, ArrayLike]]:
        for inputs in runs:
            yield {
                index: values
                for index, values in real.run(network, inputs).items()
                if network.tensors[index].data is None and values.dtype == np.float64
            }

    return _chosen(one_pass, [tensor.name for tensor in network.tensors], method)


def range_by(values: Sequence[ArrayLike], method: Method, name: str = "tensor") -> Range:
    """The range of one tensor, from its values in run after run.

    Raises:
        InputError: no runs, or a value that is NaN, infinite or past float32.
    """
    return _chosen(lambda: ({0: one} for one in values), [name], method)[0]


def _chosen(one_pass: Pass, names: Sequence[str], method: Method) -> dict[int, Range]:
    ranges: dict[int, Range] = {}
    counts: dict[int, int] = {}
    for run in one_pass():
        for index, values in run.items():
            own = checked_range(values, names[index])
            ranges[index] = ranges[index] | own if index in ranges else own
            counts[index] = counts.get(index, 0) + np.size(values)
    if not ranges:
        raise InputError("calibration: there are no runs, at least one is needed")
    observers = {
        index: Observer(names[index], found, method.tail(counts[index]))
        for index, found in ranges.items()
        if magnitude(found) > 0
    }
    for run in one_pass():
        for index, observer in observers.items():
            observer.add(run[index])
    found = {index: observer.observed() for index, observer in observers.items()}
    for index, observed in found.items():
        if observed.count != counts[index]:
            raise InputError(
                f"calibration: runs must be a list, which is gone through twice; the second pass "
                f"saw {observed.count} values of tensor {names[index]}, the first {counts[index]}"
            )
    return {
        index: method.range_of(found[index]) if index in found else Range(0.0, 0.0)
        for index in ranges
    }

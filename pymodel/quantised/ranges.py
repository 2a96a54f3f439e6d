"""The ranges of a float network's activations on given inputs."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel import real
from pymodel.codecs import Range, tensor_range
from pymodel.network import Network

Ranges = Mapping[int, Range]
"""By the tensor's index."""


def ranges_of(network: Network, runs: Iterable[Sequence[NDArray[np.generic]]]) -> dict[int, Range]:
    """The range of every float tensor that is no constant, over all `runs` of the network's inputs.

    Raises:
        InputError: a constant or an activation that is NaN or infinite, or what
            `pymodel.real.run` refuses.
    """
    for tensor in network.tensors:
        if tensor.data is not None and tensor.data.dtype.kind == "f":
            tensor_range(tensor.data, tensor.name)
    found: dict[int, Range] = {}
    for inputs in runs:
        for index, values in real.run(network, inputs).items():
            tensor = network.tensors[index]
            if tensor.data is None and values.dtype == np.float64:
                own = tensor_range(values, tensor.name)
                found[index] = found[index] | own if index in found else own
    return found

"""Walking a network: what each layer is given, and what is missing."""

import numpy as np
import pytest

from pymodel.errors import InputError
from pymodel.network import ABSENT, Layer, Network, Tensor
from pymodel.network.execute import Arrays, execute

ONE = np.ones(2, dtype=np.float32)


def network(second_reads: int) -> Network:
    """y = op(x, -, constant), then z = op of tensor `second_reads`."""
    tensors = tuple(
        Tensor(index, name, (2,), "float32", data=5 * ONE if name == "constant" else None)
        for index, name in enumerate(("x", "constant", "y", "z"))
    )
    layers = (
        Layer(0, "first", "ADD", (0, ABSENT, 1), (2,)),
        Layer(1, "second", "RELU", (second_reads,), (3,)),
    )
    return Network("small", tensors, layers, (0,), (3,))


def test_each_layer_gets_its_inputs_without_absent_ones() -> None:
    seen: list[list[float]] = []

    def total(_: Layer, arrays: Arrays) -> Arrays:
        seen.append([float(array[0]) for array in arrays])
        return [np.sum(arrays, axis=0)]

    tensors = execute(network(2), [3 * ONE], total)
    assert seen == [[3.0, 5.0], [8.0]]
    assert {index: float(array[0]) for index, array in tensors.items()} == {0: 3, 1: 5, 2: 8, 3: 8}


def test_a_tensor_that_nothing_computes() -> None:
    with pytest.raises(InputError, match="layer second: tensor z of RELU has no value"):
        execute(network(3), [ONE], lambda _layer, arrays: arrays[:1])

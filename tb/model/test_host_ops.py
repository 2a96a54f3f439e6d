"""PAD and RESHAPE against values worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.network import Layer, Network, Tensor
from pymodel.ops.registry import evaluate

ZERO_POINT = 5


def run(
    op: str, out_shape: tuple[int, ...], *inputs: NDArray[np.generic], dtype: str = "int8"
) -> NDArray[np.generic]:
    """One layer's output; its output tensor has the zero point 5."""
    output = Tensor(
        len(inputs),
        "y",
        out_shape,
        dtype,
        scale=np.ones(1, dtype=np.float32),
        zero_point=np.array([ZERO_POINT], dtype=np.int64),
    )
    tensors = [Tensor(i, f"x{i}", x.shape, x.dtype.name) for i, x in enumerate(inputs)]
    layer = Layer(0, "layer", op, tuple(range(len(inputs))), (len(inputs),))
    network = Network("net", (*tensors, output), (layer,), (0,), (len(inputs),))
    return evaluate(network, layer, inputs)[0]


def codes(*shape: int) -> NDArray[np.int8]:
    return np.arange(-3, np.prod(shape) - 3, dtype=np.int8).reshape(shape)


def test_pad_surrounds_with_the_zero_point() -> None:
    paddings = np.array([[1, 0], [0, 2]], dtype=np.int32)
    padded = run("PAD", (3, 4), codes(2, 2), paddings)
    assert padded.tolist() == [[5, 5, 5, 5], [-3, -2, 5, 5], [-1, 0, 5, 5]]
    assert padded.dtype == np.int8


def test_reshape_keeps_the_elements_in_order() -> None:
    assert run("RESHAPE", (3, 2), codes(2, 3)).tolist() == [[-3, -2], [-1, 0], [1, 2]]


@pytest.mark.parametrize(
    ("paddings", "out_shape", "message"),
    [
        ([[1, 0], [0, -1]], (3, 1), "must not be negative"),
        ([[1, 0]], (3, 2), r"shape \(2, 2\)"),
        ([[1, 0], [0, 2]], (3, 3), r"must be int8 of shape \(3, 4\)"),
    ],
)
def test_pad_refuses(paddings: list[list[int]], out_shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        run("PAD", out_shape, codes(2, 2), np.array(paddings, dtype=np.int32))


def test_operands_that_a_file_leaves_out() -> None:
    with pytest.raises(InputError, match="layer layer: PAD must have 2 inputs, found 1"):
        run("PAD", (2, 2), codes(2, 2))
    with pytest.raises(InputError, match="RESHAPE must have an input and one output, found 0"):
        run("RESHAPE", (2, 2))


def test_reshape_refuses_another_size_and_another_dtype() -> None:
    with pytest.raises(InputError, match="must hold 6 elements"):
        run("RESHAPE", (4, 2), codes(2, 3))
    with pytest.raises(InputError, match="must hold 6 elements of int8"):
        run("RESHAPE", (3, 2), codes(2, 3), dtype="int32")


def test_a_rule_or_an_op_that_is_not_there() -> None:
    layer = Layer(0, "layer", "PAD", (0,), (0,))
    network = Network("net", (Tensor(0, "x", (1,), "int8"),), (layer,), (0,), (0,))
    with pytest.raises(InputError, match="rule of PAD must be one of exact, found 'double_up'"):
        evaluate(network, layer, [], "double_up")
    with pytest.raises(InputError, match="the host has no op CONV_2D"):
        evaluate(network, replace(layer, op="CONV_2D"), [])

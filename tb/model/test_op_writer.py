"""The writer of single ops: LiteRT computes them, the importer reads them back."""

import numpy as np
import pytest
import tflite
from numpy.typing import NDArray

from golden import litert
from golden.tflite.importer import parse_tflite
from golden.tflite.op_writer import Operand, Option, write_op
from golden.tflite.options import READERS
from pymodel.errors import InputError

X = Operand("x", (1, 2, 2, 1), scale=0.5, zero_point=-1)
CODES = np.array([1, 3, 5, -7], dtype=np.int8).reshape(X.shape)


def run(content: bytes, *inputs: NDArray[np.generic]) -> list[NDArray[np.generic]]:
    """The network's outputs under LiteRT's reference kernels."""
    found = litert.run(content, list(inputs), "reference")
    return [found[index] for index in parse_tflite(content, "op", "op").outputs]


def test_two_inputs() -> None:
    other, y = Operand("b", X.shape, scale=0.5), Operand("y", X.shape, scale=1.0, zero_point=2)
    content = write_op("ADD", [X, other], [y], {"fused_activation_function": 1})
    (found,) = run(content, CODES, CODES)
    assert found.ravel().tolist() == [4, 6, 8, 2]  # (2 x + 1) / 2 + 2, RELU from 2
    assert parse_tflite(content, "op", "op").layers[0].attributes == {"fused_activation": "RELU"}


def test_one_tensor_twice() -> None:
    content = write_op("ADD", [X, X], [Operand("y", X.shape, scale=1.0)])
    assert run(content, CODES)[0].ravel().tolist() == [2, 4, 6, -6]
    assert parse_tflite(content, "op", "op").inputs == (0,)


def test_constants_and_several_outputs() -> None:
    axis = Operand("axis", (), "int32", data=np.array(1, dtype=np.int32))
    halves = [Operand(name, (1, 1, 2, 1), scale=0.5, zero_point=-1) for name in "yz"]
    content = write_op("SPLIT", [axis, X], halves, {"num_splits": 2})
    assert [half.ravel().tolist() for half in run(content, CODES)] == [[1, 3], [5, -7]]


def test_vector_option() -> None:
    y = Operand("y", (4,), scale=0.5, zero_point=-1)
    content = write_op("RESHAPE", [X], [y], {"new_shape": (4,)})
    assert run(content, CODES)[0].tolist() == CODES.ravel().tolist()


def test_op_without_options() -> None:
    y = Operand("y", X.shape, scale=1 / 128)
    content = write_op("TANH", [X], [y])
    assert run(content, CODES)[0].ravel().tolist() == [97, 123, 127, -127]  # tanh 1, 2, 3, -3


@pytest.mark.parametrize("op", READERS)
def test_table_of_each_op(op: str) -> None:
    """The names in READERS are the schema's, and each reader takes its own table.

    Windows have no default that is legal.
    """
    options: dict[str, Option] = {}
    if READERS[op][0] in ("Pool2DOptions", "Conv2DOptions", "DepthwiseConv2DOptions"):
        options = {"stride_h": 2, "stride_w": 3, "padding": tflite.Padding.VALID}
    if READERS[op][0] == "Pool2DOptions":
        options |= {"filter_height": 4, "filter_width": 5}
    content = write_op(op, [X, X], [Operand("y", X.shape, scale=1.0)], options)
    attributes = parse_tflite(content, "op", "op").layers[0].attributes
    expected: dict[str, object] = options | {"padding": "VALID"} if options else {}
    assert expected.items() <= attributes.items()


@pytest.mark.parametrize(
    ("op", "options", "expected"),
    [
        ("SOFTMAX", {"beta": float("nan")}, "layer 0 SOFTMAX has beta nan; a finite number"),
        ("LEAKY_RELU", {"alpha": float("inf")}, "layer 0 LEAKY_RELU has alpha inf"),
        ("MUL", {"fused_activation_function": 9}, "layer 0 MUL has an unknown fused activation 9"),
        ("MAX_POOL_2D", {"stride_h": 1, "stride_w": 1}, "has filter_height 0; at least 1"),
    ],
)
def test_illegal_options(op: str, options: dict[str, Option], expected: str) -> None:
    content = write_op(op, [X, X], [Operand("y", X.shape, scale=1.0)], options)
    with pytest.raises(InputError, match=expected):
        parse_tflite(content, "op", "op")


@pytest.mark.parametrize(
    ("op", "options", "expected"),
    [
        ("DIVE", {}, "TFLite has no op 'DIVE'"),
        ("ADD", {"beta": 1.0}, "AddOptions of ADD has no field 'beta'"),
        ("TANH", {"beta": 1.0}, "TANH is written without options, found beta"),
    ],
)
def test_wrong_call(op: str, options: dict[str, Option], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        write_op(op, [X], [X], options)


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"dtype": "int5"}, "TFLite has no dtype 'int5'"),
        ({"data": CODES[0]}, r"data must be int8 of shape \(1, 2, 2, 1\), found int8"),
        ({"data": CODES.astype(np.int32)}, "found int32"),
    ],
    ids=str,
)
def test_wrong_operand(wrong: dict[str, object], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        Operand("x", X.shape, **wrong)  # type: ignore[arg-type] # any field

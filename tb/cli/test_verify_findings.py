"""Comparison of any dtype, and findings of several runs in a few lines."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.network import Network, Tensor
from tb.verify.agreement import agreement, describe
from tb.verify.details import of_runs
from tb.verify.oracle import tensor


def floats(*values: float) -> NDArray[np.float32]:
    return np.array(values, dtype=np.float32)


NAN = np.array([0x7FC00000, 0xFFC00001, 0x7F800001], dtype=np.uint32).view(np.float32)


@pytest.mark.parametrize(
    ("expected", "found", "mismatches"),
    [
        (np.array([1, -2, 3], dtype=np.int8), np.array([1, 2, 3], dtype=np.int8), 1),
        (np.array([True, False]), np.array([True, True]), 1),
        (np.array([2**40, 5]), np.array([2**40 + 1, 5]), 1),
        (floats(0.0, 1.5), floats(-0.0, 1.5), 1),
        (NAN, NAN[::-1], 0),
        (floats(np.nan, np.inf), floats(np.inf, np.inf), 1),
        (floats(1.0), np.nextafter(floats(1.0), np.float32(2)), 1),
        (floats(1.0, -0.0).astype(np.float16), floats(1.0, -0.0).astype(np.float16), 0),
        (np.array(7, dtype=np.int32), np.array(7, dtype=np.int32), 0),
    ],
    ids=["int8", "bool", "int64", "minus_zero", "nan", "nan_inf", "one_bit", "float16", "scalar"],
)
def test_agreement(
    expected: NDArray[np.generic],
    found: NDArray[np.generic],
    mismatches: int,
) -> None:
    comparison = agreement(expected, found)
    assert (comparison.outputs, comparison.mismatches) == (expected.size, mismatches)


def test_floats_are_described_as_patterns_and_numbers() -> None:
    comparison = agreement(floats(0.5, 1.0), floats(0.5, -2.0))
    assert describe(comparison, np.dtype(np.float32)) == (
        "1 of 2 outputs differ; first at (0=1): expected 1065353216 (0x3F800000), "
        "got -1073741824 (0xC0000000), which are 1.0 and -2.0"
    )


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (np.zeros((2, 3), dtype=np.int16), r"int8 of shape \(2, 3\), the model's int16 of shape"),
        (np.zeros((3, 2), dtype=np.int8), r"int8 of shape \(2, 3\), the model's int8 of shape"),
    ],
)
def test_other_dtypes_and_shapes(found: NDArray[np.generic], message: str) -> None:
    with pytest.raises(InputError, match=message):
        agreement(np.zeros((2, 3), dtype=np.int8), found)


def test_nothing_to_compare() -> None:
    with pytest.raises(InputError, match="no elements to compare"):
        agreement(np.zeros((0, 3), dtype=np.int8), np.zeros((0, 3), dtype=np.int8))


def test_findings_name_their_run() -> None:
    assert of_runs([["a", "b"]]) == ("a", "b")
    assert of_runs([[], []]) == ()
    assert of_runs([[], ["a", "b"], []]) == ("run 1: a", "run 1: b")
    assert of_runs([["a"], [], ["b"]]) == ("run 0: a", "and alike in 1 more run")
    assert of_runs([["a"], ["b"], ["c"]]) == ("run 0: a", "and alike in 2 more runs")


def test_tensors_of_a_run() -> None:
    """A constant is the network's own; LiteRT's other tensors must be what the file says."""
    constant = np.arange(3, dtype=np.int32)
    tensors = (Tensor(0, "x", (2,), "int8"), Tensor(1, "c", (3,), "int32", data=constant))
    network = Network("net", tensors, (), (0,), (0,))
    assert tensor(network, 1, {}) is constant
    x = np.zeros(2, dtype=np.int8)
    assert tensor(network, 0, {0: x}) is x
    with pytest.raises(InputError, match="LiteRT kept no data of tensor x"):
        tensor(network, 0, {})
    with pytest.raises(InputError, match=r"x is int16 of shape \(2,\), the file says int8 of"):
        tensor(network, 0, {0: x.astype(np.int16)})
    with pytest.raises(InputError, match=r"x is int8 of shape \(1, 2\), the file says int8 of"):
        tensor(network, 0, {0: x[np.newaxis]})

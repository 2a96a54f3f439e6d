"""STRIDED_SLICE against LiteRT and against NumPy's own indexing."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from golden import litert
from golden.tflite.op_writer import Operand, write_op
from pymodel.errors import InputError
from tb.model.host_op import Array, constant, model

X = Operand("x", (4, 5), "int8", 0.5, 5)
CODES = np.arange(20, dtype=np.int8).reshape(4, 5)
FAR = 99
"""Past every end; in front of every start as -FAR."""


def content(
    x: Operand, begin: list[int], end: list[int], strides: list[int], shape: Any, **masks: int
) -> bytes:
    """A file of one STRIDED_SLICE with an output of `shape`."""
    places = zip(("begin", "end", "strides"), (begin, end, strides), strict=True)
    inputs = [x, *(constant(name, values) for name, values in places)]
    return write_op("STRIDED_SLICE", inputs, [replace(x, name="y", shape=tuple(shape))], masks)


@pytest.mark.parametrize(
    ("begin", "end", "strides", "masks", "expected"),
    [
        ([1, 0], [3, 5], [1, 2], {}, CODES[1:3, ::2]),
        ([-1, -2], [-4, -FAR], [-1, -2], {}, CODES[-1:-4:-1, -2::-2]),
        ([-FAR, 2], [FAR, FAR], [1, 1], {}, CODES[:, 2:]),
        ([FAR, -FAR], [-FAR, FAR], [-3, 4], {}, CODES[::-3, ::4]),
        ([-FAR, 0], [FAR, 5], [-1, 1], {}, CODES[0:0]),
        ([-FAR, 0], [0, 5], [-1, 1], {"end_mask": 1}, CODES[0:0]),
        ([2, 2], [2, 5], [1, 1], {}, CODES[2:2, 2:]),
        ([3, 3], [0, 0], [1, 1], {"begin_mask": 1, "end_mask": 3}, CODES[:, 3:]),
        ([0, 0], [0, 0], [-1, -1], {"begin_mask": 3, "end_mask": 3}, CODES[::-1, ::-1]),
        ([2], [3], [1], {}, CODES[2:3]),
        ([-2, 1], [FAR, 4], [1, 1], {"shrink_axis_mask": 1}, CODES[-2, 1:4]),
        ([1, 3], [0, 0], [1, 1], {"shrink_axis_mask": 3}, CODES[1, 3]),
        ([0, 0, 1], [0, 4, 3], [1, 1, 1], {"new_axis_mask": 1}, CODES[None, 0:4, 1:3]),
        ([0, 0, 2], [4, 0, 5], [1, 1, 1], {"new_axis_mask": 2}, CODES[0:4, None, 2:5]),
        ([0, 1], [0, 3], [1, 1], {"ellipsis_mask": 1}, CODES[..., 1:3]),
        ([1, 0], [3, 0], [1, 1], {"ellipsis_mask": 2}, CODES[1:3, ...]),
        ([0, 0, 4], [0, 0, 5], [1, 1, 1],
         {"ellipsis_mask": 1, "new_axis_mask": 2, "shrink_axis_mask": 4}, CODES[..., None, 4]),
    ],
)  # fmt: skip
def test_as_numpy_and_litert(
    begin: list[int], end: list[int], strides: list[int], masks: dict[str, int], expected: Array
) -> None:
    file = content(X, begin, end, strides, expected.shape, **masks)
    np.testing.assert_array_equal(model(file, [CODES])[0], expected)
    if expected.size:  # of an empty tensor LiteRT keeps no data
        np.testing.assert_array_equal(litert.run(file, [CODES], "reference")[4], expected)


@pytest.mark.parametrize(
    ("begin", "end", "ellipsis_mask", "expected"),
    [([1, 0, 4], [3, 0, 5], 2, CODES[1:3, :]), ([0, 1, 4], [0, 3, 5], 1, CODES[:, 1:3])],
)
def test_an_ellipsis_for_no_dimension_takes_one_as_in_litert(
    begin: list[int], end: list[int], ellipsis_mask: int, expected: Array
) -> None:
    file = content(X, begin, end, [1, 1, 1], expected.shape, ellipsis_mask=ellipsis_mask)
    np.testing.assert_array_equal(litert.run(file, [CODES], "reference")[4], expected)
    np.testing.assert_array_equal(model(file, [CODES])[0], expected)


@pytest.mark.parametrize("dtype", ["int16", "int32", "int64", "float32", "bool"])
def test_dtypes_as_litert(dtype: str) -> None:
    x = Operand("x", (3, 4, 2, 5), dtype)
    codes = (np.arange(120).reshape(x.shape) % 7).astype(dtype)
    expected = codes[1:, ::-2, :, -3]
    file = content(
        x, [1, 9, 0, -3], [3, 0, 2, 0], [1, -2, 1, 1], expected.shape, end_mask=2,
        shrink_axis_mask=8,
    )  # fmt: skip
    np.testing.assert_array_equal(model(file, [codes])[0], expected)
    np.testing.assert_array_equal(litert.run(file, [codes], "reference")[4], expected)


def test_random_slices_as_litert() -> None:
    """Ends in and out of range, strides up and down, all masks; LiteRT says what comes out."""
    rng = np.random.default_rng(7)
    compared = 0
    for _ in range(300):
        rank = int(rng.integers(1, 5))
        x = Operand("x", tuple(int(extent) for extent in rng.integers(1, 6, rank)), "int8", 0.5)
        codes = np.arange(np.prod(x.shape)).reshape(x.shape).astype(np.int8)
        places = int(rng.integers(1, rank + 1))
        shrunk = rng.random(places) < 0.2
        strides = np.where(shrunk, 1, rng.choice([1, 1, 2, 3, -1, -2], places))
        begin, end = rng.integers(-7, 8, places), rng.integers(-7, 8, places)
        begin[shrunk] = np.minimum(begin[shrunk], 0)
        masks = {"begin_mask": _mask(rng, places), "end_mask": _mask(rng, places)}
        masks["new_axis_mask"] = _mask(rng, places) & _mask(rng, places)
        masks["shrink_axis_mask"] = int(sum(1 << int(place) for place in np.flatnonzero(shrunk)))
        if rng.integers(3) == 0:
            masks["ellipsis_mask"] = 1 << int(rng.integers(places))
        sized = partial(content, x, begin.tolist(), end.tolist(), strides.tolist(), **masks)
        tensors = litert.run(sized(shape=(1,)), [codes], "reference")
        if 4 not in tensors or not tensors[4].size:
            continue
        found = model(sized(shape=tensors[4].shape), [codes])[0]
        np.testing.assert_array_equal(found, tensors[4])
        compared += 1
    assert compared > 100


def _mask(rng: np.random.Generator, places: int) -> int:
    return sum(1 << place for place in range(places) if rng.integers(3) == 0)


@pytest.mark.parametrize(
    ("begin", "end", "strides", "masks", "shape", "message"),
    [
        ([0, 0], [1, 1], [1, 0], {}, (1, 1), r"strides of STRIDED_SLICE must not be 0, found"),
        ([0, 0, 0], [1, 1, 1], [1, 1, 1], {}, (1, 1), "name at most the 2 dimensions"),
        ([0, 0], [1, 1], [1, 1], {"ellipsis_mask": 3}, (1, 1), "at most one ellipsis"),
        ([4, 0], [5, 1], [1, 1], {"shrink_axis_mask": 1}, (1,), "at an element that it has and"),
        ([1, 0], [2, 1], [2, 1], {"shrink_axis_mask": 1}, (1,), "with stride 1, found .* stride 2"),
        ([0, 0], [1], [1, 1], {}, (1, 1), r"the end of STRIDED_SLICE must be .* shape \(2,\)"),
        ([0, 0], [1, 1], [1, 1], {}, (1, 2), r"must be int8 of shape \(1, 1\), found"),
        ([0, 0], [1, 1], [1, 1], {"offset": 1}, (1, 1), "ends that count from begin"),
        ([0] * 4, [1] * 4, [1] * 4, {"ellipsis_mask": 1, "new_axis_mask": 8}, (4, 1, 1),
         "stands for no dimension in front of a new axis"),
    ],
)  # fmt: skip
def test_refuses(
    begin: list[int],
    end: list[int],
    strides: list[int],
    masks: dict[str, int],
    shape: tuple[int, ...],
    message: str,
) -> None:
    with pytest.raises(InputError, match=message):
        model(content(X, begin, end, strides, shape, **masks), [CODES])

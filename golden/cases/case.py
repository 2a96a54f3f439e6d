"""A golden case: one layer with its input and the output that an oracle confirmed."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pymodel.convolution import Convolution, require_array
from pymodel.datapath import Datapath

SCHEMA = 1
CASE_FILE = "case.json"
VECTORS = Path(__file__).resolve().parents[1] / "vectors"
"""Where the committed cases lie, one folder a suite."""
NUMBERS: dict[str, tuple[str, ...]] = {
    "affine_int8": ("bias", "multiplier", "shift"),
    "dynamic_fixed_point": ("bias", "shift"),
    "power_of_two": ("bias", "shift"),
    "minifloat": ("bias",),
}
"""Tensors of one int32 for each output channel, by number format."""


@dataclass(frozen=True, eq=False)
class GoldenCase:
    """One layer with its input and the output that an oracle confirmed.

    Attributes:
        name: of the case and its folder.
        corner: what it covers, in a sentence.
        op: CONV_2D, DEPTHWISE_CONV_2D or FULLY_CONNECTED.
        seed: that its numbers were drawn from.
        datapath: for which the output holds.
        convolution: the layer; its requantise rule is one that the array has.
        x, expected: input and output, stored codes NHWC.
        scales: real value of one step of "input", "weights" (one, or one an output channel) and
            "output", from which multiplier and shift follow; empty in minifloat.
        oracle: who confirmed the output: names and versions.

    Raises:
        InputError: input, weights or output of a shape that is not the geometry's, or of a dtype
            that is not the datapath's.
    """

    name: str
    corner: str
    op: str
    seed: int
    datapath: Datapath
    convolution: Convolution
    x: NDArray[np.signedinteger[Any]]
    expected: NDArray[np.signedinteger[Any]]
    scales: dict[str, list[float]]
    oracle: str

    def __post_init__(self) -> None:
        conv, dtype = self.convolution, self.datapath.dtype
        shapes = conv.geometry.input_shape, conv.geometry.weights_shape, conv.geometry.output_shape
        arrays = self.x, conv.weights, self.expected
        for name, array, shape in zip(("input", "weights", "output"), arrays, shapes, strict=True):
            require_array(self.name, name, array, dtype, shape)

    @property
    def tensors(self) -> dict[str, NDArray[np.generic]]:
        """The stored tensors by name: weights OHWI, or 1HWC for DEPTHWISE_CONV_2D."""
        conv = self.convolution
        weights = conv.weights
        if self.op == "DEPTHWISE_CONV_2D":
            weights = weights.transpose(3, 1, 2, 0)
        numbers: dict[str, NDArray[np.generic]] = {
            "bias": conv.bias,
            "multiplier": conv.requantise.multiplier,
            "shift": conv.requantise.shift,
        }
        return {
            "input": self.x,
            "weights": np.ascontiguousarray(weights),
            **{name: numbers[name] for name in NUMBERS[self.datapath.format]},
            "output": self.expected,
        }


def tensor_dtypes(path: Datapath) -> dict[str, np.dtype[Any]]:
    """A case's tensors and their element types, in a datapath."""
    numbers = dict.fromkeys(NUMBERS[path.format], np.dtype(np.int32))
    return {"input": path.dtype, "weights": path.dtype, **numbers, "output": path.dtype}


def to_hex(values: NDArray[np.generic]) -> bytes:
    """The text that `$readmemh` loads: one element a line, C order.

    Two's complement, or the bit pattern, at the width of a stored element.
    """
    digits = values.dtype.itemsize * 2
    codes = values.astype(np.int64).ravel() & ((1 << 4 * digits) - 1)
    return "".join(f"{code:0{digits}x}\n" for code in codes.tolist()).encode()


def to_json(document: dict[str, object]) -> bytes:
    """JSON, indented, with each list of numbers on one line."""
    text = json.dumps(document, indent=2)
    number = r"-?[0-9][0-9.e+-]*"
    lists = re.compile(rf"\[\s*({number}(?:,\s*{number})*)\s*\]")
    return (lists.sub(lambda m: f"[{' '.join(m[1].split())}]", text) + "\n").encode()

"""A golden case: one layer with its input and the output that an oracle confirmed."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pymodel.convolution import Convolution, require_array
from pymodel.datapath import Datapath

SCHEMA = 1
CASE_FILE = "case.json"
VECTORS = Path(__file__).resolve().parents[1] / "vectors"
"""Where the committed cases lie, one folder a suite."""
DTYPES: dict[str, type[np.generic]] = {
    "input": np.int8,
    "weights": np.int8,
    "bias": np.int32,
    "multiplier": np.int32,
    "shift": np.int32,
    "output": np.int8,
}
"""A case's tensors and their element types."""


@dataclass(frozen=True, eq=False)
class GoldenCase:
    """One layer with its input and the output that an oracle confirmed.

    Attributes:
        name: of the case and its folder.
        corner: what it covers, in a sentence.
        op: CONV_2D, DEPTHWISE_CONV_2D or FULLY_CONNECTED.
        seed: that its numbers were drawn from.
        datapath: for which the output holds.
        convolution: the layer; its requantise rule is an integer rule.
        x: input, int8 NHWC.
        expected: output, int8 NHWC.
        scales: real value of one step of "input", "weights" (one, or one an output channel) and
            "output", from which multiplier and shift follow.
        oracle: who confirmed the output: name and version.

    Raises:
        InputError: input or output of another shape or dtype than the geometry's.
    """

    name: str
    corner: str
    op: str
    seed: int
    datapath: Datapath
    convolution: Convolution
    x: NDArray[np.int8]
    expected: NDArray[np.int8]
    scales: dict[str, list[float]]
    oracle: str

    def __post_init__(self) -> None:
        geometry = self.convolution.geometry
        require_array(self.name, "input", self.x, np.int8, geometry.input_shape)
        require_array(self.name, "output", self.expected, np.int8, geometry.output_shape)

    @property
    def tensors(self) -> dict[str, NDArray[np.generic]]:
        """The stored tensors by name: weights OHWI, or 1HWC for DEPTHWISE_CONV_2D."""
        conv = self.convolution
        weights = conv.weights
        if self.op == "DEPTHWISE_CONV_2D":
            weights = weights.transpose(3, 1, 2, 0)
        return {
            "input": self.x,
            "weights": np.ascontiguousarray(weights),
            "bias": conv.bias,
            "multiplier": conv.requantise.multiplier,
            "shift": conv.requantise.shift,
            "output": self.expected,
        }


def to_hex(values: NDArray[np.generic]) -> bytes:
    """The text that `$readmemh` loads: one element a line, two's complement, C order."""
    digits = values.dtype.itemsize * 2
    codes = values.astype(np.int64).ravel() & ((1 << 4 * digits) - 1)
    return "".join(f"{code:0{digits}x}\n" for code in codes.tolist()).encode()


def to_json(document: dict[str, object]) -> bytes:
    """JSON, indented, with each list of numbers on one line."""
    text = json.dumps(document, indent=2)
    number = r"-?[0-9][0-9.e+-]*"
    lists = re.compile(rf"\[\s*({number}(?:,\s*{number})*)\s*\]")
    return (lists.sub(lambda m: f"[{' '.join(m[1].split())}]", text) + "\n").encode()

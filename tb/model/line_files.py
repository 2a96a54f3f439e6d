""".tflite files of int8 networks along a line of samples, (1, 1, samples, channels)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import tflite

from golden.tflite.importer import parse_tflite
from golden.tflite.model_builder import ModelBuilder
from golden.tflite.options import ACTIVATIONS
from pymodel.network import Network

INT8, INT32 = tflite.TensorType.INT8, tflite.TensorType.INT32
ACTIVATION_CODES = {name: code for code, name in ACTIVATIONS.items()}
FIXED_SCALES = {"LOGISTIC": (1 / 256, -128), "TANH": (1 / 128, 0)}
"""Scale and zero point that TFLite asks of an op's output."""
TYPICAL_CODE, TYPICAL_WEIGHT = 60.0, 74.0
"""Root mean squares of codes less their zero point, and of uniform weights."""


@dataclass(frozen=True)
class Signal:
    """A tensor of the file, by index, with what an op on it must know."""

    index: int
    pixels: int
    channels: int
    scale: float
    zero_point: int


Made = tuple[list[Signal], list[Signal]]
"""Sources and sinks of a file."""


@dataclass
class LineFile:
    """A file under construction; weights, scales and zero points are drawn from the seed.

    A convolution's output is scaled so that its codes fill their range, some of them past its ends.
    """

    samples: int
    seed: int
    file: ModelBuilder = field(default_factory=ModelBuilder)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)

    def source(self, channels: int) -> Signal:
        """The network's input."""
        return self.signal("input", self.samples, channels, 2.0**-5)

    def signal(
        self, name: str, pixels: int, channels: int, scale: float, zero_point: int | None = None
    ) -> Signal:
        """A new tensor; any zero point from -60 to 60 if none is given."""
        drawn = int(self.rng.integers(-60, 61)) if zero_point is None else zero_point
        scales = np.array([scale], dtype=np.float32)
        shape = (1, 1, pixels, channels)
        index = self.file.tensor(name, shape, INT8, scales, drawn)
        return Signal(index, pixels, channels, float(scales[0]), drawn)

    def pad(self, x: Signal, before: int, after: int = 0) -> Signal:
        """PAD along the line."""
        paddings = np.array([[0, 0], [0, 0], [before, after], [0, 0]], dtype=np.int32)
        y = self.signal("padded", x.pixels + before + after, x.channels, x.scale, x.zero_point)
        constant = self.file.tensor("paddings", (4, 2), INT32, data=paddings)
        self.file.operator("PAD", [x.index, constant], [y.index])
        return y

    def reshape(self, x: Signal) -> Signal:
        """RESHAPE to the same shape."""
        y = self.signal("reshaped", x.pixels, x.channels, x.scale, x.zero_point)
        shape = np.array([1, 1, x.pixels, x.channels], dtype=np.int32)
        constant = self.file.tensor("shape", (4,), INT32, data=shape)
        self.file.operator("RESHAPE", [x.index, constant], [y.index])
        return y

    def conv(
        self,
        x: Signal,
        channels: int,
        kernel: int = 1,
        dilation: int = 1,
        stride: int = 1,
        same: bool = False,
        activation: str = "NONE",
        name: str = "conv",
        groups: int = 1,
    ) -> Signal:
        """CONV_2D without padding, or padded SAME."""
        shape = (channels, 1, kernel, x.channels // groups)
        codes = self.rng.integers(-127, 128, shape).astype(np.int8)
        scale = self.rng.uniform(0.5, 1.0, channels).astype(np.float32) / TYPICAL_WEIGHT
        bias = self.rng.integers(-2000, 2000, channels).astype(np.int32)
        terms = kernel * x.channels // groups
        pixels = x.pixels if same else (x.pixels - (kernel - 1) * dilation - 1) // stride + 1
        y = self.signal(name, pixels, channels, x.scale * np.sqrt(terms))
        weights = self.file.tensor("weights", shape, INT8, scale, data=codes)
        constant = self.file.tensor(
            "bias", (channels,), INT32, scale * np.float32(x.scale), data=bias
        )
        options = self._options(
            "Conv2DOptions",
            Padding=tflite.Padding.SAME if same else tflite.Padding.VALID,
            StrideH=1,
            StrideW=stride,
            DilationHFactor=1,
            DilationWFactor=dilation,
            FusedActivationFunction=ACTIVATION_CODES[activation],
        )
        operands = [x.index, weights, constant]
        self.file.operator("CONV_2D", operands, [y.index], "Conv2DOptions", options)
        return y

    def causal(self, x: Signal, channels: int, kernel: int, dilation: int = 1) -> Signal:
        """PAD and CONV_2D."""
        return self.conv(self.pad(x, (kernel - 1) * dilation), channels, kernel, dilation)

    def table(self, op: str, x: Signal) -> Signal:
        """LOGISTIC, TANH or RELU, the last to another scale."""
        scale, zero_point = FIXED_SCALES.get(op, (x.scale * 0.8, None))
        y = self.signal(op.lower(), x.pixels, x.channels, scale, zero_point)
        self.file.operator(op, [x.index], [y.index])
        return y

    def binary(self, op: str, a: Signal, b: Signal, activation: str = "NONE") -> Signal:
        """ADD, SUB or MUL."""
        scale = a.scale + b.scale
        if op == "MUL":
            scale = a.scale * b.scale * TYPICAL_CODE
        y = self.signal(op.lower(), a.pixels, a.channels, scale)
        table = f"{op.capitalize()}Options"
        options = self._options(table, FusedActivationFunction=ACTIVATION_CODES[activation])
        self.file.operator(op, [a.index, b.index], [y.index], table, options)
        return y

    def finish(self, sources: Sequence[Signal], sinks: Sequence[Signal]) -> bytes:
        """The file's content."""
        return self.file.finish([s.index for s in sources], [s.index for s in sinks])

    def _options(self, table: str, **fields: int) -> int:
        getattr(tflite, f"{table}Start")(self.file.builder)
        for name, value in fields.items():
            getattr(tflite, f"{table}Add{name}")(self.file.builder, value)
        return int(getattr(tflite, f"{table}End")(self.file.builder))


def network_of(make: Callable[[LineFile], Made]) -> Network:
    """The network "net" that `make` makes, on 20 samples."""
    file = LineFile(samples=20, seed=1)
    sources, sinks = make(file)
    return parse_tflite(file.finish(sources, sinks), "net", "net")

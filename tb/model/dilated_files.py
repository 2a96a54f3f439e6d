""".tflite files of a dilated convolution as the converter writes it where the batch is open."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tflite

from golden.tflite.model_builder import ModelBuilder

INT8, INT32 = tflite.TensorType.INT8, tflite.TensorType.INT32
X_SCALE = 0.5
Ends = tuple[int, int]


@dataclass(frozen=True)
class DilatedFile:
    """SPACE_TO_BATCH_ND, a convolution and BATCH_TO_SPACE_ND, with all that decides a fold.

    In one dimension (`line`) the image has height 1, its tensors are NWC, an EXPAND_DIMS stands in
    front of the convolution and a RESHAPE behind it.

    Attributes:
        image, kernel, block: (height, width).
        paddings, crops: of height and width, in front and behind.
        zero_points: of x and y.
        phase_zero_point: in front of the convolution, where it is another than x's.
        to_space_block: of BATCH_TO_SPACE_ND, where it is another.
        padding, stride, dilation: of the convolution inside.
        open_batch: the file marks the batch as open and declares it as x's all the way.
        reader: a second op reads the convolution's output.
        axis: of EXPAND_DIMS.
    """

    image: tuple[int, int]
    kernel: tuple[int, int]
    block: tuple[int, int]
    paddings: tuple[Ends, Ends] = ((0, 0), (0, 0))
    crops: tuple[Ends, Ends] = ((0, 0), (0, 0))
    channels: tuple[int, int] = (3, 4)
    batch: int = 1
    depthwise: bool = False
    line: bool = False
    activation: int = tflite.ActivationFunctionType.NONE
    zero_points: tuple[int, int] = (-37, 21)
    y_scale: float = 8.0
    phase_zero_point: int | None = None
    to_space_block: tuple[int, int] | None = None
    padding: int = tflite.Padding.VALID
    stride: int = 1
    dilation: int = 1
    open_batch: bool = True
    reader: bool = False
    axis: int = 1

    @property
    def x_shape(self) -> tuple[int, ...]:
        """Of the network's input."""
        return self._nhwc(self.batch, self.image, self.channels[0])

    def content(self, seed: int = 1) -> bytes:
        """The file, its weights and biases drawn from the seed."""
        file, (ic, oc), first = ModelBuilder(), self.channels, 1 if self.line else 0
        weave = self.to_space_block or self.block
        phases = self.batch * self.block[0] * self.block[1]
        small = [(self.image[i] + sum(self.paddings[i])) // self.block[i] for i in (0, 1)]
        done = [small[i] - self.kernel[i] + 1 for i in (0, 1)]
        whole = [done[i] * weave[i] - sum(self.crops[i]) for i in (0, 1)]
        zx, zy = self.zero_points
        phase_zx = zx if self.phase_zero_point is None else self.phase_zero_point

        source = self._tensor(file, "x", self.x_shape, X_SCALE, zx)
        x = self._tensor(file, "phases", self._nhwc(phases, small, ic), X_SCALE, phase_zx)
        block = _constant(file, "block", self.block[first:])
        paddings = _constant(file, "paddings", self.paddings[first:])
        file.operator("SPACE_TO_BATCH_ND", [source, block, paddings], [x])
        if self.line:
            raised = self._tensor(file, "raised", (phases, 1, small[1], ic), X_SCALE, phase_zx)
            file.operator("EXPAND_DIMS", [x, _constant(file, "axis", self.axis)], [raised])
            x = raised
        y = self._tensor(file, "convolved", (phases, *done, oc), self.y_scale, zy)
        self._convolution(file, x, y, np.random.default_rng(seed))
        if self.reader:
            extra = self._tensor(file, "extra", (phases, *done, oc), self.y_scale, zy)
            file.operator("RELU", [y], [extra])
        if self.line:
            lowered = self._tensor(file, "lowered", (phases, done[1], oc), self.y_scale, zy)
            file.operator("RESHAPE", [y, _constant(file, "shape", [-1, done[1], oc])], [lowered])
            y = lowered
        batch = phases // (weave[0] * weave[1])
        sink = self._tensor(file, "y", self._nhwc(batch, whole, oc), self.y_scale, zy)
        crops = _constant(file, "crops", self.crops[first:])
        file.operator("BATCH_TO_SPACE_ND", [y, _constant(file, "weave", weave[first:]), crops],
                      [sink])  # fmt: skip
        return file.finish([source], [sink])

    def _nhwc(self, batch: int, image: Sequence[int], channels: int) -> tuple[int, ...]:
        return (batch, image[1], channels) if self.line else (batch, *image, channels)

    def _tensor(
        self, file: ModelBuilder, name: str, shape: tuple[int, ...], scale: float, zero_point: int
    ) -> int:
        scales = np.array([scale], dtype=np.float32)
        if not self.open_batch:
            return file.tensor(name, shape, INT8, scales, zero_point)
        declared, signature = (self.batch, *shape[1:]), (-1, *shape[1:])
        return file.tensor(name, declared, INT8, scales, zero_point, signature=signature)

    def _convolution(self, file: ModelBuilder, x: int, y: int, rng: np.random.Generator) -> None:
        ic, oc = self.channels
        op, name = "CONV_2D", "Conv2DOptions"
        shape, axis = (oc, *self.kernel, ic), 0
        fields = {
            "Padding": self.padding,
            "StrideH": self.stride,
            "StrideW": self.stride,
            "DilationHFactor": self.dilation,
            "DilationWFactor": self.dilation,
            "FusedActivationFunction": self.activation,
        }
        if self.depthwise:
            op, name = "DEPTHWISE_CONV_2D", "DepthwiseConv2DOptions"
            shape, axis = (1, *self.kernel, oc), 3
            fields["DepthMultiplier"] = oc // ic
        scale = rng.uniform(0.02, 0.1, oc).astype(np.float32)
        codes = rng.integers(-127, 128, shape).astype(np.int8)
        weights = file.tensor("weights", shape, INT8, scale, 0, axis, codes)
        values = rng.integers(-(2**10), 2**10, oc).astype(np.int32)
        bias = file.tensor("bias", (oc,), INT32, scale * np.float32(X_SCALE), data=values)
        getattr(tflite, f"{name}Start")(file.builder)
        for field, value in fields.items():
            getattr(tflite, f"{name}Add{field}")(file.builder, value)
        options = getattr(tflite, f"{name}End")(file.builder)
        file.operator(op, [x, weights, bias], [y], name, options)


def _constant(file: ModelBuilder, name: str, values: object) -> int:
    data = np.array(values, dtype=np.int32)
    return file.tensor(name, data.shape, INT32, data=data)

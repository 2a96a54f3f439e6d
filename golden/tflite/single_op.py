"""One convolution, depthwise convolution or fully connected op, as a .tflite file describes it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from golden.tflite.layers import MAC_OPS
from golden.tflite.options import ACTIVATIONS
from pymodel.errors import InputError
from pymodel.geometry import ConvGeometry, same_padding


@dataclass(frozen=True, eq=False)
class SingleOp:
    """One quantised op with all that a .tflite file says about it.

    Attributes:
        op: one of MAC_OPS.
        geometry: a fully connected op is a 1x1 kernel on an image of height 1 whose width is the
            batch; a depthwise one has groups == in_channels.
        weights: int8 OHWI, I = in_channels // groups.
        bias: int32 (oc,), at scale x_scale * w_scale; None leaves it out of the file, which LiteRT
            takes for FULLY_CONNECTED alone.
        w_scale: float32 (oc,), or (1,) for one scale per tensor.
        w_zero_point: LiteRT takes one other than 0 for FULLY_CONNECTED alone.
        fused_activation: TFLite's name, such as RELU6.

    Raises:
        InputError: an unknown op or activation, a geometry that the op can't have, or arrays of a
            wrong dtype or shape.
    """

    op: str
    geometry: ConvGeometry
    weights: NDArray[np.int8]
    bias: NDArray[np.int32] | None
    x_scale: float
    x_zero_point: int
    w_scale: NDArray[np.float32]
    y_scale: float
    y_zero_point: int
    w_zero_point: int = 0
    fused_activation: str = "NONE"

    def __post_init__(self) -> None:
        g = self.geometry
        if self.op not in MAC_OPS:
            raise InputError(f"op must be one of {', '.join(MAC_OPS)}, found {self.op!r}")
        if self.fused_activation not in ACTIVATIONS.values():
            raise InputError(
                f"fused_activation must be one of {', '.join(ACTIVATIONS.values())}, "
                f"found {self.fused_activation!r}"
            )
        if self.op == "DEPTHWISE_CONV_2D" and g.groups != g.in_channels:
            raise InputError(
                f"DEPTHWISE_CONV_2D must have groups = in_channels = {g.in_channels}, "
                f"found {g.groups}"
            )
        line = ConvGeometry(1, 1, g.in_w, g.in_channels, g.out_channels, 1, 1)
        if self.op == "FULLY_CONNECTED" and g != line:
            raise InputError("FULLY_CONNECTED must be a 1x1 kernel on an image of height 1")
        if self.bias is None and self.op != "FULLY_CONNECTED":
            raise InputError(f"{self.op} must have a bias")
        channels = (g.out_channels,)
        for name, array, dtype, shapes in (
            ("weights", self.weights, np.int8, [g.weights_shape]),
            ("bias", self.bias, np.int32, [channels]),
            ("w_scale", self.w_scale, np.float32, [channels, (1,)]),
        ):
            if array is not None and (array.dtype != dtype or array.shape not in shapes):
                raise InputError(
                    f"{name} must be {np.dtype(dtype)} of shape {shapes[0]}, "
                    f"found {array.dtype} of shape {array.shape}"
                )

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of the network's input: NHWC, or (batch, in_channels) for FULLY_CONNECTED."""
        shape = self.geometry.input_shape
        return shape[2:] if self.op == "FULLY_CONNECTED" else shape

    @property
    def output_shape(self) -> tuple[int, ...]:
        """Of the network's output: NHWC, or (batch, out_channels) for FULLY_CONNECTED."""
        shape = self.geometry.output_shape
        return shape[2:] if self.op == "FULLY_CONNECTED" else shape

    @property
    def stored_weights(self) -> NDArray[np.int8]:
        """Weights as the file holds them: OHWI, 1HWC (depthwise) or (oc, ic)."""
        if self.op == "DEPTHWISE_CONV_2D":
            return np.ascontiguousarray(self.weights.transpose(3, 1, 2, 0))
        return self.weights[:, 0, 0, :] if self.op == "FULLY_CONNECTED" else self.weights

    @property
    def padding(self) -> str:
        """SAME or VALID as the file says it, or EXPLICIT where that takes a PAD op."""
        g = self.geometry
        pads = (g.pad_top, g.pad_bottom, g.pad_left, g.pad_right)
        if not any(pads):
            return "VALID"
        same = (
            *same_padding(g.in_h, g.kernel_h, g.stride_h, g.dilation_h),
            *same_padding(g.in_w, g.kernel_w, g.stride_w, g.dilation_w),
        )
        return "SAME" if pads == same else "EXPLICIT"

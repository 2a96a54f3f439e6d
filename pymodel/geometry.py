"""Geometry of a convolution: sizes, strides, dilations, padding, groups, and what follows."""

from dataclasses import dataclass, fields

from pymodel.errors import InputError

MAY_BE_ZERO = ("pad_top", "pad_bottom", "pad_left", "pad_right")


@dataclass(frozen=True)
class ConvGeometry:
    """Sizes of one 2-D convolution, in elements. A 1-D convolution has height 1.

    Padding is explicit and counts elements on each side. `groups` splits input and output
    channels into equal parts that see only each other; groups == in_channels is depthwise.

    Raises:
        InputError: a size below 1, a negative pad, channels that `groups` does not divide, or a
            kernel that is larger than the padded input.
    """

    batch: int
    in_h: int
    in_w: int
    in_channels: int
    out_channels: int
    kernel_h: int
    kernel_w: int
    stride_h: int = 1
    stride_w: int = 1
    dilation_h: int = 1
    dilation_w: int = 1
    pad_top: int = 0
    pad_bottom: int = 0
    pad_left: int = 0
    pad_right: int = 0
    groups: int = 1

    def __post_init__(self) -> None:
        for field in fields(self):
            value, least = getattr(self, field.name), 0 if field.name in MAY_BE_ZERO else 1
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise InputError(
                    f"convolution geometry: {field.name} must be an integer of at least {least}, "
                    f"found {value!r}"
                )
        for name, channels in (("in", self.in_channels), ("out", self.out_channels)):
            if channels % self.groups:
                raise InputError(
                    f"convolution geometry: {name}_channels must be a multiple of "
                    f"groups = {self.groups}, found {channels}"
                )
        for axis, size, reach in (
            ("h", self.in_h + self.pad_top + self.pad_bottom, self.reach_h),
            ("w", self.in_w + self.pad_left + self.pad_right, self.reach_w),
        ):
            if size < reach:
                raise InputError(
                    f"convolution geometry: the dilated kernel_{axis} spans {reach} elements, "
                    f"but the padded input has {size}; pad it or use a smaller kernel"
                )

    @property
    def reach_h(self) -> int:
        """Input rows from a window's first tap to its last, both included."""
        return (self.kernel_h - 1) * self.dilation_h + 1

    @property
    def reach_w(self) -> int:
        """Input columns from a window's first tap to its last, both included."""
        return (self.kernel_w - 1) * self.dilation_w + 1

    @property
    def out_h(self) -> int:
        """Output rows."""
        return (self.in_h + self.pad_top + self.pad_bottom - self.reach_h) // self.stride_h + 1

    @property
    def out_w(self) -> int:
        """Output columns."""
        return (self.in_w + self.pad_left + self.pad_right - self.reach_w) // self.stride_w + 1

    @property
    def taps(self) -> int:
        """Kernel positions."""
        return self.kernel_h * self.kernel_w

    @property
    def group_in_channels(self) -> int:
        """Input channels that one output channel sees."""
        return self.in_channels // self.groups

    @property
    def group_out_channels(self) -> int:
        """Output channels that see the same input channels."""
        return self.out_channels // self.groups

    @property
    def depthwise(self) -> bool:
        """Whether each output channel sees one of several input channels: no adder tree."""
        return self.groups == self.in_channels > 1

    @property
    def macs(self) -> int:
        """Multiplications of the whole layer, those on padding included."""
        return (
            self.batch
            * self.out_h
            * self.out_w
            * self.taps
            * (self.group_in_channels * self.out_channels)
        )

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """NHWC."""
        return self.batch, self.in_h, self.in_w, self.in_channels

    @property
    def weights_shape(self) -> tuple[int, int, int, int]:
        """OHWI, where I is the input channels of one group."""
        return self.out_channels, self.kernel_h, self.kernel_w, self.group_in_channels

    @property
    def output_shape(self) -> tuple[int, int, int, int]:
        """NHWC."""
        return self.batch, self.out_h, self.out_w, self.out_channels


def same_padding(size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """Padding (before, after) that gives ceil(size / stride) outputs; the odd one goes after.

    Source: TFLite `ComputePaddingWithOffset` (kernels/padding.h).
    """
    outputs = -(-size // stride)
    total = max((outputs - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
    return total // 2, total - total // 2


def causal_padding(kernel: int, dilation: int) -> tuple[int, int]:
    """Padding (before, after) with which no output sees an input that comes later."""
    return (kernel - 1) * dilation, 0

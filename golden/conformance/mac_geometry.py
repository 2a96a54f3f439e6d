"""Draws geometries for the ops of the array, of the kind that a class of data asks for."""

from dataclasses import dataclass

import numpy as np

from pymodel.errors import InputError
from pymodel.geometry import ConvGeometry, causal_padding, same_padding

PADDINGS = ("SAME", "VALID", "causal", "explicit")
GEOMETRIES = ("any", "dilated", "large_kernel", "line")
FORMS = ("", "grouped", "depthwise", "fully_connected")


@dataclass(frozen=True)
class _Axis:
    """One spatial axis: sizes in elements."""

    size: int
    kernel: int
    stride: int
    dilation: int

    def pads(self, rng: np.random.RandomState, padding: str) -> tuple[int, int]:
        """(before, after) of a padding by its name; VALID and explicit ones at least reach."""
        if padding == "SAME":
            return same_padding(self.size, self.kernel, self.stride, self.dilation)
        if padding == "causal":
            return causal_padding(self.kernel, self.dilation)
        before, after = (
            (between(rng, 0, 3), between(rng, 0, 3)) if padding == "explicit" else (0, 0)
        )
        missing = (self.kernel - 1) * self.dilation + 1 - (self.size + before + after)
        return before + max(missing, 0), after


def between(rng: np.random.RandomState, least: int, largest: int) -> int:
    """A random integer, both ends included."""
    return int(rng.randint(least, largest + 1, dtype=np.int64))


def draw_geometry(rng: np.random.RandomState, form: str, kind: str) -> ConvGeometry:
    """A geometry of one of GEOMETRIES for an op's form, one of FORMS ("" is a plain convolution).

    | kind         | what it has                                                      |
    |--------------|------------------------------------------------------------------|
    | any          | kernel 1 to 7, stride 1 to 3, dilation 1 to 4, any padding       |
    | dilated      | kernel 2 to 5, dilation 2 to 4 on both axes, padded              |
    | large_kernel | a window that reaches past the image on at least one axis        |
    | line         | an image of height or width 1; kernel 1 to 9 along the other     |

    A fully connected op has only kind "any" (batch, channels) and "line" (one input or one output
    channel).

    Raises:
        InputError: an unknown form or kind.
    """
    if form not in FORMS or kind not in GEOMETRIES:
        raise InputError(
            f"form and kind must be of {', '.join(FORMS)} and {', '.join(GEOMETRIES)}, "
            f"found {form!r} and {kind!r}"
        )
    if form == "fully_connected":
        return _fully_connected(rng, kind)
    in_channels, out_channels, groups = _channels(rng, form)
    h, w = _axes(rng, kind)
    padded = kind in ("dilated", "large_kernel")
    padding = str(rng.choice([name for name in PADDINGS if not (padded and name == "VALID")]))
    (top, bottom), (left, right) = h.pads(rng, padding), w.pads(rng, padding)
    return ConvGeometry(
        batch=between(rng, 1, 3),
        in_h=h.size,
        in_w=w.size,
        in_channels=in_channels,
        out_channels=out_channels,
        kernel_h=h.kernel,
        kernel_w=w.kernel,
        stride_h=h.stride,
        stride_w=w.stride,
        dilation_h=h.dilation,
        dilation_w=w.dilation,
        pad_top=top,
        pad_bottom=bottom,
        pad_left=left,
        pad_right=right,
        groups=groups,
    )


def _fully_connected(rng: np.random.RandomState, kind: str) -> ConvGeometry:
    batch, in_channels, out_channels = (
        between(rng, 1, 48),
        between(rng, 1, 300),
        between(rng, 1, 80),
    )
    if kind == "line":
        in_channels, out_channels = [(1, out_channels), (in_channels, 1)][between(rng, 0, 1)]
    return ConvGeometry(1, 1, batch, in_channels, out_channels, 1, 1)


def _channels(rng: np.random.RandomState, form: str) -> tuple[int, int, int]:
    """(input channels, output channels, groups)."""
    if form == "grouped":
        groups = between(rng, 2, 5)
        return groups * between(rng, 1, 8), groups * between(rng, 1, 8), groups
    in_channels = between(rng, 1, 36)
    if form == "depthwise":
        return in_channels, in_channels * int(rng.choice([1, 1, 2, 3, 4])), in_channels
    return in_channels, between(rng, 1, 36), 1


def _axes(rng: np.random.RandomState, kind: str) -> tuple[_Axis, _Axis]:
    if kind == "dilated":
        h, w = (
            _Axis(between(rng, 4, 20), between(rng, 2, 5), between(rng, 1, 2), between(rng, 2, 4))
            for _ in "hw"
        )
        return h, w
    if kind == "large_kernel":
        axes = [_Axis(between(rng, 1, 4), between(rng, 5, 7), 1, between(rng, 1, 2)), _axis(rng)]
    elif kind == "line":
        kernel, stride, dilation = between(rng, 1, 9), between(rng, 1, 3), between(rng, 1, 3)
        axes = [_Axis(between(rng, 30, 200), kernel, stride, dilation), _Axis(1, 1, 1, 1)]
    else:
        return _axis(rng), _axis(rng)
    first = between(rng, 0, 1)
    return axes[first], axes[1 - first]


def _axis(rng: np.random.RandomState) -> _Axis:
    return _Axis(between(rng, 1, 18), between(rng, 1, 7), between(rng, 1, 3), between(rng, 1, 4))

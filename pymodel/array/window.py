"""One spatial axis of a convolution: which inputs a range of outputs reads.

A dilated window steps over inputs that it never reads. Where `step` divides the dilation, outputs
at a distance of step / gcd(stride, step) read inputs of the same residue modulo the step: such a
*phase* of the axis is a convolution over every step-th input, with the dilation divided by the
step, and takes as many times fewer words of a buffer.
"""

from dataclasses import dataclass
from math import gcd

from pymodel.geometry import ConvGeometry


@dataclass(frozen=True)
class Axis:
    """Height or width, or one phase of it: a window that slides along some of the layer's inputs.

    Attributes:
        inputs, outputs: places in the layer's input and output, in the order of the window.
        stride, dilation: in steps of `inputs`; `reach` is the dilated kernel's.
        pad: steps that the first window begins before `inputs`, or after it if negative.
    """

    inputs: range
    outputs: range
    stride: int
    dilation: int
    reach: int
    pad: int

    def span(self, outputs: int) -> int:
        """Most inputs that so many neighbouring outputs read, wherever they lie; at least 1."""
        return max(1, min(len(self.inputs), (outputs - 1) * self.stride + self.reach))

    def most_outputs(self, inputs: int) -> int:
        """Largest number of neighbouring outputs whose span is at most `inputs`."""
        if inputs >= len(self.inputs):
            return len(self.outputs) if inputs else 0
        return min(len(self.outputs), max(0, (inputs - self.reach) // self.stride + 1))

    def region(self, outputs: range) -> tuple[range, int]:
        """(inputs, pad): the inputs to hold for a part of `outputs`, and the padding before them.

        Outputs that see nothing but padding get input 0 of the layer, pushed out of reach by the
        padding, because a job holds at least one element.
        """
        first = self.outputs.index(outputs[0]) * self.stride - self.pad
        beyond = first + (len(outputs) - 1) * self.stride + self.reach
        start = max(first, 0)
        if start >= len(self.inputs) or beyond <= 0:
            return range(1), beyond - first
        return self.inputs[start:beyond], start - first

    def phases(self, step: int) -> tuple["Axis", ...]:
        """The axis as phases over every `step`-th input; `step` divides the dilation."""
        apart = step // gcd(self.stride, step)
        return tuple(
            self._phase(first, apart, step) for first in range(min(apart, len(self.outputs)))
        )

    def _phase(self, first: int, apart: int, step: int) -> "Axis":
        """The phase of outputs first, first + apart, first + 2 * apart ..."""
        skipped, residue = divmod(first * self.stride - self.pad, step)
        return Axis(
            inputs=self.inputs[residue::step],
            outputs=self.outputs[first::apart],
            stride=apart * self.stride // step,
            dilation=self.dilation // step,
            reach=(self.reach - 1) // step + 1,
            pad=-skipped,
        )


def rows(g: ConvGeometry) -> Axis:
    """The vertical axis."""
    return Axis(range(g.in_h), range(g.out_h), g.stride_h, g.dilation_h, g.reach_h, g.pad_top)


def columns(g: ConvGeometry) -> Axis:
    """The horizontal axis."""
    return Axis(range(g.in_w), range(g.out_w), g.stride_w, g.dilation_w, g.reach_w, g.pad_left)

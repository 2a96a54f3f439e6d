"""One spatial axis of a convolution: which inputs a range of outputs reads."""

from dataclasses import dataclass

from pymodel.array.job import Range
from pymodel.geometry import ConvGeometry


@dataclass(frozen=True)
class Axis:
    """Height or width: `size` inputs, `outputs`, and the window that slides along."""

    size: int
    outputs: int
    stride: int
    reach: int
    pad: int

    def span(self, outputs: int) -> int:
        """Most inputs that so many neighbouring outputs read, wherever they lie."""
        return min(self.size, (outputs - 1) * self.stride + self.reach)

    def most_outputs(self, inputs: int) -> int:
        """Largest number of neighbouring outputs whose span is at most `inputs`."""
        if inputs >= self.size:
            return self.outputs
        return min(self.outputs, max(0, (inputs - self.reach) // self.stride + 1))

    def region(self, outputs: Range) -> tuple[Range, int]:
        """(inputs, pad): the inputs to hold for these outputs, and the padding before them.

        Outputs that see nothing but padding get input 0, pushed out of reach by the padding,
        because a job holds at least one element.
        """
        first = outputs[0] * self.stride - self.pad
        beyond = (outputs[1] - 1) * self.stride - self.pad + self.reach
        if first >= self.size or beyond <= 0:
            return (0, 1), beyond - first
        start = max(first, 0)
        return (start, min(beyond, self.size)), start - first


def rows(g: ConvGeometry) -> Axis:
    """The vertical axis."""
    return Axis(g.in_h, g.out_h, g.stride_h, g.reach_h, g.pad_top)


def columns(g: ConvGeometry) -> Axis:
    """The horizontal axis."""
    return Axis(g.in_w, g.out_w, g.stride_w, g.reach_w, g.pad_left)

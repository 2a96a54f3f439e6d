"""What a causal network does with each sample of a stream, and the history that it keeps.

A sample's values are counted: value 0 is the input's pixel, value i + 1 is what step i puts out.
A ring holds the newest pixels of one value; a step reads its window from a ring, after this
sample's pixel has been written there. Every pixel is int8 codes, one for each channel.
"""

from dataclasses import dataclass

from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.post_processing import PostProcessing


@dataclass(frozen=True)
class Ring:
    """The history of a value.

    Attributes:
        value: whose pixels it holds, this sample's being the newest.
        pixels: how many of them, at least 1.
        channels: of a pixel.
        fill: the code of every channel before the first sample.
    """

    value: int
    pixels: int
    channels: int
    fill: int


@dataclass(frozen=True, kw_only=True, eq=False)
class StreamStep:
    """One job of the array for each sample.

    Attributes:
        name: the network's layer that the convolution is, or that it stands in front of.
        layers: the network's layers that the step computes, by index, in order.
        conv: on an image of height 1 that is as wide as the dilated kernel; one pixel out. Its
            window is the newest pixels of `ring`, oldest first.
        ring: by its place in the plan.
        post: done to every output of the convolution.
        operand: the value that the element-wise op of `post` takes; None if it has no such op.
    """

    name: str
    layers: tuple[int, ...]
    conv: Convolution
    ring: int
    post: PostProcessing | None = None
    operand: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class StreamPlan:
    """A network as a list of steps, one pass through which is one sample.

    Attributes:
        name: the network's.
        in_channels: of the input's pixel.
        rings, steps: a step reads only values that are computed before it.
        output: the value that is the network's output.
        tensors: the network's tensor, by index, that each value is a pixel of.

    Raises:
        InputError: a step that reads what is not computed yet, or a ring that does not fit it.
    """

    name: str
    in_channels: int
    rings: tuple[Ring, ...]
    steps: tuple[StreamStep, ...]
    output: int
    tensors: tuple[int, ...]

    def __post_init__(self) -> None:
        channels = self.channels
        for value, step in enumerate(self.steps):
            g, ring = step.conv.geometry, self.rings[step.ring]
            if (g.in_h, g.in_w, g.out_w, g.in_channels) != (1, g.reach_w, 1, ring.channels) or (
                ring.pixels < g.reach_w or ring.channels != channels[ring.value]
            ):
                raise InputError(
                    f"step {step.name}: its window of {g.in_h} x {g.in_w} pixels of "
                    f"{g.in_channels} channels does not fit {ring}"
                )
            read = [ring.value] if step.operand is None else [ring.value, step.operand]
            if max(read) > value:
                raise InputError(f"step {step.name}: value {max(read)} is not computed before it")
            if any(channels[one] != g.out_channels for one in read[1:]):
                raise InputError(
                    f"step {step.name}: its operand must have {g.out_channels} channels, "
                    f"found {channels[read[1]]}"
                )

    @property
    def channels(self) -> tuple[int, ...]:
        """Of each value's pixel."""
        return (self.in_channels, *(step.conv.geometry.out_channels for step in self.steps))

"""Splits a layer by its channel groups into sections, each one dense or depthwise convolution."""

from dataclasses import dataclass

from pymodel.array.config import ArrayConfig
from pymodel.geometry import ConvGeometry

NO_ZERO = ("power_of_two", "minifloat")


@dataclass(frozen=True)
class Section:
    """Channels that jobs of their own compute: places in the layer's input and output channels.

    A depthwise section's output channel sees the one input channel of its group; in any other,
    every output channel sees every input channel, those outside its group with weights that stand
    for 0.
    """

    in_channels: range
    out_channels: range
    depthwise: bool


def sections(g: ConvGeometry, config: ArrayConfig) -> list[Section]:
    """The layer's sections: a depthwise layer is one, any other as many as its groups ask for.

    Groups that fill neither the lanes nor the rows of the array share it, as many as find room.
    Each then has a subtree of the adder tree to itself, which takes a power of two of lanes, and
    weights of 0 for the others' channels: a format in which no weight makes every product 0 (the
    floats' infinities, powers of two) has a section for each group.
    """
    if g.depthwise:
        return [Section(range(g.in_channels), range(g.out_channels), depthwise=True)]
    path, inputs, outputs = config.datapath, g.group_in_channels, g.group_out_channels
    room = 1 if path.format in NO_ZERO else min(path.ic_lanes // inputs, path.oc_lanes // outputs)
    together = max(1, room) if inputs.bit_count() == 1 else 1
    parts = [(first, min(first + together, g.groups)) for first in range(0, g.groups, together)]
    return [
        Section(range(a * inputs, b * inputs), range(a * outputs, b * outputs), depthwise=False)
        for a, b in parts
    ]

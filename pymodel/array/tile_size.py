"""Chooses the tile size with which a section of a layer takes the fewest jobs."""

from collections.abc import Iterator
from dataclasses import dataclass

from pymodel.array.config import ArrayConfig
from pymodel.array.section import Section
from pymodel.array.window import Axis, columns, rows
from pymodel.convolution import Convolution
from pymodel.errors import InputError

REGISTER_MAX = (1 << 16) - 1
"""Largest value of a geometry register."""


@dataclass(frozen=True)
class TileSize:
    """The largest tile: output rows and columns, blocks of output channels, input groups.

    `down` and `across` are the axes to cut: a layer's own, or the phases of a dilated one.
    """

    rows: int
    cols: int
    blocks: int
    groups: int
    down: tuple[Axis, ...]
    across: tuple[Axis, ...]


@dataclass(frozen=True)
class _Channels:
    """Blocks and groups of a tile, and what they take: words a pixel, weight words a tap."""

    blocks: int
    groups: int
    pixel_words: int
    weight_words: int
    jobs: int
    keeps_psums: bool


def act_words(config: ArrayConfig) -> int:
    """Activation words that a job can use: the ring's length has to fit its register."""
    return min(config.act_depth, REGISTER_MAX)


def choose(conv: Convolution, section: Section, config: ArrayConfig) -> TileSize:
    """The size that cuts the section into the fewest jobs; of equals, the one that loads least.

    A dilated axis is cut into phases, as few as will do, only where that takes fewer jobs.

    Raises:
        InputError: the taps of a single output do not fit the buffers; it names the layer.
    """
    _require_one_output_to_fit(conv, config)
    return min(_candidates(conv, section, config), key=lambda scored: scored[0])[1]


def _require_one_output_to_fit(conv: Convolution, config: ArrayConfig) -> None:
    g = conv.geometry
    for need, depth, name in (
        (_least_span(rows(g)) * _least_span(columns(g)), act_words(config), "act_depth"),
        (g.taps, config.weight_depth, "weight_depth"),
    ):
        if need > depth:
            raise InputError(
                f"layer {conv.name}: the {g.kernel_h}x{g.kernel_w} window of one output takes "
                f"{need} words, but the array's {name} is {depth}; a deeper buffer is needed"
            )


def _least_span(axis: Axis) -> int:
    """Inputs that a tile of one output reads, cut in the way that takes the fewest."""
    return min(max(part.span(1) for part in way) for way in _ways(axis))


def _candidates(
    conv: Convolution, section: Section, config: ArrayConfig
) -> Iterator[tuple[tuple[int, ...], TileSize]]:
    """(jobs, phases, words loaded) and size of every legal size, as many columns as fit."""
    g = conv.geometry
    for down in _ways(rows(g)):
        for across in _ways(columns(g)):
            for channels in _channels(g.taps, section, config):
                for height in _even_sizes(max(len(axis.outputs) for axis in down), REGISTER_MAX):
                    span = max(axis.span(height) for axis in down)
                    room = act_words(config) // (channels.pixel_words * span)
                    width = min(*(_most(axis, room) for axis in across), REGISTER_MAX)
                    if channels.keeps_psums:
                        width = min(width, config.psum_depth // (channels.blocks * height))
                    if width < 1:
                        continue
                    jobs = channels.jobs * _tiles(down, height) * _tiles(across, width)
                    pixels = span * max(axis.span(width) for axis in across)
                    words = pixels * channels.pixel_words + g.taps * channels.weight_words
                    score = (jobs, len(down) * len(across), jobs * words)
                    size = TileSize(height, width, channels.blocks, channels.groups, down, across)
                    yield score, size


def _ways(axis: Axis) -> list[tuple[Axis, ...]]:
    """The axis whole, and where its window is dilated, in phases of every possible step."""
    steps = [step for step in range(2, axis.dilation + 1) if axis.dilation % step == 0]
    return [(axis,), *(axis.phases(step) for step in steps)]


def _most(axis: Axis, inputs: int) -> int:
    """Outputs of a tile that reads at most `inputs` of the axis; any number where all fit."""
    most = axis.most_outputs(inputs)
    return REGISTER_MAX if most == len(axis.outputs) else most


def _tiles(axes: tuple[Axis, ...], size: int) -> int:
    return sum(-(-len(axis.outputs) // size) for axis in axes)


def _channels(taps: int, section: Section, config: ArrayConfig) -> Iterator[_Channels]:
    """Every even cut of the section's channels whose weights and parameters fit."""
    lanes = config.block_lanes(section.depthwise)
    all_blocks = -(-len(section.out_channels) // lanes)
    all_groups = 1 if section.depthwise else config.in_groups(len(section.in_channels))
    for groups in _even_sizes(all_groups, REGISTER_MAX // config.datapath.ic_lanes):
        fitting = min(config.weight_depth // (groups * taps), config.param_depth)
        for blocks in _even_sizes(all_blocks, min(fitting, REGISTER_MAX // lanes)):
            yield _Channels(
                blocks,
                groups,
                pixel_words=blocks if section.depthwise else groups,
                weight_words=blocks * groups,
                jobs=-(-all_groups // groups) * -(-all_blocks // blocks),
                keeps_psums=groups < all_groups,
            )


def _even_sizes(total: int, limit: int) -> list[int]:
    """The sizes up to `limit` that cut `total` into 1, 2 ... total parts as even as can be."""
    sizes = {-(-total // parts) for parts in range(1, total + 1)}
    return sorted(size for size in sizes if size <= limit)

"""Chooses the tile size with which a layer takes the fewest jobs."""

from collections.abc import Iterator
from dataclasses import dataclass

from pymodel.array.config import ArrayConfig
from pymodel.array.window import columns, rows
from pymodel.convolution import Convolution
from pymodel.errors import InputError

REGISTER_MAX = (1 << 16) - 1
"""Largest value of a geometry register."""


@dataclass(frozen=True)
class TileSize:
    """The largest tile: output rows and columns, blocks of output channels, input groups."""

    rows: int
    cols: int
    blocks: int
    groups: int


def act_words(config: ArrayConfig) -> int:
    """Activation words that a job can use: the ring's length has to fit its register."""
    return min(config.act_depth, REGISTER_MAX)


def choose(conv: Convolution, config: ArrayConfig) -> TileSize:
    """The size that cuts `conv` into the fewest jobs; of equals, the one that loads least.

    Raises:
        InputError: the taps of a single output do not fit the buffers; it names the layer.
    """
    _require_one_output_to_fit(conv, config)
    return min(_candidates(conv, config), key=lambda scored: scored[:2])[2]


def _require_one_output_to_fit(conv: Convolution, config: ArrayConfig) -> None:
    g = conv.geometry
    inputs = rows(g).span(1) * columns(g).span(1)
    for need, depth, name in (
        (inputs, act_words(config), "act_depth"),
        (g.taps, config.weight_depth, "weight_depth"),
    ):
        if need > depth:
            raise InputError(
                f"layer {conv.name}: the {g.kernel_h}x{g.kernel_w} window of one output takes "
                f"{need} words, but the array's {name} is {depth}; a deeper buffer is needed"
            )


def _candidates(conv: Convolution, config: ArrayConfig) -> Iterator[tuple[int, int, TileSize]]:
    """(jobs, words loaded, size) of every legal size, each with as many columns as fit."""
    g, down, across = conv.geometry, rows(conv.geometry), columns(conv.geometry)
    all_groups = config.in_groups(g.group_in_channels)
    all_blocks = config.out_blocks(g.group_out_channels)
    for groups in _even_sizes(all_groups, REGISTER_MAX // config.datapath.ic_lanes):
        fitting = min(config.weight_depth // (groups * g.taps), config.param_depth)
        for blocks in _even_sizes(
            all_blocks, min(fitting, REGISTER_MAX // config.datapath.oc_lanes)
        ):
            for height in _even_sizes(g.out_h, REGISTER_MAX):
                width = across.most_outputs(act_words(config) // (groups * down.span(height)))
                width = min(width, REGISTER_MAX)
                if groups < all_groups:
                    width = min(width, config.psum_depth // (blocks * height))
                if width < 1:
                    continue
                jobs = (
                    -(-all_groups // groups)
                    * -(-all_blocks // blocks)
                    * -(-g.out_h // height)
                    * -(-g.out_w // width)
                )
                words = (down.span(height) * across.span(width) + blocks * g.taps) * groups
                yield jobs, jobs * words, TileSize(height, width, blocks, groups)


def _even_sizes(total: int, limit: int) -> list[int]:
    """The sizes up to `limit` that cut `total` into 1, 2 ... total parts as even as can be."""
    sizes = {-(-total // parts) for parts in range(1, total + 1)}
    return sorted(size for size in sizes if size <= limit)

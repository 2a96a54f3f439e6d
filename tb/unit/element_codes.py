"""Random activations and weights of any datapath, as stored codes."""

import numpy as np

from pymodel.datapath import Datapath
from pymodel.fixed_point import Int64Array
from tb.unit.bench import draw


def draw_activations(
    random: np.random.Generator, path: Datapath, shape: int | tuple[int, ...]
) -> Int64Array:
    """Return codes of activations, corners among them: in minifloat any bit pattern."""
    codes = draw(random, path.element_bits, shape)
    return _stored(codes, path.element_bits, path) if path.format == "minifloat" else codes


def draw_weights(
    random: np.random.Generator, path: Datapath, shape: int | tuple[int, ...]
) -> Int64Array:
    """Return codes of weights, corners among them: in floats and powers of two any bit pattern."""
    codes = draw(random, path.weight_width, shape)
    patterns = path.format in ("minifloat", "power_of_two")
    return _stored(codes, path.weight_width, path) if patterns else codes


def _stored(patterns: Int64Array, bits: int, path: Datapath) -> Int64Array:
    """The low `bits` of each pattern, read as the signed integer in which it is stored."""
    unsigned = patterns & (1 << bits) - 1
    return unsigned.astype(f"u{path.storage_bits // 8}").view(path.dtype).astype(np.int64)

"""Cases of ADD, SUB and MUL."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from golden.conformance.mac_geometry import between
from golden.conformance.operands import (
    Quantisation,
    Written,
    draw_activation,
    draw_codes,
    draw_quantisation,
    half_way_bound,
)
from golden.tflite.op_writer import write_op

OPS = ("ADD", "SUB", "MUL")
Codes = tuple[NDArray[np.int8], NDArray[np.int8]]
ALL = (
    "all_pairs",
    "ties",
    "saturation",
    "zero_point_ends",
    "activation_ties",
    "scales_apart",
    "past_16_bits",
    "cancellation",
    "broadcast",
)


def binary(op: str, rng: np.random.RandomState, data_class: str) -> Written:
    """All 65536 pairs of codes; with `broadcast`, two shapes, one of them perhaps constant."""
    a, b = (draw_quantisation(rng, data_class) for _ in "ab")
    if data_class == "scales_apart":
        b = Quantisation(a.scale * 2.0 ** between(rng, -7, 7), b.zero_point)
    if data_class == "cancellation":
        b = Quantisation(a.scale * (1 + between(rng, -7, 7) * 2.0**-13), b.zero_point)
    codes = _broadcast(rng) if data_class == "broadcast" else _all_pairs()
    shape = np.broadcast_shapes(codes[0].shape, codes[1].shape)
    y = _output(op, rng, data_class, a, b)
    constant = between(rng, 0, 2) if data_class == "broadcast" else 2
    inputs = [
        found.operand(name, array.shape, array if place == constant else None)
        for place, (name, found, array) in enumerate(zip("ab", (a, b), codes, strict=True))
    ]
    activation = draw_activation(rng)
    if data_class == "activation_ties":
        activation, scale = half_way_bound(rng, y.scale)
        y = Quantisation(scale, y.zero_point)
    options = {"fused_activation_function": activation}
    content = write_op(op, inputs, [y.operand("y", shape)], options)
    return content, tuple(array for place, array in enumerate(codes) if place != constant)


def _output(
    op: str, rng: np.random.RandomState, data_class: str, a: Quantisation, b: Quantisation
) -> Quantisation:
    """With a scale that takes most of the results; with `saturation` an eighth of that, with
    `past_16_bits` a 1024th, and with `cancellation` so small a part that the rounding of the inputs
    shows in sums near 0."""
    full = a.scale * b.scale * 128 if op == "MUL" else a.scale + b.scale
    full /= {"saturation": 8, "past_16_bits": 2**10, "cancellation": 2**16}.get(data_class, 1)
    return draw_quantisation(rng, data_class, (0.5 * full, 1.2 * full))


def _all_pairs() -> Codes:
    every = np.arange(-128, 128, dtype=np.int64).astype(np.int8)
    first, second = np.meshgrid(every, every, indexing="ij")
    return first.reshape(1, 16, 16, 256), second.reshape(1, 16, 16, 256)


def _broadcast(rng: np.random.RandomState) -> Codes:
    """Two tensors of up to five dimensions that broadcast against each other."""
    shape = [between(rng, 1, 9) for _ in range(between(rng, 1, 5))]
    shapes = [[size if between(rng, 0, 4) else 1 for size in shape] for _ in "ab"]
    shorter = between(rng, 0, 1)
    shapes[shorter] = shapes[shorter][between(rng, 0, len(shape) - 1) :]
    return draw_codes(rng, shapes[0]), draw_codes(rng, shapes[1])


CLASSES = {"ADD": ALL, "SUB": ALL, "MUL": tuple(name for name in ALL if name != "cancellation")}
BUILDERS = {op: partial(binary, op) for op in OPS}

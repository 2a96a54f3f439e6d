"""Cases of the ops that only move codes."""

import math
from collections.abc import Callable

import numpy as np
import tflite

from golden.conformance.mac_geometry import between
from golden.conformance.operands import (
    Written,
    draw_codes,
    draw_quantisation,
    draw_shape,
    integers,
)
from golden.tflite.op_writer import Operand, write_op

Builder = Callable[[np.random.RandomState, str], Written]
CLASSES = ("random", "shapes", "zero_point_ends")
STRIDED_SLICE_MASKS = ("begin_mask", "end_mask", "shrink_axis_mask")


def _shape(rng: np.random.RandomState, data_class: str, most: int = 5) -> tuple[int, ...]:
    """NHWC, or with `shapes` any rank up to `most`."""
    return draw_shape(rng, between(rng, 1, most) if data_class == "shapes" else 4)


def _image(rng: np.random.RandomState, data_class: str) -> tuple[int, ...]:
    """NHWC, or with `shapes` NWC."""
    return draw_shape(rng, 3 if data_class == "shapes" else 4)


def _pad(op: str, rng: np.random.RandomState, data_class: str) -> Written:
    """Borders of 0 to 3 on every dimension; PADV2 with a code of its own as the border's."""
    found, shape = draw_quantisation(rng, data_class), _shape(rng, data_class)
    paddings = [[between(rng, 0, 3), between(rng, 0, 3)] for _ in shape]
    padded = [size + sum(border) for size, border in zip(shape, paddings, strict=True)]
    inputs = [found.operand("x", shape), integers("paddings", paddings)]
    if op == "PADV2":
        inputs.append(found.operand("value", (1,), draw_codes(rng, (1,))))
    content = write_op(op, inputs, [found.operand("y", padded)])
    return content, (draw_codes(rng, shape),)


def pad(rng: np.random.RandomState, data_class: str) -> Written:
    """PAD."""
    return _pad("PAD", rng, data_class)


def padv2(rng: np.random.RandomState, data_class: str) -> Written:
    """PADV2."""
    return _pad("PADV2", rng, data_class)


def reshape(rng: np.random.RandomState, data_class: str) -> Written:
    """RESHAPE: to the reversed extents, with or without a dimension of 1 more."""
    found, shape = draw_quantisation(rng, data_class), _shape(rng, data_class)
    other = [*shape[::-1], *[1] * between(rng, 0, 1)]
    inputs = [found.operand("x", shape), integers("shape", other)]
    return write_op("RESHAPE", inputs, [found.operand("y", other)]), (draw_codes(rng, shape),)


def transpose(rng: np.random.RandomState, data_class: str) -> Written:
    """TRANSPOSE: any order of up to five dimensions."""
    found, shape = draw_quantisation(rng, data_class), _shape(rng, data_class)
    order = [int(place) for place in rng.permutation(len(shape))]
    y = found.operand("y", [shape[place] for place in order])
    content = write_op("TRANSPOSE", [found.operand("x", shape), integers("order", order)], [y])
    return content, (draw_codes(rng, shape),)


def expand_dims(rng: np.random.RandomState, data_class: str) -> Written:
    """EXPAND_DIMS: at any place, counted from either end."""
    found, shape = draw_quantisation(rng, data_class), _shape(rng, data_class, most=4)
    axis = between(rng, -len(shape) - 1, len(shape))
    y = found.operand("y", np.expand_dims(np.zeros(shape, dtype=np.int8), axis).shape)
    content = write_op("EXPAND_DIMS", [found.operand("x", shape), integers("axis", axis)], [y])
    return content, (draw_codes(rng, shape),)


def concatenation(rng: np.random.RandomState, data_class: str) -> Written:
    """CONCATENATION: two to four tensors, some of them constant, along any axis."""
    found, shape = draw_quantisation(rng, data_class), _shape(rng, data_class)
    axis = between(rng, -len(shape), len(shape) - 1)
    operands, arrays, total = [], [], 0
    for place in range(between(rng, 2, 4)):
        part = list(shape)
        part[axis] = between(rng, 1, 6)
        total += part[axis]
        codes, constant = draw_codes(rng, part), place > 0 and between(rng, 0, 3) == 0
        operands.append(found.operand(f"x{place}", part, codes if constant else None))
        arrays += [] if constant else [codes]
    joined = list(shape)
    joined[axis] = total
    y = found.operand("y", joined)
    return write_op("CONCATENATION", operands, [y], {"axis": axis}), tuple(arrays)


def split(rng: np.random.RandomState, data_class: str) -> Written:
    """SPLIT: one to four equal parts along any axis."""
    found, part = draw_quantisation(rng, data_class), _shape(rng, data_class)
    axis, count = between(rng, -len(part), len(part) - 1), between(rng, 1, 4)
    shape = list(part)
    shape[axis] *= count
    outputs = [found.operand(f"y{place}", part) for place in range(count)]
    inputs = [integers("axis", axis), found.operand("x", shape)]
    return write_op("SPLIT", inputs, outputs, {"num_splits": count}), (draw_codes(rng, shape),)


def space_to_batch_nd(rng: np.random.RandomState, data_class: str) -> Written:
    """SPACE_TO_BATCH_ND: NHWC and NWC, blocks of 1 to 4, borders that fill the last block."""
    found, shape = draw_quantisation(rng, data_class), _image(rng, data_class)
    block, paddings, small = [], [], []
    for size in shape[1:-1]:
        extent, before = between(rng, 1, 4), between(rng, 0, 3)
        after = -(size + before) % extent + extent * between(rng, 0, 1)
        block.append(extent)
        paddings.append([before, after])
        small.append((size + before + after) // extent)
    y = found.operand("y", [shape[0] * math.prod(block), *small, shape[-1]])
    inputs = [found.operand("x", shape), integers("block", block), integers("pads", paddings)]
    return write_op("SPACE_TO_BATCH_ND", inputs, [y]), (draw_codes(rng, shape),)


def batch_to_space_nd(rng: np.random.RandomState, data_class: str) -> Written:
    """BATCH_TO_SPACE_ND: NHWC and NWC, blocks of 1 to 4, crops that leave something."""
    found, small = draw_quantisation(rng, data_class), _image(rng, data_class)
    block, crops, image = [], [], []
    for size in small[1:-1]:
        extent = between(rng, 1, 4)
        before = between(rng, 0, min(3, size * extent - 1))
        after = between(rng, 0, min(3, size * extent - 1 - before))
        block.append(extent)
        crops.append([before, after])
        image.append(size * extent - before - after)
    shape = [small[0] * math.prod(block), *small[1:]]
    inputs = [found.operand("x", shape), integers("block", block), integers("crops", crops)]
    y = found.operand("y", [small[0], *image, small[-1]])
    return write_op("BATCH_TO_SPACE_ND", inputs, [y]), (draw_codes(rng, shape),)


def strided_slice(rng: np.random.RandomState, data_class: str) -> Written:
    """STRIDED_SLICE: half of them boxes, the others with strides of -3 to 3, begin and end masks
    and dropped dimensions."""
    found, shape = draw_quantisation(rng, data_class), _shape(rng, data_class)
    kinds = ["box"] if between(rng, 0, 1) else ["up", "down", *STRIDED_SLICE_MASKS]
    masks = dict.fromkeys(STRIDED_SLICE_MASKS, 0)
    begin, end, strides, index = [], [], [], []
    for place, size in enumerate(shape):
        kind = str(rng.choice(kinds))
        first, last = between(rng, 0, (size - 1) // 2), between(rng, size // 2, size - 1) + 1
        stride = 1 if kind in ("box", "shrink_axis_mask") else between(rng, 1, 3)
        if kind in masks:
            masks[kind] |= 1 << place
        if kind == "down":
            first, last, stride = last - 1, first - size - 1, -stride
        begin.append(first)
        end.append(last)
        strides.append(stride)
        start = None if kind == "begin_mask" else first
        stop = None if kind == "end_mask" else last
        index.append(first if kind == "shrink_axis_mask" else slice(start, stop, stride))
    sliced = np.zeros(shape, dtype=np.int8)[tuple(index)].shape
    numbers = (("begin", begin), ("end", end), ("strides", strides))
    inputs = [found.operand("x", shape), *(integers(name, values) for name, values in numbers)]
    content = write_op("STRIDED_SLICE", inputs, [found.operand("y", sliced)], masks)
    return content, (draw_codes(rng, shape),)


def slice_box(rng: np.random.RandomState, data_class: str) -> Written:
    """SLICE: any box; a size of -1 takes the rest."""
    found, shape = draw_quantisation(rng, data_class), _shape(rng, data_class)
    begin = [between(rng, 0, size - 1) for size in shape]
    extents = [between(rng, 1, size - first) for size, first in zip(shape, begin, strict=True)]
    rest = [first + extent for first, extent in zip(begin, extents, strict=True)]
    sizes = [
        -1 if stop == size else extent
        for stop, size, extent in zip(rest, shape, extents, strict=True)
    ]
    inputs = [found.operand("x", shape), integers("begin", begin), integers("size", sizes)]
    return write_op("SLICE", inputs, [found.operand("y", extents)]), (draw_codes(rng, shape),)


def squeeze(rng: np.random.RandomState, data_class: str) -> Written:
    """SQUEEZE: some of the dimensions of extent 1, or by none named all of them."""
    found, shape = draw_quantisation(rng, data_class), (1, *_shape(rng, data_class, most=4))
    ones = [place for place, size in enumerate(shape) if size == 1]
    named = ones[: between(rng, 0, len(ones))]
    gone = named or ones
    y = found.operand("y", [size for place, size in enumerate(shape) if place not in gone])
    content = write_op("SQUEEZE", [found.operand("x", shape)], [y], {"squeeze_dims": named})
    return content, (draw_codes(rng, shape),)


def pack(rng: np.random.RandomState, data_class: str) -> Written:
    """PACK: one to four tensors along any new axis."""
    found, part = draw_quantisation(rng, data_class), _shape(rng, data_class, most=4)
    axis, count = between(rng, -len(part) - 1, len(part)), between(rng, 1, 4)
    arrays = tuple(draw_codes(rng, part) for _ in range(count))
    y = found.operand("y", np.stack(arrays, axis).shape)
    inputs = [found.operand(f"x{place}", part) for place in range(count)]
    return write_op("PACK", inputs, [y], {"axis": axis, "values_count": count}), arrays


def shape_of(rng: np.random.RandomState, data_class: str) -> Written:
    """SHAPE: as int32."""
    found, shape = draw_quantisation(rng, data_class), _shape(rng, data_class)
    y = Operand("y", (len(shape),), "int32")
    options = {"out_type": tflite.TensorType.INT32}
    return write_op("SHAPE", [found.operand("x", shape)], [y], options), (draw_codes(rng, shape),)


BUILDERS: dict[str, Builder] = {
    "PAD": pad,
    "PADV2": padv2,
    "RESHAPE": reshape,
    "TRANSPOSE": transpose,
    "CONCATENATION": concatenation,
    "SPACE_TO_BATCH_ND": space_to_batch_nd,
    "BATCH_TO_SPACE_ND": batch_to_space_nd,
    "STRIDED_SLICE": strided_slice,
    "SPLIT": split,
    "EXPAND_DIMS": expand_dims,
    "SLICE": slice_box,
    "SQUEEZE": squeeze,
    "PACK": pack,
    "SHAPE": shape_of,
}

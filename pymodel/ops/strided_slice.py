"""STRIDED_SLICE: NumPy's basic indexing, with masks in the place of its syntax."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.network import Layer, Network
from pymodel.ops.attributes import integer
from pymodel.ops.moving import integers, require_count, require_output

RULES: tuple[str, ...] = ("exact",)
MASKS = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")
Index = slice | int | None


def evaluate(
    network: Network, layer: Layer, inputs: Sequence[NDArray[np.generic]], rule: str
) -> tuple[NDArray[np.generic], ...]:
    """Input x, any dtype, sliced; inputs begin, end and strides are int (n,), an entry a place.

    Attributes are bit masks over the n places: in begin_mask and end_mask a slice starts or ends
    where x does; ellipsis_mask marks the place that stands for all dimensions nobody names;
    new_axis_mask puts in a dimension of extent 1; shrink_axis_mask takes one element, at begin, and
    drops the dimension. Begin and end out of range are moved to the border.

    Source: TFLite `strided_slice.cc`, `strided_slice_logic.h`, whose ellipsis always takes a
    dimension: where the other places name them all, the last place counts no more (TensorFlow's
    ellipsis then takes none).

    Raises:
        InputError: operands or masks that contradict each other or x, a stride of 0, a dropped
            dimension whose stride is not 1 or that has no such element, attribute offset (an end
            that counts from begin), or an output of another shape or dtype.
    """
    require_count(layer, inputs, 4)
    x = inputs[0]
    places = inputs[1].shape[0] if inputs[1].ndim == 1 else 0
    begin, end, strides = (
        integers(layer, what, array, (places,))
        for what, array in zip(("begin", "end", "strides"), inputs[1:], strict=True)
    )
    if 0 in strides:
        raise InputError(
            f"layer {layer.name}: strides of {layer.op} must not be 0, found {strides}"
        )
    masks = {name: integer(layer, name) for name in MASKS}
    if layer.attributes.get("offset", False) is not False:
        raise InputError(f"layer {layer.name}: {layer.op} has ends that count from begin (offset)")
    index: list[Index] = []
    axis = 0
    for place, kind in enumerate(_kinds(layer, masks, places, x.ndim)):
        if kind == "ellipsis":
            hidden = max(1, x.ndim - _named(masks, places))
            index += [slice(None)] * hidden
            axis += hidden
        elif kind == "new_axis":
            index.append(None)
        else:
            start = None if masks["begin_mask"] >> place & 1 else begin[place]
            stop = None if masks["end_mask"] >> place & 1 else end[place]
            if kind == "shrink_axis":
                index.append(_element(layer, start, strides[place], x.shape[axis]))
            else:
                index.append(_slice(start, stop, strides[place], x.shape[axis]))
            axis += 1
    taken = x[tuple(index)]
    require_output(network, layer, taken.shape, x.dtype)
    return (np.array(taken, order="C"),)


def _kinds(layer: Layer, masks: dict[str, int], places: int, rank: int) -> list[str]:
    """What each place is. An ellipsis wins over a new axis, and that over a shrunk one."""
    kinds = []
    for place in range(places):
        marks = [name for name in ("ellipsis", "new_axis", "shrink_axis")
                 if masks[f"{name}_mask"] >> place & 1]  # fmt: skip
        kinds.append(marks[0] if marks else "slice")
    ellipses, named = kinds.count("ellipsis"), _named(masks, places)
    if ellipses > 1 or named > rank:
        raise InputError(
            f"layer {layer.name}: {layer.op} must have at most one ellipsis and name at most the "
            f"{rank} dimensions of its input, found {', '.join(kinds)}"
        )
    if ellipses and named == rank:
        if kinds[-1] == "new_axis":
            raise InputError(
                f"layer {layer.name}: {layer.op} must not have an ellipsis that stands for no "
                f"dimension in front of a new axis, found {', '.join(kinds)}"
            )
        del kinds[-1]
    return kinds


def _named(masks: dict[str, int], places: int) -> int:
    """How many of x's dimensions have a place of their own."""
    others = (masks["ellipsis_mask"] | masks["new_axis_mask"]) & ((1 << places) - 1)
    return places - others.bit_count()


def _element(layer: Layer, start: int | None, stride: int, extent: int) -> int:
    """The one index of a dimension that is dropped."""
    first, _, _ = slice(start, None).indices(extent)
    if stride != 1 or first == extent:
        raise InputError(
            f"layer {layer.name}: {layer.op} must drop a dimension of extent {extent} at an "
            f"element that it has and with stride 1, found begin {start} with stride {stride}"
        )
    return first


def _slice(start: int | None, stop: int | None, stride: int, extent: int) -> slice:
    """A slice whose ends are clamped as NumPy clamps them, none of them counted from the end."""
    first, last, _ = slice(start, stop, stride).indices(extent)
    if first < 0:  # in front of the first element, going down
        return slice(0, 0)
    return slice(first, last if last >= 0 else None, stride)

"""The run-time shapes of tensors whose batch a .tflite file leaves open.

The converter declares every open batch as 1, also behind a SPACE_TO_BATCH_ND, where the batch is
the block's elements times larger. LiteRT computes such shapes anew before it runs; so does this.
"""

import math
from dataclasses import replace

import tflite

from golden.tflite.flatbuffer import FlatbufferReader
from pymodel.errors import InputError
from pymodel.network import ABSENT, Layer, Tensor

OPEN = -1
"""Extent that stands for an open one in a tensor's shape signature."""
MOST_ELEMENTS = 2**31


def open_batches(
    reader: FlatbufferReader, subgraph: "tflite.SubGraph", tensors: tuple[Tensor, ...]
) -> set[int]:
    """Indices of the tensors whose signature leaves the first dimension open."""
    found = set()
    for tensor in tensors:
        table = subgraph.Tensors(tensor.index)
        signature = reader.integers(table.ShapeSignatureLength(), table.ShapeSignatureAsNumpy)
        if len(signature) == len(tensor.shape) and signature[:1] == (OPEN,):
            found.add(tensor.index)
    return found


def with_batches(
    tensors: tuple[Tensor, ...], layers: tuple[Layer, ...], open_tensors: set[int]
) -> tuple[Tensor, ...]:
    """`tensors` with the first extent of the open ones as the layers make it of their inputs'.

    Raises:
        InputError: a batch beyond what any file can hold.
    """
    found = list(tensors)
    for layer in layers:
        if not layer.inputs or layer.inputs[0] == ABSENT or layer.inputs[0] not in open_tensors:
            continue
        x = found[layer.inputs[0]]
        for index in layer.outputs:
            y = found[index]
            if index in open_tensors and y.data is None:
                batch = _batch(layer, tensors[x.index], x, y, found)
                if batch * math.prod(max(size, 1) for size in y.shape[1:]) >= MOST_ELEMENTS:
                    raise InputError(
                        f"tensor {index} {y.name!r} has a batch of {batch} at run time"
                    )
                found[index] = replace(y, shape=(batch, *y.shape[1:]))
    return tuple(found)


def _batch(layer: Layer, declared: Tensor, x: Tensor, y: Tensor, tensors: list[Tensor]) -> int:
    """Extent of y's first dimension; `declared` is x as the file has it."""
    if layer.op in ("SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND") and len(layer.inputs) > 1:
        block = tensors[layer.inputs[1]].data
        if block is None or block.dtype.kind != "i" or block.size > 2:
            return y.shape[0]
        elements = math.prod(int(extent) for extent in block.reshape(-1))
        if elements < 1:
            return y.shape[0]
        return x.shape[0] * elements if layer.op[0] == "S" else x.shape[0] // elements
    return y.shape[0] * x.shape[0] // max(declared.shape[0], 1)

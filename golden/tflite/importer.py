"""Reads a .tflite file into a pymodel Network.

The file is untrusted: whatever is in it, the result is a Network or an InputError, within a time
and a memory in proportion to its size.
"""

import math
from pathlib import Path

import numpy as np
import tflite

from golden.tflite.flatbuffer import FlatbufferReader, untrusted
from golden.tflite.layers import read_layers
from golden.tflite.open_batch import open_batches, with_batches
from golden.tflite.tensors import read_tensors
from pymodel.errors import InputError
from pymodel.network import ABSENT, Network

IDENTIFIER = b"TFL3"
SCHEMA_VERSION = 3
MOST_FILE_BYTES = 1 << 31
"""Offsets in a flatbuffer reach no further."""
MOST_ACTIVATION_BYTES = 1 << 28
"""MobileNet v2 at 224 x 224 takes 10 MB."""
SMALLEST_FILE = 8
"""Bytes up to the end of the identifier, without which nothing can be a .tflite file."""


def load_tflite(path: Path | str) -> Network:
    """The network in the .tflite file `path`, named after the file.

    Raises:
        InputError: there is no such file, it can't be read, or `parse_tflite` refuses it.
    """
    path = Path(path)
    return parse_tflite(read_model(path), path.stem, str(path))


def read_model(path: Path) -> bytes:
    """The content of the file `path`.

    Raises:
        InputError: it is missing, no regular file, 2 GB or larger, or not readable.
    """
    if path.is_dir():
        raise InputError(f"{path}: is a directory; a .tflite file is needed")
    if not path.exists():
        raise InputError(f"{path}: no such file; a .tflite file is needed")
    if not path.is_file():
        raise InputError(f"{path}: is not a regular file; a .tflite file is needed")
    if path.stat().st_size >= MOST_FILE_BYTES:
        raise InputError(
            f"{path}: has {path.stat().st_size:,} bytes; a .tflite file has below 2 GB"
        )
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror})") from error


def parse_tflite(content: bytes, name: str, source: str) -> Network:
    """The network in the bytes of a .tflite file.

    Args:
        content: the file.
        name: the network's name.
        source: what errors call the file.

    Raises:
        InputError: the content is truncated, corrupt or no .tflite file, has several subgraphs or
            dynamic shapes, or isn't a full-integer int8 model.
    """
    with untrusted(source):
        if not content:
            raise InputError("is empty; a .tflite file is needed")
        if len(content) < SMALLEST_FILE or content[4:8] != IDENTIFIER:
            raise InputError(
                f"is not a .tflite file: bytes 4 to 7 must be {IDENTIFIER!r}, "
                f"found {content[4:8]!r}"
            )
        return _network(content, name)


def _network(content: bytes, name: str) -> Network:
    model = tflite.Model.GetRootAs(content, 0)
    if model.Version() != SCHEMA_VERSION:
        raise InputError(f"schema version must be {SCHEMA_VERSION}, found {model.Version()}")
    if model.SubgraphsLength() != 1:
        raise InputError(f"holds {model.SubgraphsLength()} subgraphs; exactly 1 is supported")
    reader = FlatbufferReader(len(content))
    buffers = reader.tables(model.BuffersLength(), model.Buffers)
    subgraph = model.Subgraphs(0)
    tensors = read_tensors(reader, subgraph, buffers)
    layers = read_layers(reader, model, subgraph, tensors)
    tensors = with_batches(tensors, layers, open_batches(reader, subgraph, tensors))
    inputs = reader.integers(subgraph.InputsLength(), subgraph.InputsAsNumpy)
    outputs = reader.integers(subgraph.OutputsLength(), subgraph.OutputsAsNumpy)
    variables = {tensor.index for tensor in tensors if subgraph.Tensors(tensor.index).IsVariable()}
    network = Network(name, tensors, layers, inputs, outputs)
    _require_single_makers(network)
    _require_dataflow(network, variables)
    _require_memory(network)
    return network


def _require_single_makers(network: Network) -> None:
    """Each tensor has one value: a constant, an input, or what one layer makes."""
    made = {tensor.index: "constant" for tensor in network.tensors if tensor.data is not None}
    makers = [("network's inputs", network.inputs)]
    makers += [(f"layer {layer.index} {layer.op}", layer.outputs) for layer in network.layers]
    for maker, outputs in makers:
        for index in outputs:
            if index in made:
                raise InputError(
                    f"{maker} gives tensor {index} {network.tensors[index].name!r} a value, which "
                    f"it has already ({made[index]})"
                )
            made[index] = maker


def _require_memory(network: Network) -> None:
    """All activations together stay below MOST_ACTIVATION_BYTES: they are all kept in a run."""
    total = 0
    for tensor in network.tensors:
        if tensor.data is None:
            total += math.prod(tensor.shape) * np.dtype(tensor.dtype).itemsize
    if total > MOST_ACTIVATION_BYTES:
        raise InputError(
            f"its activations take {total:,} bytes together; at most "
            f"{MOST_ACTIVATION_BYTES:,} are taken"
        )


def _require_dataflow(network: Network, variables: set[int]) -> None:
    """Each tensor is read only after it got a value, and there is something to compute."""
    tensors, layers = network.tensors, network.layers
    if not (layers and network.inputs and network.outputs):
        raise InputError(
            f"holds {len(layers)} operators, {len(network.inputs)} inputs and "
            f"{len(network.outputs)} outputs; at least one of each is needed"
        )
    known = {tensor.index for tensor in tensors if tensor.data is not None or 0 in tensor.shape}
    known |= {ABSENT, *network.inputs, *variables}
    for layer in layers:
        for index in layer.inputs:
            if index not in known:
                raise InputError(
                    f"layer {layer.index} {layer.op} reads tensor {index} "
                    f"{tensors[index].name!r} before anything gave it a value"
                )
        known |= set(layer.outputs)
    for index in network.outputs:
        if index not in known:
            raise InputError(f"output tensor {index} {tensors[index].name!r} is never computed")

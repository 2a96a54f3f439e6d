"""Reads a .tflite file into a pymodel Network.

The file is untrusted: whatever is in it, the result is a Network or an InputError, within a time
and a memory in proportion to its size.
"""

from pathlib import Path

import tflite

from golden.tflite.flatbuffer import FlatbufferReader, untrusted
from golden.tflite.layers import read_layers
from golden.tflite.open_batch import open_batches, with_batches
from golden.tflite.tensors import read_tensors
from pymodel.errors import InputError
from pymodel.network import Network
from pymodel.network.soundness import require_sound

IDENTIFIER = b"TFL3"
SCHEMA_VERSION = 3
MOST_FILE_BYTES = 1 << 31
"""Offsets in a flatbuffer reach no further."""
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
    require_sound(network, variables)
    return network

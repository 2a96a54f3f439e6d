"""The tensors of a .tflite subgraph, with their quantisation and constant data."""

import math

import numpy as np
import tflite
from numpy.typing import NDArray

from golden.tflite.flatbuffer import FlatbufferReader
from pymodel.errors import InputError
from pymodel.network import Tensor

DTYPES: dict[int, type[np.generic]] = {
    tflite.TensorType.INT8: np.int8,
    tflite.TensorType.INT16: np.int16,
    tflite.TensorType.INT32: np.int32,
    tflite.TensorType.INT64: np.int64,
    tflite.TensorType.UINT8: np.uint8,
    tflite.TensorType.UINT16: np.uint16,
    tflite.TensorType.UINT32: np.uint32,
    tflite.TensorType.UINT64: np.uint64,
    tflite.TensorType.FLOAT16: np.float16,
    tflite.TensorType.FLOAT32: np.float32,
    tflite.TensorType.FLOAT64: np.float64,
    tflite.TensorType.BOOL: np.bool_,
}
"""NumPy's type of every tensor type that NumPy has; which of them an op takes, the op says."""
TYPE_NAMES: dict[int, str] = {
    code: name for name, code in vars(tflite.TensorType).items() if not name.startswith("_")
}
MOST_BYTES = 2**31
"""A .tflite file is limited to 2 GB, and so, here, is every tensor."""
MOST_DIMENSIONS = 8
"""LiteRT's kernels take no more."""


def read_tensors(
    reader: FlatbufferReader, subgraph: "tflite.SubGraph", buffers: list["tflite.Buffer"]
) -> tuple[Tensor, ...]:
    """Every tensor of `subgraph`, in file order.

    Raises:
        InputError: a type other than DTYPES, a sparse tensor, a dynamic or too large shape, wrong
            quantisation parameters, or constant data that doesn't fill the shape.
    """
    tables = reader.tables(subgraph.TensorsLength(), subgraph.Tensors)
    return tuple(_tensor(reader, index, table, buffers) for index, table in enumerate(tables))


def _tensor(
    reader: FlatbufferReader, index: int, table: "tflite.Tensor", buffers: list["tflite.Buffer"]
) -> Tensor:
    name = reader.text(table.Name())
    where = f"tensor {index} {name!r}"
    if table.Type() not in DTYPES:
        found = TYPE_NAMES.get(table.Type(), f"of unknown type {table.Type()}")
        known = ", ".join(np.dtype(dtype).name for dtype in DTYPES.values())
        raise InputError(f"{where} is {found}; it must be one of {known}")
    if table.Sparsity() is not None:
        raise InputError(f"{where} is stored sparse; convert the model with dense weights")
    dtype = np.dtype(DTYPES[table.Type()])
    shape = reader.integers(table.ShapeLength(), table.ShapeAsNumpy)
    if any(size < 0 for size in shape):
        raise InputError(f"{where} has shape {shape}; every dimension must be fixed")
    if len(shape) > MOST_DIMENSIONS:
        raise InputError(
            f"{where} has {len(shape)} dimensions; at most {MOST_DIMENSIONS} are taken"
        )
    if math.prod(max(size, 1) for size in shape) * dtype.itemsize >= MOST_BYTES:
        raise InputError(f"{where} has shape {shape}, which is 2 GB or more of {dtype}")
    scale, zero_point, axis = _quantisation(reader, where, table)
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        if not all(limits.min <= int(point) <= limits.max for point in zero_point):
            raise InputError(f"{where} has a zero point outside {limits.min}..{limits.max}")
    data = _constant(where, table.Buffer(), buffers, dtype, shape)
    return Tensor(index, name, shape, dtype.name, scale, zero_point, axis, data)


def _quantisation(
    reader: FlatbufferReader, where: str, table: "tflite.Tensor"
) -> tuple[NDArray[np.float32], NDArray[np.int64], int]:
    """(scale, zero point, axis); zero points that are left out are 0."""
    parameters = table.Quantization()
    if parameters is None or parameters.ScaleLength() == 0:
        return np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.int64), 0
    scale = reader.floats(parameters.ScaleLength(), parameters.ScaleAsNumpy)
    stored = reader.integers(parameters.ZeroPointLength(), parameters.ZeroPointAsNumpy)
    zero_point = np.array(stored or (0,) * scale.size, dtype=np.int64)
    axis = int(parameters.QuantizedDimension())
    if not np.all(np.isfinite(scale) & (scale > 0)):
        raise InputError(f"{where} has a scale that is not a positive number")
    return scale, zero_point, axis


def _constant(
    where: str,
    index: int,
    buffers: list["tflite.Buffer"],
    dtype: np.dtype[np.generic],
    shape: tuple[int, ...],
) -> NDArray[np.generic] | None:
    """A read-only view of the constant data in the file, or None where there is none."""
    if index >= len(buffers):
        raise InputError(f"{where} points at buffer {index}, but the file has {len(buffers)}")
    buffer = buffers[index]
    if buffer.Offset() > 1:
        raise InputError(f"{where} keeps its data outside the flatbuffer, as models over 2 GB do")
    if buffer.DataLength() == 0:
        return None
    raw = buffer.DataAsNumpy()
    if raw.size != math.prod(shape) * dtype.itemsize:
        raise InputError(
            f"{where} of shape {shape} and type {dtype} needs "
            f"{math.prod(shape) * dtype.itemsize} bytes, but its buffer {index} has {raw.size}"
        )
    data: NDArray[np.generic] = raw.view(dtype.newbyteorder("<")).reshape(shape)
    return data

"""Writes a .tflite of any single op, so that LiteRT can be asked what it computes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import tflite
from numpy.typing import NDArray

from golden.tflite.model_builder import ModelBuilder
from golden.tflite.options import READERS
from pymodel.errors import InputError

Option = int | float | bool | Sequence[int]
NO_OPTIONS: Mapping[str, Option] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Operand:
    """A tensor of the op.

    Attributes:
        dtype: NumPy's name of the element type.
        scale: one, or an array of one per index of `axis`; None if it is not quantised.
        zero_point: of every scale.
        data: the elements of a constant, of exactly `shape` and `dtype`; None for a tensor that
            the network is given or computes.

    Raises:
        InputError: a dtype that TFLite doesn't have, or data of another shape or dtype.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str = "int8"
    scale: float | NDArray[np.float32] | None = None
    zero_point: int = 0
    axis: int = 0
    data: NDArray[np.generic] | None = None

    def __post_init__(self) -> None:
        if not hasattr(tflite.TensorType, self.dtype.upper()):
            raise InputError(f"operand {self.name}: TFLite has no dtype {self.dtype!r}")
        if self.data is not None and (
            self.data.shape != self.shape or self.data.dtype.name != self.dtype
        ):
            raise InputError(
                f"operand {self.name}: data must be {self.dtype} of shape {self.shape}, "
                f"found {self.data.dtype} of shape {self.data.shape}"
            )


def write_op(
    op: str,
    inputs: Sequence[Operand],
    outputs: Sequence[Operand],
    options: Mapping[str, Option] = NO_OPTIONS,
) -> bytes:
    """The content of a .tflite file of one `op`.

    The network's inputs are the inputs without data, in order. An operand that stands in `inputs`
    twice is one tensor.

    Args:
        op: TFLite's name.
        options: the schema's field names in snake_case to values, enums by number; fields that
            are left out have the schema's default.

    Raises:
        InputError: an op or a field that TFLite doesn't have, or options of an op that is not in
            READERS.
    """
    if not hasattr(tflite.BuiltinOperator, op):
        raise InputError(f"TFLite has no op {op!r}")
    file = ModelBuilder()
    unique = {id(operand): operand for operand in inputs}
    indices = {key: _tensor(file, operand) for key, operand in unique.items()}
    sinks = [_tensor(file, operand) for operand in outputs]
    name = READERS[op][0] if op in READERS else None
    table = _options(file, op, name, options)
    file.operator(op, [indices[id(operand)] for operand in inputs], sinks, name, table)
    fed = [index for key, index in indices.items() if unique[key].data is None]
    return file.finish(fed, sinks)


def _tensor(file: ModelBuilder, operand: Operand) -> int:
    code = getattr(tflite.TensorType, operand.dtype.upper())
    scale = None if operand.scale is None else np.atleast_1d(np.float32(operand.scale))
    return file.tensor(
        operand.name, operand.shape, code, scale, operand.zero_point, operand.axis, operand.data
    )


def _options(file: ModelBuilder, op: str, name: str | None, options: Mapping[str, Option]) -> int:
    """Offset of the table `name` with the fields `options`; 0 if the op has no table."""
    if name is None:
        if options:
            raise InputError(f"{op} is written without options, found {', '.join(options)}")
        return 0
    fields = {}
    for field, value in options.items():
        setter = f"{name}Add{''.join(word.capitalize() for word in field.split('_'))}"
        if not hasattr(tflite, setter):
            raise InputError(f"{name} of {op} has no field {field!r}")
        fields[setter] = file.indices(value) if isinstance(value, Sequence) else value
    getattr(tflite, f"{name}Start")(file.builder)
    for setter, value in fields.items():
        getattr(tflite, setter)(file.builder, value)
    return int(getattr(tflite, f"{name}End")(file.builder))

"""A network as pymodel holds it: tensors and layers, frozen, whatever file it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError

ABSENT = -1
"""Index that stands for an optional input that is not there."""
Attribute = str | int | float | bool


@dataclass(frozen=True, eq=False)
class Tensor:
    """One tensor: real value = scale * (code - zero_point) where it is quantised.

    Attributes:
        index: its place in the network's tensors.
        dtype: NumPy's name of the element type, such as int8.
        scale: float32, empty if not quantised, one value, or one per index of `axis`.
        zero_point: int64, as many as scales.
        axis: the channel axis of per-channel scales.
        data: the constant's elements, of exactly `shape` and `dtype`; None for activations.

    Raises:
        InputError: parameters or data that contradict each other; it names the tensor.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    zero_point: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    axis: int = 0
    data: NDArray[np.generic] | None = None

    def __post_init__(self) -> None:
        if any(extent < 0 for extent in self.shape):
            raise InputError(f"tensor {self.name}: shape must not be negative, found {self.shape}")
        if self.scale.dtype != np.float32 or self.zero_point.dtype != np.int64:
            raise InputError(
                f"tensor {self.name}: scale and zero_point must be float32 and int64, "
                f"found {self.scale.dtype} and {self.zero_point.dtype}"
            )
        if self.scale.ndim != 1 or self.scale.shape != self.zero_point.shape:
            raise InputError(
                f"tensor {self.name}: scale and zero_point must be lists of one length, "
                f"found shapes {self.scale.shape} and {self.zero_point.shape}"
            )
        if self.scale.size > 1 and self.shape[self.axis : self.axis + 1] != self.scale.shape:
            raise InputError(
                f"tensor {self.name}: {self.scale.size} scales do not fit axis {self.axis} "
                f"of shape {self.shape}"
            )
        if self.data is not None and (
            self.data.shape != self.shape or self.data.dtype.name != self.dtype
        ):
            raise InputError(
                f"tensor {self.name}: data must be {self.dtype} of shape {self.shape}, "
                f"found {self.data.dtype} of shape {self.data.shape}"
            )


@dataclass(frozen=True)
class Layer:
    """One operation: `op` is TFLite's name, inputs and outputs are tensor indices."""

    index: int
    name: str
    op: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Network:
    """Layers in order of execution, over tensors that they name by index.

    Raises:
        InputError: an index that does not match its place, or names no tensor.
    """

    name: str
    tensors: tuple[Tensor, ...]
    layers: tuple[Layer, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    def __post_init__(self) -> None:
        items: tuple[tuple[Tensor | Layer, ...], ...] = (self.tensors, self.layers)
        for place, item in (pair for group in items for pair in enumerate(group)):
            if item.index != place:
                raise InputError(
                    f"network {self.name}: {type(item).__name__.lower()} "
                    f"{item.name} stands at {place} but has index {item.index}"
                )
        self._check_indices("network inputs", self.inputs)
        self._check_indices("network outputs", self.outputs)
        for layer in self.layers:
            self._check_indices(f"inputs of layer {layer.name}", layer.inputs, optional=True)
            self._check_indices(f"outputs of layer {layer.name}", layer.outputs)

    def _check_indices(self, what: str, indices: tuple[int, ...], optional: bool = False) -> None:
        for index in indices:
            if not (0 <= index < len(self.tensors) or (optional and index == ABSENT)):
                raise InputError(
                    f"network {self.name}: {what} name tensor {index}, "
                    f"but there are {len(self.tensors)} tensors"
                )

"""Layers with weights: their sums, and the gradients of the sums."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pymodel.errors import InputError
from pymodel.training.examples import Reals


@dataclass(frozen=True, eq=False)
class Parameters:
    """Of one layer, or their gradients. weights: as the layer has them. bias: (outputs,)."""

    weights: Reals
    bias: Reals


class Layer(Protocol):
    """Sums of a batch x: (n, ...), float64."""

    @property
    def weights_shape(self) -> tuple[int, ...]:
        """Of the weights; outputs are the last axis."""

    def sums(self, x: Reals, parameters: Parameters) -> Reals:
        """x * weights + bias. InputError where x does not fit the layer."""

    def gradients(self, x: Reals, weights: Reals, of_sums: Reals) -> tuple[Reals, Parameters]:
        """The gradients of x and of the parameters, from the gradient of the sums."""


@dataclass(frozen=True)
class Dense:
    """FULLY_CONNECTED: x of (n, ...) with `inputs` values an example, sums of (n, outputs)."""

    inputs: int
    outputs: int

    def __post_init__(self) -> None:
        _require_positive(self.inputs, self.outputs, what="a dense layer's widths")

    @property
    def weights_shape(self) -> tuple[int, ...]:
        """(inputs, outputs)."""
        return self.inputs, self.outputs

    def sums(self, x: Reals, parameters: Parameters) -> Reals:
        """As `Layer.sums`."""
        rows = x.reshape(len(x), -1)
        if rows.shape[1] != self.inputs:
            raise InputError(f"a dense layer takes {self.inputs} values, found {rows.shape[1]}")
        found: Reals = rows @ parameters.weights + parameters.bias
        return found

    def gradients(self, x: Reals, weights: Reals, of_sums: Reals) -> tuple[Reals, Parameters]:
        """As `Layer.gradients`."""
        rows = x.reshape(len(x), -1)
        of_x: Reals = (of_sums @ weights.T).reshape(x.shape)
        return of_x, Parameters(rows.T @ of_sums, of_sums.sum(axis=0))


@dataclass(frozen=True)
class Convolution:
    """CONV_2D, VALID, stride 1: x of (n, h, w, inputs), square `kernel`, `outputs` channels."""

    kernel: int
    inputs: int
    outputs: int

    def __post_init__(self) -> None:
        _require_positive(self.kernel, self.inputs, self.outputs, what="a convolution's sizes")

    @property
    def weights_shape(self) -> tuple[int, ...]:
        """(kernel, kernel, inputs, outputs)."""
        return self.kernel, self.kernel, self.inputs, self.outputs

    def sums(self, x: Reals, parameters: Parameters) -> Reals:
        """As `Layer.sums`: (n, h - kernel + 1, w - kernel + 1, outputs)."""
        if x.ndim != 4 or x.shape[3] != self.inputs or min(x.shape[1:3]) < self.kernel:
            raise InputError(
                f"a convolution of {self.inputs} channels and kernel {self.kernel} takes "
                f"(n, h, w, {self.inputs}), found {x.shape}"
            )
        found: Reals = np.tensordot(self._windows(x), parameters.weights, axes=3) + parameters.bias
        return found

    def gradients(self, x: Reals, weights: Reals, of_sums: Reals) -> tuple[Reals, Parameters]:
        """As `Layer.gradients`."""
        of_x = np.zeros_like(x)
        height, width = of_sums.shape[1:3]
        for kh in range(self.kernel):
            for kw in range(self.kernel):
                of_x[:, kh : kh + height, kw : kw + width] += of_sums @ weights[kh, kw].T
        of_weights = np.tensordot(self._windows(x), of_sums, axes=((0, 1, 2), (0, 1, 2)))
        return of_x, Parameters(of_weights, of_sums.sum(axis=(0, 1, 2)))

    def _windows(self, x: Reals) -> Reals:
        """(n, out_h, out_w, kernel, kernel, inputs)."""
        sizes = (self.kernel, self.kernel)
        windows = np.lib.stride_tricks.sliding_window_view(x, sizes, axis=(1, 2))
        return windows.transpose(0, 1, 2, 4, 5, 3)


def _require_positive(*sizes: int, what: str) -> None:
    if min(sizes) < 1:
        raise InputError(f"{what} must be at least 1, found {', '.join(map(str, sizes))}")

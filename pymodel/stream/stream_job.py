"""One step of a stream, with everything that no sample changes worked out before."""

from collections.abc import Sequence

import numpy as np

from pymodel.convolution import Convolution
from pymodel.post_processing import Int8Array, PostProcessing, post_process
from pymodel.stream.history import History
from pymodel.stream.levels import CODE_MIN, CODES, Float64Array, Levels
from pymodel.stream.plan import StreamStep


class StreamJob:
    """A matrix product, a search for the sums' codes, and a look-up of what becomes of a code.

    The product takes the codes as they are: the zero point is in the bias. The table holds what
    post-processing makes of each code, or of each pair of codes.
    """

    def __init__(self, step: StreamStep, history: History) -> None:
        g = step.conv.geometry
        matrix = _matrix(step.conv)
        bias = step.conv.bias - step.conv.x_zero_point * matrix.sum(axis=0)
        levels = Levels(step.conv.requantise, _reach(step.conv, matrix))
        self._history, self._window = history, (g.reach_w, g.dilation_w)
        self._matrix, self._bias = matrix, bias + levels.shift
        self._levels, self._operand = levels, step.operand
        post = step.post or PostProcessing()
        codes = np.arange(CODE_MIN, CODE_MIN + CODES, dtype=np.int8)
        if step.operand is None:
            self._table = np.tile(post_process(codes, post, None), g.out_channels)
        else:
            a, b = np.meshgrid(codes, _by_pattern(), indexing="ij")
            self._table = post_process(a, post, b).reshape(-1)
            self._rows = np.tile(np.arange(CODES, dtype=np.intp) * CODES, g.out_channels)

    def run(self, values: Sequence[Int8Array]) -> Int8Array:
        """The step's pixel of each stream, (streams, channels), from the sample's values so far."""
        window = self._history.window(*self._window)
        sums = window.reshape(len(window), -1) @ self._matrix
        sums += self._bias
        places = self._levels.places(sums)
        if self._operand is None:
            return self._table[places]
        return self._table[self._rows[places] + values[self._operand].view(np.uint8)]


def _by_pattern() -> Int8Array:
    """All codes in the order of their bit patterns: 0, 1 ... 127, -128 ... -1."""
    return np.arange(CODES, dtype=np.uint8).view(np.int8)


def _matrix(conv: Convolution) -> Float64Array:
    """The weights less their zero point (taps * in_channels, oc), 0 between groups."""
    g = conv.geometry
    weights = conv.weights[:, 0].astype(np.float64) - conv.w_zero_point
    matrix = np.zeros((g.taps, g.in_channels, g.out_channels), dtype=np.float64)
    for group in range(g.groups):
        inputs, outputs = (
            slice(group * channels, (group + 1) * channels)
            for channels in (g.group_in_channels, g.group_out_channels)
        )
        matrix[:, inputs, outputs] = weights[outputs].transpose(1, 2, 0)
    return matrix.reshape(-1, g.out_channels)


def _reach(conv: Convolution, matrix: Float64Array) -> int:
    """The largest magnitude that a sum with bias can have."""
    furthest = max(abs(code - conv.x_zero_point) for code in (CODE_MIN, CODE_MIN + CODES - 1))
    return int((furthest * np.abs(matrix).sum(axis=0) + np.abs(conv.bias)).max())

"""The array's post-processing unit: what happens to a finished output code, in affine int8.

A code that leaves the clamp goes through the table, if the job has one, and then into an
element-wise op with the operand stream's code, if the job has one: a is the first, b the second.

    add, subtract   y = scale(scale((a - Za) << 20, Ma) +- scale((b - Zb) << 20, Mb), My) + Zy
    multiply        y = scale((a - Za) * (b - Zb), My) + Zy

each limited to the op's clamp; scale is TFLite's double_away, whose sums wrap at 32 bits.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pymodel.affine.requantise import scale_accumulator
from pymodel.errors import InputError
from pymodel.fixed_point import Int64Array, wrap

ElementwiseOp = Literal["add", "subtract", "multiply"]
Int8Array = NDArray[np.int8]

TABLE_ENTRIES = 256
INT8_MIN = -128
LEFT_SHIFT = 20
"""Bits by which a code is widened before it is scaled to the sum's scale."""
RULE = "double_away"


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """Of an operand or of the result: its zero point, and what its steps are multiplied with.

    multiplier: 0 to 2^31 - 1, shift: -31 to 30, as `pymodel.affine.requantise.quantise_multiplier`
    gives them. A factor of multiply has neither: both are 0.
    """

    zero_point: int
    multiplier: int = 0
    shift: int = 0


@dataclass(frozen=True, kw_only=True)
class Elementwise:
    """An op on two int8 tensors: a is the array's own output, b the operand."""

    op: ElementwiseOp
    a: Scaling
    b: Scaling
    y: Scaling
    clamp_min: int = -128
    clamp_max: int = 127


@dataclass(frozen=True, kw_only=True, eq=False)
class PostProcessing:
    """A job's post-processing.

    table: int8 (256,), the output code of each input code, -128 first.

    Raises:
        InputError: the table has another shape or dtype.
    """

    table: Int8Array | None = None
    elementwise: Elementwise | None = None

    def __post_init__(self) -> None:
        table = self.table
        if table is not None and (table.shape != (TABLE_ENTRIES,) or table.dtype != np.int8):
            raise InputError(
                f"a post-processing table must be int8 of shape ({TABLE_ENTRIES},), "
                f"found {table.dtype} of shape {table.shape}"
            )


def post_process(codes: Int8Array, post: PostProcessing, operand: Int8Array | None) -> Int8Array:
    """The job's outputs from the codes behind its clamp; both of one shape.

    Raises:
        InputError: the element-wise op has no operand of the codes' shape, or there is an operand
            and no op.
    """
    found = None if operand is None else operand.shape
    wanted = None if post.elementwise is None else codes.shape
    if found != wanted:
        raise InputError(f"the post-processing's operand must have shape {wanted}, found {found}")
    if post.table is not None:
        codes = post.table[codes.astype(np.int64) - INT8_MIN]
    if post.elementwise is None or operand is None:
        return codes
    return combine(codes.astype(np.int64), operand.astype(np.int64), post.elementwise)


def combine(a: Int64Array, b: Int64Array, numbers: Elementwise) -> Int8Array:
    """The codes of op(a, b), element by element, from codes of one shape or that broadcast."""
    a, b = a - numbers.a.zero_point, b - numbers.b.zero_point
    if numbers.op == "multiply":
        exact = a * b
    else:
        left, right = (_scaled(v << LEFT_SHIFT, s) for v, s in ((a, numbers.a), (b, numbers.b)))
        exact = wrap(left + right if numbers.op == "add" else left - right, 32)
    y = _scaled(exact, numbers.y) + numbers.y.zero_point
    return np.clip(y, numbers.clamp_min, numbers.clamp_max).astype(np.int8)


def _scaled(steps: Int64Array, scaling: Scaling) -> Int64Array:
    return scale_accumulator(steps, scaling.multiplier, scaling.shift, RULE)

"""ADD, SUB and MUL: every pair of codes as LiteRT computes them, and values worked out by hand."""

import numpy as np
import pytest
from numpy.typing import NDArray

from golden.litert import Kernel
from golden.tflite.op_writer import Operand, write_op
from pymodel.errors import InputError
from tb.model.host_op import assert_as_kernel, model
from tb.model.quantised_operands import PAIRS, int8, random_codes, random_operand

OPS = ("ADD", "SUB", "MUL")
SEEDS = range(20)
SHAPES = [
    ((2, 3, 4, 5), (5,)),
    ((2, 3, 4, 5), (1, 3, 1, 1)),
    ((1, 1, 4, 5), (2, 3, 1, 5)),
    ((4, 1), (1, 6)),
    ((3, 4), ()),
    ((7,), (7,)),
]


def hand(op: str, a: float, b: float, y: float, codes: object, others: object) -> list[int]:
    """Output codes for inputs of scales a and b, zero points 1 and -2, and an output of scale y
    and zero point 3."""
    first, second = int8(codes), int8(others)
    content = write_op(
        op,
        [
            Operand("a", first.shape, scale=a, zero_point=1),
            Operand("b", second.shape, scale=b, zero_point=-2),
        ],
        [Operand("y", first.shape, scale=y, zero_point=3)],
    )
    found: NDArray[np.generic] = model(content, [first, second])[0]
    return [int(value) for value in found]


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kernel", ["reference", "xnnpack"])
def test_all_pairs(op: str, seed: int, kernel: Kernel) -> None:
    """Any scales and zero points, each fused activation, on all 65,536 pairs of codes."""
    rng = np.random.default_rng(seed)
    a, b, y = (random_operand(name, PAIRS[0].shape, rng) for name in "aby")
    content = write_op(op, [a, b], [y], {"fused_activation_function": seed % 4})
    assert_as_kernel(content, PAIRS, kernel)


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("shapes", SHAPES, ids=str)
@pytest.mark.parametrize("swapped", [False, True])
def test_broadcast(op: str, shapes: tuple[tuple[int, ...], ...], swapped: bool) -> None:
    rng = np.random.default_rng(5)
    left, right = reversed(shapes) if swapped else shapes
    a, b = random_operand("a", left, rng), random_operand("b", right, rng)
    y = random_operand("y", np.broadcast_shapes(left, right), rng)
    content = write_op(op, [a, b], [y])
    assert_as_kernel(content, [random_codes(left, rng), random_codes(right, rng)])


@pytest.mark.parametrize(
    ("op", "a", "b", "y", "zero_point"),
    [
        ("ADD", 1.0, 2.0**-12, 2.0, 3),
        ("SUB", 1.0, 2.0**-12, 2.0, 3),
        ("SUB", 256.0, 0.5, 1.0, 3),
        ("MUL", 1.0, 1.0, 65540.0, -128),
    ],
)
def test_far_apart_scales(op: str, a: float, b: float, y: float, zero_point: int) -> None:
    """Ties, where XNNPACK leaves the op to TFLite's kernels; of MUL the products 32770."""
    scales = zip("ab", (a, b), strict=True)
    operands = [Operand(name, PAIRS[0].shape, "int8", scale, zero_point) for name, scale in scales]
    content = write_op(op, operands, [Operand("y", PAIRS[0].shape, scale=y)])
    assert_as_kernel(content, PAIRS, "reference")
    assert_as_kernel(content, PAIRS, "xnnpack")


def test_add_by_hand() -> None:
    """(0.5 (a - 1) + 0.25 (b + 2)) / 0.5: 2, 2.5 and -2.5, ties away from zero."""
    assert hand("ADD", 0.5, 0.25, 0.5, [2, 3, -1], [0, -1, -3]) == [3 + 2, 3 + 3, 3 - 3]


def test_sub_by_hand() -> None:
    """(0.5 (a - 1) - 0.25 (b + 2)) / 0.5: 0, 1.5 and -1.5; 128.5 saturates."""
    assert hand("SUB", 0.5, 0.25, 0.5, [2, 3, -1, 127], [0, -1, -3, -7]) == [3, 3 + 2, 3 - 2, 127]


def test_mul_by_hand() -> None:
    """0.5 (a - 1) 0.25 (b + 2) / y: 1, 1.5 and -1.5 for y = 0.25; both ends saturate.

    A factor of 0.5 is one rounding, whose ties go up; 0.25, for y = 0.5, adds a shift, whose ties
    go away from zero: -2.5.
    """
    codes, others = [2, 4, -2, 127, 127], [0, -1, -1, 127, -128]
    assert hand("MUL", 0.5, 0.25, 0.25, codes, others) == [3 + 1, 3 + 2, 3 - 1, 127, -128]
    assert hand("MUL", 0.5, 0.25, 0.5, [-9, 11], [-1, -1]) == [3 - 3, 3 + 3]


@pytest.mark.parametrize(
    ("a", "b", "y", "message"),
    [
        ({}, {"shape": (3, 5)}, {}, r"must broadcast against each other, found shapes"),
        ({}, {}, {"shape": (1, 3, 4)}, r"tensor y of ADD must be int8 of shape \(3, 4\)"),
        ({"dtype": "int16"}, {}, {}, "tensor a of ADD must be int8 with one scale, found int16"),
        ({}, {"scale": None}, {}, "tensor b of ADD must be int8 with one scale, found int8 with 0"),
        ({}, {}, {"scale": 2**-30}, "the output's scale 9.3.*e-10 of ADD must be above 2.-20"),
    ],
)
def test_refusals(
    a: dict[str, object], b: dict[str, object], y: dict[str, object], message: str
) -> None:
    sound: dict[str, object] = {"shape": (3, 4), "scale": 0.5}
    operands = [
        Operand(name, **sound | own)  # type: ignore[arg-type] # any field
        for name, own in (("a", a), ("b", b), ("y", y))
    ]
    content = write_op("ADD", operands[:2], operands[2:])
    fed = [np.zeros(operand.shape, dtype=operand.dtype) for operand in operands[:2]]
    with pytest.raises(InputError, match=message):
        model(content, fed)


def test_unknown_rule() -> None:
    x = Operand("x", (3,), scale=0.5)
    with pytest.raises(InputError, match="rule of ADD must be one of double_away, common_shift"):
        model(write_op("ADD", [x, x], [x]), [int8([1, 2, 3])], "single")

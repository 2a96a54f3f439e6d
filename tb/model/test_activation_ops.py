"""RELU, RELU6, LEAKY_RELU, TANH and LOGISTIC: every code as LiteRT computes it, and by hand."""

from typing import get_args

import numpy as np
import pytest

from golden.litert import Kernel
from golden.tflite.op_writer import Operand, Option, write_op
from pymodel.errors import InputError
from tb.model.host_op import assert_as_kernel, model
from tb.model.quantised_operands import CODES, int8, random_operand, random_scale

KERNELS = get_args(Kernel)
LOGISTIC_SCALE, LOGISTIC_ZERO_POINT = 1 / 256, -128
SEEDS = range(40)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("op", ["RELU", "RELU6", "LEAKY_RELU"])
def test_requantising_ops(op: str, kernel: Kernel) -> None:
    """Any scales and zero points, on all codes. XNNPACK leaves small alphas to TFLite's kernel."""
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        options: dict[str, Option] = {}
        if op == "LEAKY_RELU":
            options = {"alpha": float(rng.choice([0.0, 0.001, 0.25, 1.5, rng.random()]))}
        x, y = (random_operand(name, CODES.shape, rng) for name in "xy")
        assert_as_kernel(write_op(op, [x], [y], options), [CODES], kernel)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("seed", SEEDS)
def test_tanh(kernel: Kernel, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = random_operand("x", CODES.shape, rng), Operand("y", CODES.shape, scale=1 / 128)
    assert_as_kernel(write_op("TANH", [x], [y]), [CODES], kernel)


@pytest.mark.parametrize("seed", SEEDS)
def test_tanh_to_any_scale(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = (random_operand(name, CODES.shape, rng, random_scale(rng) / 30) for name in "xy")
    assert_as_kernel(write_op("TANH", [x], [y]), [CODES])


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("seed", SEEDS)
def test_logistic(kernel: Kernel, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = random_operand("x", CODES.shape, rng)
    y = Operand("y", CODES.shape, scale=LOGISTIC_SCALE, zero_point=LOGISTIC_ZERO_POINT)
    assert_as_kernel(write_op("LOGISTIC", [x], [y]), [CODES], kernel)


def hand(op: str, codes: list[int], x: float, y: Operand, **options: Option) -> list[int]:
    """Output codes for inputs of scale x and zero point 1."""
    source = Operand("x", (len(codes),), scale=x, zero_point=1)
    found = model(write_op(op, [source], [y], options), [int8(codes)])[0]
    return [int(value) for value in found]


def test_by_hand() -> None:
    """Real inputs -2, 0, 0.5, 5, 20 at scale 0.5; outputs of scale 1, zero point -3."""
    codes, y = [-3, 1, 2, 11, 41], Operand("y", (5,), scale=1.0, zero_point=-3)
    assert hand("RELU", codes, 0.5, y) == [-3, -3, -2, 2, 17]
    assert hand("RELU6", codes, 0.5, y) == [-3, -3, -2, 2, 3]
    assert hand("LEAKY_RELU", codes, 0.5, y, alpha=0.25) == [-4, -3, -2, 2, 17]  # -0.5 to -1


def test_tables_by_hand() -> None:
    """tanh and logistic of -128, 0, ln 3 / 2 and 127, the third to 7 digits: 1/2 and 0.6339746."""
    scale = float(np.log(3) / 2)
    codes = [-128, 1, 2, 127]
    y = Operand("y", (4,), scale=1 / 128)
    assert hand("TANH", codes, scale, y) == [-128, 0, 64, 127]
    y = Operand("y", (4,), scale=1 / 256, zero_point=-128)
    assert hand("LOGISTIC", codes, scale, y) == [-128, 0, 34, 127]  # 162.3 - 128


@pytest.mark.parametrize("op", ["RELU", "TANH"])
def test_refuses_another_shape_and_dtype(op: str) -> None:
    x = Operand("x", (4,), scale=0.5)
    with pytest.raises(InputError, match=rf"tensor y of {op} must be int8 of shape \(4,\)"):
        model(write_op(op, [x], [Operand("y", (2, 2), scale=0.5)]), [int8([1, 2, 3, 4])])
    wide = Operand("x", (4,), "int16", scale=0.5)
    with pytest.raises(InputError, match=f"tensor x of {op} must be int8 with one scale"):
        model(write_op(op, [wide], [x]), [np.zeros(4, dtype=np.int16)])


def test_refuses_a_negative_alpha() -> None:
    x, y = Operand("x", (1,), scale=0.5), Operand("y", (1,), scale=0.5)
    with pytest.raises(InputError, match="layer y: a requantise multiplier must be finite and not"):
        model(write_op("LEAKY_RELU", [x], [y], {"alpha": -0.5}), [int8([1])])

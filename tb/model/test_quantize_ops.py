"""QUANTIZE and DEQUANTIZE as LiteRT computes them, and values worked out by hand."""

from typing import get_args

import numpy as np
import pytest

from golden.litert import Kernel
from golden.tflite.op_writer import Operand, write_op
from pymodel.errors import InputError
from tb.model.host_op import assert_as_kernel, model
from tb.model.quantised_operands import CODES, int8, random_operand

KERNELS = get_args(Kernel)
SEEDS = range(40)
CHANNELS = np.array([0.25, 0.1, 3.0], dtype=np.float32)


@pytest.mark.parametrize("kernel", KERNELS)
def test_requantise(kernel: Kernel) -> None:
    """All codes from any scale and zero point to any other."""
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x, y = (random_operand(name, CODES.shape, rng) for name in "xy")
        assert_as_kernel(write_op("QUANTIZE", [x], [y]), [CODES], kernel)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("ratio", [2.0**-20, 0.00385, 2.0**-8, 2.0**7, 150.4995, 1e6])
def test_far_apart_scales(kernel: Kernel, ratio: float) -> None:
    """XNNPACK leaves ratios beyond 2^-8 and 2^7 to TFLite's kernel.

    In 256ths -129 * 0.00385 would be -1, and 150.4995 would be 150.5.
    """
    x = Operand("x", CODES.shape, scale=ratio, zero_point=60)
    y = Operand("y", CODES.shape, scale=1.0, zero_point=5 if ratio < 1 else -128)
    assert_as_kernel(write_op("QUANTIZE", [x], [y]), [CODES], kernel)


@pytest.mark.parametrize("kernel", KERNELS)
def test_floats(kernel: Kernel) -> None:
    """Multiples of half a step, which are ties, exactly and not; far beyond both ends.

    From 2^31 steps on LiteRT's cast to int32 is undefined.
    """
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        y = random_operand("y", (1204,), rng)
        halves = np.arange(-600, 600, dtype=np.float32) * np.float32(y.scale) / np.float32(2)
        near = halves * np.float32(1 + 1e-7 * (seed % 3))
        far = np.array([0, -0.0, 1e6, -1e6], dtype=np.float32) * np.float32(y.scale)
        values = np.concatenate([near, far])
        content = write_op("QUANTIZE", [Operand("x", values.shape, "float32")], [y])
        assert_as_kernel(content, [values], kernel)


@pytest.mark.parametrize("kernel", KERNELS)
def test_dequantize(kernel: Kernel) -> None:
    for seed in SEEDS:
        x = random_operand("x", CODES.shape, np.random.default_rng(seed))
        content = write_op("DEQUANTIZE", [x], [Operand("y", CODES.shape, "float32")])
        assert_as_kernel(content, [CODES], kernel)


def test_channels() -> None:
    """A scale for each index of axis 1."""
    values = np.array([[1.0, 1.0, 1.0], [-2.125, 0.05, 90]], dtype=np.float32)
    codes = Operand("q", values.shape, scale=CHANNELS, zero_point=0, axis=1)
    real = Operand("r", values.shape, "float32")
    content = write_op("QUANTIZE", [real], [codes])
    assert model(content, [values])[0].tolist() == [[4, 10, 0], [-9, 1, 30]]  # -8.5, 0.5 are ties
    assert_as_kernel(content, [values])
    back = int8([[4, 10, 0], [-9, 1, 30]])
    content = write_op("DEQUANTIZE", [codes], [real])
    assert model(content, [back])[0].tolist() == [[1, 1, 0], [-2.25, float(np.float32(0.1)), 90]]
    assert_as_kernel(content, [back])


def test_by_hand() -> None:
    """Ties of (q - 1) * 0.25: away from zero by a shift; up by XNNPACK's 256ths."""
    x, y = Operand("x", (4,), scale=0.25, zero_point=1), Operand("y", (4,), scale=1.0, zero_point=9)
    content, codes = write_op("QUANTIZE", [x], [y]), int8([3, -1, 7, -5])
    assert model(content, [codes])[0].tolist() == [9 + 1, 9 - 1, 9 + 2, 9 - 2]
    assert model(content, [codes], "multiplier_8")[0].tolist() == [9 + 1, 9 + 0, 9 + 2, 9 - 1]


def test_refusals() -> None:
    real, codes = Operand("r", (2,), "float32"), Operand("q", (2,), scale=0.5)
    bare, wide = Operand("b", (2,)), Operand("w", (2,), "int16", scale=0.5)
    values = np.array([1.0, np.nan], dtype=np.float32)
    with pytest.raises(InputError, match=r"element \(1,\) is nan"):
        model(write_op("QUANTIZE", [real], [codes]), [values])
    with pytest.raises(InputError, match="tensor b of QUANTIZE has no scale"):
        model(write_op("QUANTIZE", [real], [bare]), [values])
    with pytest.raises(InputError, match="tensor w of QUANTIZE must be int8 with one scale"):
        model(write_op("QUANTIZE", [wide], [codes]), [np.zeros(2, dtype=np.int16)])
    with pytest.raises(InputError, match="tensor b of DEQUANTIZE must be quantised int8"):
        model(write_op("DEQUANTIZE", [bare], [real]), [int8([1, 2])])
    with pytest.raises(InputError, match=r"tensor q of DEQUANTIZE must be float32 of shape \(2,\)"):
        model(write_op("DEQUANTIZE", [codes], [codes]), [int8([1, 2])])

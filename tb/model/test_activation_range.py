"""Bounds of fused activations as codes: by hand, and as LiteRT's kernels round their ties."""

from typing import get_args

import numpy as np
import pytest
import tflite

from golden import litert
from golden.litert import Kernel
from golden.tflite.importer import parse_tflite
from golden.tflite.op_writer import Operand, Option, write_op
from golden.tflite.single_op import SingleOp
from golden.tflite.writer import write_tflite
from pymodel.geometry import ConvGeometry
from pymodel.ops.attributes import Ties, code_range
from pymodel.ops.registry import convolution
from tb.model.host_op import assert_as_kernel
from tb.model.quantised_operands import CODES, PAIRS, random_codes

KERNELS = get_args(Kernel)
TIES = [("RELU6", 4.0), ("RELU6", 12.0), ("RELU_N1_TO_1", 2.0), ("RELU_N1_TO_1", 2 / 3)]
"""Activations and scales whose bounds lie between two codes."""
ZERO_POINTS = (-128, 0, 1, 5)
GEOMETRIES = {
    "CONV_2D": ConvGeometry(1, 6, 6, 4, 8, 3, 3),
    "DEPTHWISE_CONV_2D": ConvGeometry(1, 6, 6, 8, 8, 3, 3, groups=8),
    "FULLY_CONNECTED": ConvGeometry(1, 1, 15, 16, 8, 1, 1),
}


@pytest.mark.parametrize(
    ("activation", "scale", "zero_point", "ties", "expected"),
    [
        ("NONE", 4.0, 0, "away", (-128, 127)),
        ("RELU", 4.0, 3, "even", (3, 127)),
        ("RELU6", 4.0, 1, "away", (1, 3)),  # 1.5 above the zero point
        ("RELU6", 4.0, 1, "even", (1, 2)),
        ("RELU6", 4.0, 0, "even", (0, 2)),
        ("RELU_N1_TO_1", 2.0, 0, "away", (-1, 1)),
        ("RELU_N1_TO_1", 2.0, 0, "even", (0, 0)),
        ("RELU_N1_TO_1", 2.0, -128, "away", (-128, -127)),
        ("RELU_N1_TO_1", 2.0, -128, "even", (-128, -128)),
        ("RELU6", 0.01, 100, "even", (100, 127)),
    ],
)
def test_by_hand(
    activation: str, scale: float, zero_point: int, ties: Ties, expected: tuple[int, int]
) -> None:
    assert code_range(activation, np.float32(scale), zero_point, ties) == expected


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize(("activation", "scale"), TIES)
@pytest.mark.parametrize("op", GEOMETRIES)
def test_ops_of_the_array(op: str, activation: str, scale: float, kernel: Kernel) -> None:
    """Outputs that reach both bounds."""
    rng = np.random.default_rng(3)
    geometry = GEOMETRIES[op]
    for zero_point in ZERO_POINTS:
        single = SingleOp(
            op=op,
            geometry=geometry,
            weights=random_codes(geometry.weights_shape, rng),
            bias=np.zeros(geometry.out_channels, dtype=np.int32),
            x_scale=0.5,
            x_zero_point=-3,
            w_scale=np.full(1, 0.25, dtype=np.float32),
            y_scale=scale,
            y_zero_point=zero_point,
            fused_activation=activation,
        )
        content = write_tflite(single)
        network = parse_tflite(content, "op", "op")
        found = litert.run(content, [random_codes(single.input_shape, rng)], kernel)
        codes = found[network.outputs[0]]
        lowered = convolution(network, network.layers[0], litert.rule(op, kernel)).requantise
        assert (codes.min(), codes.max()) == (lowered.clamp_min, lowered.clamp_max)


def fused(activation: str) -> dict[str, Option]:
    """The option of a fused activation."""
    code: int = getattr(tflite.ActivationFunctionType, activation)
    return {"fused_activation_function": code}


@pytest.mark.parametrize("kernel", ["reference", "xnnpack"])
@pytest.mark.parametrize(("activation", "scale"), TIES)
@pytest.mark.parametrize("op", ["ADD", "SUB", "MUL"])
def test_binary_ops(op: str, activation: str, scale: float, kernel: Kernel) -> None:
    shape = PAIRS[0].shape
    inputs = [Operand(name, shape, scale=1.0, zero_point=3) for name in "ab"]
    for zero_point in ZERO_POINTS:
        y = Operand("y", shape, scale=scale, zero_point=zero_point)
        assert_as_kernel(write_op(op, inputs, [y], fused(activation)), PAIRS, kernel)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize(("activation", "scale"), TIES)
@pytest.mark.parametrize("op", ["AVERAGE_POOL_2D", "MAX_POOL_2D"])
def test_pools(op: str, activation: str, scale: float, kernel: Kernel) -> None:
    shape = (1, 16, 16, 1)
    ones = dict.fromkeys(("filter_height", "filter_width", "stride_h", "stride_w"), 1)
    for zero_point in ZERO_POINTS:
        x, y = (Operand(name, shape, scale=scale, zero_point=zero_point) for name in "xy")
        content = write_op(op, [x], [y], ones | fused(activation))
        assert_as_kernel(content, [CODES.reshape(shape)], kernel)

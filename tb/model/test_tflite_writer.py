"""The single-op .tflite writer: the importer reads back what was written."""

from dataclasses import replace

import numpy as np
import pytest

from golden.tflite.importer import parse_tflite
from golden.tflite.single_op import SingleOp
from golden.tflite.writer import write_tflite
from pymodel.errors import InputError
from pymodel.geometry import ConvGeometry
from pymodel.ops.registry import convolution
from tb.model.random_ops import random_op

SEEDS = range(60)


def op_of(geometry: ConvGeometry, op: str = "CONV_2D") -> SingleOp:
    """An op of `geometry` with some numbers."""
    size = int(np.prod(geometry.weights_shape))
    return SingleOp(
        op=op,
        geometry=geometry,
        weights=(np.arange(size) % 251 - 125).astype(np.int8).reshape(geometry.weights_shape),
        bias=np.arange(geometry.out_channels, dtype=np.int32) * 1000 - 7,
        x_scale=0.5,
        x_zero_point=-3,
        w_scale=np.full(1, 0.25, dtype=np.float32),
        y_scale=8.0,
        y_zero_point=7,
    )


@pytest.mark.parametrize(
    ("pads", "padding", "ops"),
    [
        ({}, "VALID", ["CONV_2D"]),
        ({"pad_bottom": 1, "pad_right": 1}, "SAME", ["CONV_2D"]),
        ({"pad_top": 1, "pad_left": 1}, "EXPLICIT", ["PAD", "CONV_2D"]),
    ],
)
def test_padding(pads: dict[str, int], padding: str, ops: list[str]) -> None:
    op = op_of(ConvGeometry(1, 6, 6, 2, 3, 3, 3, stride_h=2, stride_w=2, **pads))
    assert op.padding == padding
    network = parse_tflite(write_tflite(op), "op", "op.tflite")
    assert [layer.op for layer in network.layers] == ops
    written = "SAME" if padding == "SAME" else "VALID"
    assert network.layers[-1].attributes["padding"] == written


@pytest.mark.parametrize("seed", SEEDS)
def test_importer_reads_back(seed: int) -> None:
    """Geometry, weights, bias, scales and zero points of any op survive the file."""
    op, _ = random_op(seed)
    network = parse_tflite(write_tflite(op), "op", "op.tflite")
    layer = network.layers[-1]
    conv = convolution(network, layer)
    g = op.geometry
    explicit = op.padding == "EXPLICIT"
    border_h, border_w = g.pad_top + g.pad_bottom, g.pad_left + g.pad_right
    none = {"pad_top": 0, "pad_bottom": 0, "pad_left": 0, "pad_right": 0}
    padded = replace(g, in_h=g.in_h + border_h, in_w=g.in_w + border_w, **none)
    assert conv.geometry == (padded if explicit else g)
    np.testing.assert_array_equal(conv.weights, op.weights)
    bias = op.bias if op.bias is not None else np.zeros(g.out_channels, dtype=np.int32)
    np.testing.assert_array_equal(conv.bias, bias)
    assert (conv.x_zero_point, conv.w_zero_point) == (op.x_zero_point, op.w_zero_point)
    assert conv.requantise.zero_point == op.y_zero_point
    np.testing.assert_array_equal(network.tensors[layer.inputs[1]].scale, op.w_scale)
    assert network.tensors[network.inputs[0]].shape == op.input_shape
    assert network.tensors[network.outputs[0]].shape == op.output_shape


def test_same_op_gives_same_bytes() -> None:
    assert write_tflite(random_op(3)[0]) == write_tflite(random_op(3)[0])


SOUND = op_of(ConvGeometry(1, 4, 4, 2, 3, 3, 3))


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"op": "ADD"}, "op must be one of CONV_2D"),
        ({"fused_activation": "SWISH"}, "fused_activation must be one of NONE"),
        ({"op": "DEPTHWISE_CONV_2D"}, "must have groups = in_channels = 2, found 1"),
        ({"op": "FULLY_CONNECTED"}, "must be a 1x1 kernel on an image of height 1"),
        ({"bias": None}, "CONV_2D must have a bias"),
        ({"bias": np.zeros(2, dtype=np.int32)}, r"bias must be int32 of shape \(3,\)"),
        ({"weights": SOUND.weights.astype(np.int16)}, "weights must be int8"),
        ({"w_scale": np.ones(2, dtype=np.float32)}, "w_scale must be float32"),
    ],
    ids=str,
)
def test_wrong_op(wrong: dict[str, object], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        replace(SOUND, **wrong)  # type: ignore[arg-type] # any field

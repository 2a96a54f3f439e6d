"""Lowering of layers: geometry, layouts, scale products, activation ranges and errors."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pymodel.affine.requantise import RULES, quantise_multiplier
from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.layer import run
from pymodel.network import ABSENT, Layer, Network, Tensor
from pymodel.ops.registry import ARRAY_OPS, RTL_RULE, convolution

SX, SY = np.float32(0.1), np.float32(0.37)
SW = np.array([0.3, 0.007, 0.0131], dtype=np.float32)
WINDOW: dict[str, Any] = {
    "padding": "VALID",
    "stride_h": 1,
    "stride_w": 1,
    "dilation_h": 1,
    "dilation_w": 1,
    "fused_activation": "NONE",
}


def codes(shape: tuple[int, ...]) -> NDArray[np.int8]:
    return (np.arange(np.prod(shape)) % 251 - 125).astype(np.int8).reshape(shape)


def quantised(
    index: int,
    name: str,
    shape: tuple[int, ...],
    scale: Any,
    zero_point: int = 0,
    axis: int = 0,
    data: NDArray[np.int8] | None = None,
) -> Tensor:
    scales = np.atleast_1d(np.asarray(scale, dtype=np.float32))
    return Tensor(
        index, name, shape, "int8", scales, np.full(scales.size, zero_point, np.int64), axis, data
    )


def network_of(
    op: str,
    x: tuple[int, ...],
    w: tuple[int, ...],
    y: tuple[int, ...],
    axis: int = 0,
    **attributes: Any,
) -> Network:
    """One layer with input "x", weights "w", bias "b", output "y"; three output channels."""
    return Network(
        name=op,
        tensors=(
            quantised(0, "x", x, SX, -5),
            quantised(1, "w", w, SW, 0, axis, codes(w)),
            Tensor(2, "b", (3,), "int32", data=np.array([10, -20, 30], dtype=np.int32)),
            quantised(3, "y", y, SY, 7),
        ),
        layers=(Layer(0, "the layer", op, (0, 1, 2), (3,), WINDOW | attributes),),
        inputs=(0,),
        outputs=(3,),
    )


def conv(**attributes: Any) -> Network:
    return network_of("CONV_2D", (1, 8, 9, 4), (3, 3, 2, 4), (1, 6, 8, 3), **attributes)


def depthwise() -> Network:
    return network_of(
        "DEPTHWISE_CONV_2D", (1, 8, 9, 3), (1, 3, 2, 3), (1, 6, 8, 3), axis=3, depth_multiplier=1
    )


def dense() -> Network:
    return network_of("FULLY_CONNECTED", (2, 4), (3, 4), (2, 3))


def lowered(network: Network, rule: str = "double_away") -> Convolution:
    return convolution(network, network.layers[0], rule)


def changed(network: Network, name: str, **changes: Any) -> Network:
    """The network with one tensor changed."""
    return replace(
        network,
        tensors=tuple(
            replace(tensor, **changes) if tensor.name == name else tensor
            for tensor in network.tensors
        ),
    )


def rewired(network: Network, **changes: Any) -> Network:
    """The network with its layer changed."""
    return replace(network, layers=(replace(network.layers[0], **changes),))


def test_conv_2d() -> None:
    found = lowered(conv())
    assert found.name == "the layer"
    assert found.geometry.input_shape == (1, 8, 9, 4)
    assert found.geometry.weights_shape == (3, 3, 2, 4)
    assert found.geometry.output_shape == (1, 6, 8, 3)
    assert (found.x_zero_point, found.w_zero_point, found.requantise.zero_point) == (-5, 0, 7)
    assert found.bias.tolist() == [10, -20, 30]
    np.testing.assert_array_equal(found.weights, codes((3, 3, 2, 4)))


def test_same_padding_stride_dilation_and_groups_of_conv_2d() -> None:
    network = network_of(
        "CONV_2D",
        (2, 8, 9, 6),
        (3, 3, 2, 2),
        (2, 4, 9, 3),
        padding="SAME",
        stride_h=2,
        dilation_w=3,
    )
    g = lowered(network).geometry
    assert (g.pad_top, g.pad_bottom, g.pad_left, g.pad_right) == (0, 1, 1, 2)
    assert (g.stride_h, g.stride_w, g.dilation_h, g.dilation_w, g.groups) == (2, 1, 1, 3, 3)
    assert g.output_shape == (2, 4, 9, 3)


def test_depthwise_weights_become_one_kernel_for_each_output() -> None:
    network = network_of(
        "DEPTHWISE_CONV_2D", (1, 5, 5, 1), (1, 2, 2, 3), (1, 4, 4, 3), axis=3, depth_multiplier=3
    )
    found = lowered(network)
    assert found.geometry.groups == 1
    assert found.weights.shape == (3, 2, 2, 1)
    np.testing.assert_array_equal(found.weights[1, :, :, 0], codes((1, 2, 2, 3))[0, :, :, 1])
    assert lowered(depthwise()).geometry.groups == 3


def test_fully_connected_is_a_line_of_pixels() -> None:
    found = lowered(dense())
    assert found.geometry.input_shape == (1, 1, 2, 4)
    assert found.geometry.output_shape == (1, 1, 2, 3)
    np.testing.assert_array_equal(found.weights.reshape(3, 4), codes((3, 4)))


def test_fully_connected_flattens_its_input() -> None:
    network = network_of("FULLY_CONNECTED", (3, 2, 2, 2), (3, 4), (6, 3))
    assert lowered(network).geometry.input_shape == (1, 1, 6, 4)


@pytest.mark.parametrize("left_out", [(0, 1), (0, 1, ABSENT)])
def test_a_missing_bias_is_zero(left_out: tuple[int, ...]) -> None:
    found = lowered(rewired(dense(), inputs=left_out))
    assert found.bias.dtype == np.int32
    assert found.bias.tolist() == [0, 0, 0]


def test_a_single_weight_scale_serves_all_channels() -> None:
    single = changed(
        dense(),
        "w",
        scale=np.array([0.25], dtype=np.float32),
        zero_point=np.array([9], dtype=np.int64),
    )
    found = lowered(single)
    assert found.w_zero_point == 9
    assert len(set(found.requantise.scale)) == 1


DOUBLE = [float(SX) * float(sw) / float(SY) for sw in SW]
PRODUCT = [float(np.float32(SX * sw)) / float(SY) for sw in SW]
SINGLE = [float(np.float32(np.float32(SX * sw) / SY)) for sw in SW]


@pytest.mark.parametrize(
    ("rule", "windowed", "fully_connected"),
    [
        ("double_away", DOUBLE, PRODUCT),
        ("double_up", DOUBLE, PRODUCT),
        ("single", DOUBLE, PRODUCT),
        ("float_even", SINGLE, SINGLE),
        ("float_away", DOUBLE, DOUBLE),
    ],
)
def test_each_rule_forms_the_multiplier_as_its_kernel_does(
    rule: str, windowed: list[float], fully_connected: list[float]
) -> None:
    for network, reals in ((conv(), windowed), (depthwise(), windowed), (dense(), fully_connected)):
        found = lowered(network, rule).requantise
        assert found.rule == rule
        assert found.scale.tolist() == reals
        pairs = list(zip(found.multiplier.tolist(), found.shift.tolist(), strict=True))
        assert pairs == [quantise_multiplier(real) for real in reals]


def test_the_products_can_be_told_apart() -> None:
    assert all(d != p for d, p in zip(DOUBLE, PRODUCT, strict=True))
    assert all(s != p for s, p in zip(SINGLE, PRODUCT, strict=True))


@pytest.mark.parametrize(
    ("activation", "scale", "zero_point", "clamp"),
    [
        ("NONE", 0.05, -10, (-128, 127)),
        ("RELU", 0.05, -10, (-10, 127)),
        ("RELU", 0.05, 127, (127, 127)),
        ("RELU6", 0.05, -10, (-10, 110)),
        ("RELU6", 4.0, 0, (0, 2)),  # 1.5 steps
        ("RELU6", 0.05, 60, (60, 127)),
        ("RELU_N1_TO_1", 0.05, -10, (-30, 10)),
        ("RELU_N1_TO_1", 2.0, 3, (2, 4)),  # half a step: away from zero
        ("RELU_N1_TO_1", 0.001, 0, (-128, 127)),
    ],
)
def test_fused_activation_is_a_clamp(
    activation: str, scale: float, zero_point: int, clamp: tuple[int, int]
) -> None:
    network = changed(
        conv(fused_activation=activation),
        "y",
        scale=np.array([scale], dtype=np.float32),
        zero_point=np.array([zero_point], dtype=np.int64),
    )
    found = lowered(network).requantise
    assert (found.clamp_min, found.clamp_max) == clamp


def test_every_array_op_has_a_rule_for_the_rtl() -> None:
    assert ARRAY_OPS.keys() == RTL_RULE.keys()
    assert set(RTL_RULE.values()) <= set(RULES)
    for network in (conv(), depthwise(), dense()):
        layer = network.layers[0]
        found = convolution(network, layer)
        assert found.requantise.rule == RTL_RULE[layer.op]
        x = codes(found.geometry.input_shape)
        assert run(found, x).shape == found.geometry.output_shape


NO_SCALE = {"scale": np.zeros(0, dtype=np.float32), "zero_point": np.zeros(0, dtype=np.int64)}


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (rewired(conv(), op="SOFTMAX"), "op SOFTMAX has no place on the array"),
        (rewired(conv(), inputs=(0,)), "CONV_2D needs an input and weights"),
        (rewired(conv(), inputs=(ABSENT, 1)), "CONV_2D needs an input and weights"),
        (rewired(conv(), outputs=(3, 3)), "CONV_2D must have one output, found 2"),
        (changed(conv(), "x", dtype="float32"), "tensor x .* be quantised int8, found float32"),
        (changed(conv(), "x", dtype="uint8"), "tensor x .* must be quantised int8, found uint8"),
        (changed(conv(), "y", **NO_SCALE), "tensor y .* found int8 with 0 scales"),
        (changed(conv(), "y", scale=np.zeros(1, dtype=np.float32)), "y .* have scales above 0"),
        (changed(conv(), "w", scale=SW * np.float32(np.nan)), "w .* must have scales above 0"),
        (
            changed(
                conv(),
                "x",
                shape=(1, 8, 3, 12),
                scale=SW,
                axis=2,
                zero_point=np.zeros(3, dtype=np.int64),
            ),
            "x .* must have one scale, found 3",
        ),
        (changed(conv(), "w", data=None), "w .* must be a constant of 4 dimensions"),
        (
            changed(dense(), "w", shape=(3, 2, 2), data=codes((3, 2, 2))),
            "w .* must be a constant of 2 dimensions",
        ),
        (changed(depthwise(), "w", axis=1), "w .* must have 3 scales along axis 3"),
        (changed(conv(), "w", zero_point=np.ones(3, dtype=np.int64)), "with zero point 0"),
        (changed(conv(), "b", data=None), "b .* must be a constant bias"),
        (
            changed(conv(), "b", shape=(1, 3), data=np.zeros((1, 3), dtype=np.int32)),
            r"b .* int32 of shape \(3,\), found int32 of shape \(1, 3\)",
        ),
        (changed(conv(), "b", dtype="int64", data=np.zeros(3, dtype=np.int64)), "found int64"),
        (changed(conv(), "x", shape=(1, 8, 9, 5)), "5 channels of x must be a multiple of .* 4"),
        (changed(conv(), "x", shape=(8, 9, 4)), "must have 4 dimensions"),
        (changed(conv(), "x", shape=()), "must have 4 dimensions"),
        (changed(conv(), "x", shape=(1, 2, 9, 4)), "kernel_h spans 3 elements"),
        (changed(conv(), "y", shape=(1, 6, 8, 4)), "y .* must have the elements of"),
        (changed(dense(), "x", shape=(2, 5)), "10 elements of x must be the weights. 4 "),
        (changed(dense(), "x", shape=(0, 4)), "0 elements of x must be the weights. 4"),
        (changed(depthwise(), "x", shape=(1, 8, 9, 6)), "6 channels times depth_multiplier 1"),
        (conv(padding="FULL"), "attribute padding of CONV_2D must be one of SAME, VALID"),
        (conv(stride_w=0), "attribute stride_w of CONV_2D must be an integer of at least 1"),
        (conv(dilation_h=True), "attribute dilation_h of CONV_2D must be an integer"),
        (conv(fused_activation="TANH"), "fused_activation of CONV_2D must be one of NONE, RELU"),
        (rewired(conv(), attributes={}), "attribute padding of CONV_2D must .*, found None"),
        (conv(padding="EXPLICIT", pad_top=1), "pad_bottom of CONV_2D must be .* at least 0, found"),
        (conv(padding="SAME", dilation_h=2**28), "padded input of CONV_2D has [0-9,]+ elements"),
        (
            changed(conv(), "x", scale=np.array([1e-20], dtype=np.float32)),
            "x of CONV_2D must have a scale from 9e-13 to 1e[+]12, found 1e-20",
        ),
        (
            changed(conv(), "y", scale=np.array([1e20], dtype=np.float32)),
            "y of CONV_2D must have a scale from 9e-13 to 1e[+]12, found 1e[+]20",
        ),
        (
            changed(conv(), "y", scale=np.array([1e-12], dtype=np.float32)),
            "requantise multiplier must be below",
        ),
    ],
)
def test_layers_that_make_no_sense(network: Network, message: str) -> None:
    with pytest.raises(InputError, match=f"layer the layer: .*({message})"):
        lowered(network)


def test_an_unknown_rule() -> None:
    with pytest.raises(InputError, match="layer the layer: requantise: rule must be one of"):
        lowered(conv(), "nearest")

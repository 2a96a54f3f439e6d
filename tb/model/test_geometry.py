"""Output sizes, padding schemes and the errors of a convolution's geometry and a datapath."""

from typing import Any

import pytest

from pymodel.errors import InputError
from pymodel.geometry import ConvGeometry, causal_padding, same_padding

PLAIN: dict[str, Any] = {
    "batch": 1,
    "in_h": 5,
    "in_w": 7,
    "in_channels": 4,
    "out_channels": 6,
    "kernel_h": 3,
    "kernel_w": 2,
}


def test_shapes_and_macs() -> None:
    g = ConvGeometry(**PLAIN | {"batch": 2, "groups": 2, "pad_top": 1, "stride_w": 3})
    assert (g.out_h, g.out_w, g.taps) == (4, 2, 6)
    assert g.input_shape == (2, 5, 7, 4)
    assert g.weights_shape == (6, 3, 2, 2)
    assert g.output_shape == (2, 4, 2, 6)
    assert g.macs == 2 * 4 * 2 * 6 * (6 * 2)


def test_dilation_spreads_the_kernel() -> None:
    g = ConvGeometry(**PLAIN | {"dilation_h": 2, "dilation_w": 6})
    assert (g.reach_h, g.reach_w) == (5, 7)
    assert (g.out_h, g.out_w) == (1, 1)


@pytest.mark.parametrize(
    ("in_channels", "groups", "depthwise"), [(6, 6, True), (6, 3, False), (1, 1, False)]
)
def test_depthwise_is_one_of_several_channels(
    in_channels: int, groups: int, depthwise: bool
) -> None:
    g = ConvGeometry(**PLAIN | {"in_channels": in_channels, "groups": groups})
    assert g.depthwise == depthwise


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "dilation", "expected"),
    [
        (8, 3, 1, 1, (1, 1)),
        (8, 3, 2, 1, (0, 1)),  # 4 outputs reach 9 inputs: the odd one goes after
        (7, 3, 2, 1, (1, 1)),
        (8, 2, 1, 1, (0, 1)),
        (8, 3, 1, 4, (4, 4)),
        (5, 1, 3, 1, (0, 0)),  # the stride leaves inputs over
        (49, 10, 2, 1, (4, 5)),
        (1, 5, 1, 1, (2, 2)),
    ],
)
def test_same_padding(
    size: int, kernel: int, stride: int, dilation: int, expected: tuple[int, int]
) -> None:
    assert same_padding(size, kernel, stride, dilation) == expected


@pytest.mark.parametrize("stride", range(1, 6))
@pytest.mark.parametrize("kernel", range(1, 6))
def test_same_padding_gives_one_output_for_each_stride(kernel: int, stride: int) -> None:
    for size in range(1, 12):
        left, right = same_padding(size, kernel, stride, 2)
        g = ConvGeometry(
            **PLAIN
            | {
                "in_w": size,
                "kernel_w": kernel,
                "stride_w": stride,
                "dilation_w": 2,
                "pad_left": left,
                "pad_right": right,
            }
        )
        assert g.out_w == -(-size // stride)


def test_causal_padding() -> None:
    assert causal_padding(3, 512) == (1024, 0)
    assert causal_padding(1, 5) == (0, 0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"in_h": 0}, "in_h must be an integer of at least 1, found 0"),
        ({"pad_left": -1}, "pad_left must be an integer of at least 0, found -1"),
        ({"stride_w": 1.5}, "stride_w must be an integer of at least 1, found 1.5"),
        ({"batch": True}, "batch must be an integer"),
        ({"groups": 3}, "in_channels must be a multiple of groups = 3, found 4"),
        ({"groups": 4}, "out_channels must be a multiple of groups = 4, found 6"),
        ({"dilation_h": 3}, "kernel_h spans 7 elements, but the padded input has 5"),
        ({"kernel_w": 9, "pad_right": 1}, "kernel_w spans 9 elements, but the padded input has 8"),
    ],
)
def test_geometry_errors(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ConvGeometry(**PLAIN | change)

"""CMSIS-NN's own unit-test vectors: layers that round twice, ties away, with their outputs."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pymodel.convolution import Convolution
from pymodel.geometry import ConvGeometry
from pymodel.requantise import Requantise

CASES = {
    "basic": 20,
    "conv_2": 72,
    "conv_3": 250,
    "conv_4": 36,
    "conv_5": 32,
    "depthwise_2": 81,
    "depthwise_eq_in_out_ch": 8750,
    "fully_connected": 18,
    "kernel1x1": 490,
    "kernel1x1_stride_x": 120,
}
"""Outputs of each case."""

Case = tuple[dict[str, Any], dict[str, NDArray[Any]]]


def read(path: Path) -> Case:
    """(configuration, arrays) of a vector file."""
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    return json.loads(arrays.pop("config").tobytes()), arrays


def padding_after(size: int, outputs: int, kernel: int, stride: int, before: int) -> int:
    """Padding behind an axis: what the stated number of outputs needs."""
    return max(0, (outputs - 1) * stride + kernel - size - before)


def geometry_of(config: dict[str, Any]) -> ConvGeometry:
    if "FILTER_X" not in config:
        return ConvGeometry(
            batch=1,
            in_h=1,
            in_w=config["INPUT_BATCHES"],
            in_channels=config["ACCUMULATION_DEPTH"],
            out_channels=config["OUT_CH"],
            kernel_h=1,
            kernel_w=1,
        )
    assert config["DILATION_X"] == config["DILATION_Y"] == 1
    return ConvGeometry(
        batch=config["INPUT_BATCHES"],
        in_h=config["INPUT_H"],
        in_w=config["INPUT_W"],
        in_channels=config["IN_CH"],
        out_channels=config["OUT_CH"],
        kernel_h=config["FILTER_Y"],
        kernel_w=config["FILTER_X"],
        stride_h=config["STRIDE_Y"],
        stride_w=config["STRIDE_X"],
        pad_top=config["PAD_Y"],
        pad_bottom=padding_after(
            config["INPUT_H"],
            config["OUTPUT_H"],
            config["FILTER_Y"],
            config["STRIDE_Y"],
            config["PAD_Y"],
        ),
        pad_left=config["PAD_X"],
        pad_right=padding_after(
            config["INPUT_W"],
            config["OUTPUT_W"],
            config["FILTER_X"],
            config["STRIDE_X"],
            config["PAD_X"],
        ),
        groups=config["IN_CH"] if "CH_MULT" in config else 1,
    )


def layer_of(name: str, config: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Convolution:
    geometry = geometry_of(config)
    weights = arrays["weights"].reshape(geometry.weights_shape)
    if "CH_MULT" in config:
        g = geometry
        weights = arrays["weights"].reshape(g.kernel_h, g.kernel_w, g.out_channels, 1)
        weights = weights.transpose(2, 0, 1, 3)
    if "output_mult" in arrays:
        multiplier, shift = arrays["output_mult"], arrays["output_shift"]
    else:
        multiplier = np.full(geometry.out_channels, config["OUTPUT_MULTIPLIER"], dtype=np.int32)
        shift = np.full(geometry.out_channels, config["OUTPUT_SHIFT"], dtype=np.int32)
    return Convolution(
        name=name,
        geometry=geometry,
        weights=weights,
        bias=arrays["biases"],
        x_zero_point=-config["INPUT_OFFSET"],
        w_zero_point=-config.get("FILTER_OFFSET", 0),
        requantise=Requantise(
            rule="double_away",
            multiplier=multiplier,
            shift=shift,
            scale=multiplier * 2.0 ** (shift - 31.0),
            zero_point=config["OUTPUT_OFFSET"],
            clamp_min=config["OUT_ACTIVATION_MIN"],
            clamp_max=config["OUT_ACTIVATION_MAX"],
        ),
    )


def load(shared_data: Path, name: str) -> tuple[Convolution, NDArray[np.int8], NDArray[np.int8]]:
    """(layer, input, expected output) of one of CASES, int8 NHWC."""
    config, arrays = read(shared_data / "cmsis_nn" / f"{name}.npz")
    conv = layer_of(name, config, arrays)
    x = arrays["input"].reshape(conv.geometry.input_shape)
    return conv, x, arrays["output_ref"].reshape(conv.geometry.output_shape)

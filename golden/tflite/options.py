"""Attributes of the supported ops, read from the options table of a .tflite operator.

A layer's attribute has the snake_case name of the schema's field; an enum is its name. Fields that
do not concern int8 are left out, and so is what the tensors' shapes say already.
"""

import math
from collections.abc import Callable
from typing import Any

import tflite

from pymodel.errors import InputError
from pymodel.network import Attribute

Attributes = dict[str, Attribute]
Reader = Callable[[str, Any], Attributes]
"""(what to call the layer, its options table) to its attributes."""

PADDINGS: dict[int, str] = {tflite.Padding.SAME: "SAME", tflite.Padding.VALID: "VALID"}
ACTIVATIONS: dict[int, str] = {
    code: name
    for name, code in vars(tflite.ActivationFunctionType).items()
    if not name.startswith("_")
}


def read_attributes(where: str, op: str, operator: "tflite.Operator") -> Attributes:
    """The operator's attributes; an empty dict for ops that are not in READERS.

    An op whose attributes are none is taken with and without its table, as TFLite does.

    Raises:
        InputError: no options table, one of another op, or an illegal value; it starts with
            `where`.
    """
    name, reader = READERS.get(op, (None, _nothing))
    if name is None or reader is _nothing:
        return {}
    table = operator.BuiltinOptions()
    if table is None or operator.BuiltinOptionsType() != getattr(tflite.BuiltinOptions, name):
        raise InputError(f"{where} has no {name}")
    options = getattr(tflite, name)()
    options.Init(table.Bytes, table.Pos)
    return reader(where, options)


def _nothing(where: str, options: Any) -> Attributes:  # noqa: ARG001 - one signature for all
    return {}


def _activation(where: str, options: Any) -> Attributes:
    code = options.FusedActivationFunction()
    if code not in ACTIVATIONS:
        raise InputError(f"{where} has an unknown fused activation {code}")
    return {"fused_activation": ACTIVATIONS[code]}


def _window(where: str, options: Any, **extents: int) -> Attributes:
    """Padding, strides, the given extents, which must be positive as well, and activation."""
    if options.Padding() not in PADDINGS:
        raise InputError(f"{where} has padding {options.Padding()}; SAME or VALID is needed")
    steps = {"stride_h": options.StrideH(), "stride_w": options.StrideW(), **extents}
    for field, value in steps.items():
        if value < 1:
            raise InputError(f"{where} has {field} {value}; at least 1 is needed")
    return {"padding": PADDINGS[options.Padding()], **steps} | _activation(where, options)


def _convolution(where: str, options: Any) -> Attributes:
    dilation_h, dilation_w = options.DilationHFactor(), options.DilationWFactor()
    return _window(where, options, dilation_h=dilation_h, dilation_w=dilation_w)


def _depthwise(where: str, options: Any) -> Attributes:
    return _convolution(where, options) | {"depth_multiplier": options.DepthMultiplier()}


def _fully_connected(where: str, options: Any) -> Attributes:
    if options.WeightsFormat() != tflite.FullyConnectedOptionsWeightsFormat.DEFAULT:
        raise InputError(f"{where} has shuffled weights; the default format is needed")
    return {"keep_num_dims": bool(options.KeepNumDims())} | _activation(where, options)


def _pool(where: str, options: Any) -> Attributes:
    height, width = options.FilterHeight(), options.FilterWidth()
    return _window(where, options, filter_height=height, filter_width=width)


def _reducer(where: str, options: Any) -> Attributes:  # noqa: ARG001 - one signature for all
    return {"keep_dims": bool(options.KeepDims())}


def _concatenation(where: str, options: Any) -> Attributes:
    return {"axis": options.Axis()} | _activation(where, options)


def _softmax(where: str, options: Any) -> Attributes:
    return {"beta": _finite(where, "beta", options.Beta())}


def _leaky_relu(where: str, options: Any) -> Attributes:
    return {"alpha": _finite(where, "alpha", options.Alpha())}


def _finite(where: str, field: str, value: float) -> float:
    if not math.isfinite(value):
        raise InputError(f"{where} has {field} {value}; a finite number is needed")
    return float(value)


def _strided_slice(where: str, options: Any) -> Attributes:  # noqa: ARG001 - one signature for all
    return {
        "begin_mask": options.BeginMask(),
        "end_mask": options.EndMask(),
        "ellipsis_mask": options.EllipsisMask(),
        "new_axis_mask": options.NewAxisMask(),
        "shrink_axis_mask": options.ShrinkAxisMask(),
        "offset": bool(options.Offset()),
    }


def _split(where: str, options: Any) -> Attributes:  # noqa: ARG001 - one signature for all
    return {"num_splits": options.NumSplits()}


def _pack(where: str, options: Any) -> Attributes:  # noqa: ARG001 - one signature for all
    return {"axis": options.Axis(), "values_count": options.ValuesCount()}


READERS: dict[str, tuple[str | None, Reader]] = {
    "ADD": ("AddOptions", _activation),
    "AVERAGE_POOL_2D": ("Pool2DOptions", _pool),
    "BATCH_TO_SPACE_ND": ("BatchToSpaceNDOptions", _nothing),
    "CONCATENATION": ("ConcatenationOptions", _concatenation),
    "CONV_2D": ("Conv2DOptions", _convolution),
    "DEPTHWISE_CONV_2D": ("DepthwiseConv2DOptions", _depthwise),
    "DEQUANTIZE": ("DequantizeOptions", _nothing),
    "EXPAND_DIMS": ("ExpandDimsOptions", _nothing),
    "FULLY_CONNECTED": ("FullyConnectedOptions", _fully_connected),
    "LEAKY_RELU": ("LeakyReluOptions", _leaky_relu),
    "LOGISTIC": (None, _nothing),
    "MAX_POOL_2D": ("Pool2DOptions", _pool),
    "MEAN": ("ReducerOptions", _reducer),
    "MUL": ("MulOptions", _activation),
    "PACK": ("PackOptions", _pack),
    "PAD": ("PadOptions", _nothing),
    "PADV2": ("PadV2Options", _nothing),
    "QUANTIZE": ("QuantizeOptions", _nothing),
    "RELU": (None, _nothing),
    "RELU6": (None, _nothing),
    "RESHAPE": ("ReshapeOptions", _nothing),
    "SHAPE": ("ShapeOptions", _nothing),
    "SLICE": ("SliceOptions", _nothing),
    "SOFTMAX": ("SoftmaxOptions", _softmax),
    "SPACE_TO_BATCH_ND": ("SpaceToBatchNDOptions", _nothing),
    "SPLIT": ("SplitOptions", _split),
    "SQUEEZE": ("SqueezeOptions", _nothing),
    "STRIDED_SLICE": ("StridedSliceOptions", _strided_slice),
    "SUB": ("SubOptions", _activation),
    "TANH": (None, _nothing),
    "TRANSPOSE": ("TransposeOptions", _nothing),
}
"""The schema's name of each supported op's options table, None for ops without, and its reader."""

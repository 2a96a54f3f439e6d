"""A golden case's layer and input, and the oracles that can confirm its output."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.cases.draw import Drawn, draw
from golden.cases.manifest import CaseSpec
from golden.tflite.importer import parse_tflite
from golden.tflite.single_op import SingleOp
from golden.tflite.writer import write_tflite
from pymodel.convolution import Convolution
from pymodel.datapath import Datapath
from pymodel.errors import InputError
from pymodel.ops.registry import convolution as lower
from pymodel.presets import preset
from pymodel.requantise import Requantise

ACTIVATIONS = ("NONE", "RELU", "RELU6")
"""Fused activations that mean something in every format."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """What a case computes, before anything is computed.

    Attributes:
        spec: where it comes from.
        datapath: the spec's, with its lanes.
        convolution: the layer.
        x: input, stored codes NHWC.
        scales: real value of one step of "input", "weights" and "output"; none in minifloat.
        op, content, output: in affine int8 the op, a .tflite file of it, and the index there of
            its output tensor; None, nothing and 0 otherwise.
    """

    spec: CaseSpec
    datapath: Datapath
    convolution: Convolution
    x: NDArray[np.signedinteger[Any]]
    scales: dict[str, list[float]]
    op: SingleOp | None = None
    content: bytes = b""
    output: int = 0


def prepare(spec: CaseSpec) -> Prepared:
    """The layer and input that `spec` describes.

    In affine int8 the op goes through a .tflite file and the importer, as a real network's layers
    do; its explicit padding, there a PAD op, becomes part of the geometry again.

    Raises:
        InputError: the spec describes no possible op, or one that the number format has not.
    """
    path = replace(preset(spec.datapath), ic_lanes=spec.ic_lanes, oc_lanes=spec.oc_lanes)
    drawn = draw(spec)
    if path.format == "affine_int8":
        return _affine(spec, path, drawn)
    if spec.x_zero_point or spec.y_zero_point or spec.w_zero_point:
        raise InputError(f"{path.format} has no zero points; they must be 0")
    if spec.fused_activation not in ACTIVATIONS:
        raise InputError(
            f"fused_activation must be one of {', '.join(ACTIVATIONS)} in {path.format}, "
            f"found {spec.fused_activation!r}"
        )
    channels = spec.geometry.out_channels
    conv = Convolution(
        name=spec.name,
        geometry=spec.geometry,
        weights=drawn.weights,
        bias=np.zeros(channels, dtype=np.int32) if drawn.bias is None else drawn.bias,
        x_zero_point=0,
        w_zero_point=0,
        requantise=_requantise(spec, path, drawn),
    )
    return Prepared(spec, path, conv, drawn.x, _scales(spec, path, drawn))


def _affine(spec: CaseSpec, path: Datapath, drawn: Drawn) -> Prepared:
    op = SingleOp(
        op=spec.op,
        geometry=spec.geometry,
        weights=drawn.weights.astype(np.int8, copy=False),
        bias=drawn.bias,
        x_scale=float(np.float32(spec.x_scale)),
        x_zero_point=spec.x_zero_point,
        w_scale=drawn.w_scale,
        y_scale=float(np.float32(spec.y_scale)),
        y_zero_point=spec.y_zero_point,
        w_zero_point=spec.w_zero_point,
        fused_activation=spec.fused_activation,
    )
    content = write_tflite(op)
    network = parse_tflite(content, spec.name, f"case {spec.name}")
    lowered = lower(network, network.layers[-1], spec.rule)
    conv = replace(lowered, name=spec.name, geometry=op.geometry)
    scales = _scales(spec, path, drawn)
    return Prepared(spec, path, conv, drawn.x, scales, op, content, network.outputs[0])


def _scales(spec: CaseSpec, path: Datapath, drawn: Drawn) -> dict[str, list[float]]:
    if path.format == "minifloat":
        return {"input": [], "weights": [], "output": []}
    return {
        "input": [float(np.float32(spec.x_scale))],
        "weights": drawn.w_scale.astype(float).tolist(),
        "output": [float(np.float32(spec.y_scale))],
    }


def _requantise(spec: CaseSpec, path: Datapath, drawn: Drawn) -> Requantise:
    """Outside affine int8: a shift by the fractional lengths, or in minifloat a conversion."""
    channels = spec.geometry.out_channels
    shift = 0 if path.format == "minifloat" else _shift(spec, path, drawn)
    shifts = np.full(channels, shift, dtype=np.int32)
    least, largest = clamp_limits(path)
    if spec.fused_activation != "NONE":
        least = 0
    if spec.fused_activation == "RELU6":
        largest = min(largest, _six(spec, path))
    return Requantise(
        rule=spec.rule,
        multiplier=np.zeros(channels, dtype=np.int32),
        shift=shifts,
        scale=np.ldexp(np.ones(channels), shifts),
        zero_point=0,
        clamp_min=least,
        clamp_max=largest,
    )


def clamp_limits(path: Datapath) -> tuple[int, int]:
    """The stored codes of the least and the largest output, infinities among them."""
    if path.format != "minifloat":
        half: int = 2 ** (path.element_bits - 1)
        return -half, half - 1
    element = path.floats[0]
    most = element.largest if element.infinity is None else element.infinity
    least = np.array(most + element.sign_code, dtype=np.int64).astype(path.dtype)
    return int(least), most


def _six(spec: CaseSpec, path: Datapath) -> int:
    """The code of 6, which is 1.5 * 2^2."""
    if path.format != "minifloat":
        return int(6 / spec.y_scale)
    element = path.floats[0]
    return (element.offset + 2 << element.mantissa_bits) + (1 << element.mantissa_bits - 1)


def _shift(spec: CaseSpec, path: Datapath, drawn: Drawn) -> int:
    """log2 of the psum's unit over the output's."""
    (w_scale,) = set(drawn.w_scale.tolist()) if len(set(drawn.w_scale.tolist())) == 1 else (0.0,)
    if path.format == "power_of_two" and w_scale != 2.0**path.least_exponent:
        raise InputError(
            f"w_scale must be that of the least weight, {2.0**path.least_exponent}, found {w_scale}"
        )
    dropped = path.product_drop + path.root_drop
    return _exponent(spec.x_scale) + _exponent(w_scale) - _exponent(spec.y_scale) + dropped


def _exponent(scale: float) -> int:
    fraction, exponent = math.frexp(scale)
    if fraction != 0.5:
        raise InputError(
            f"a scale in fixed point must be a power of two, one for all weights; found {scale}"
        )
    return exponent - 1

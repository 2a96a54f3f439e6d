"""Makes a golden case in dynamic fixed point from its spec, confirmed by exact rationals."""

import math
from dataclasses import replace

import numpy as np

from golden.cases.case import GoldenCase
from golden.cases.draw import draw
from golden.cases.exact_fixed import VERSION, run
from golden.cases.manifest import CaseSpec
from golden.cases.oracle import require_same
from golden.tflite.single_op import SingleOp
from pymodel.affine.requantise import Requantise, requantise
from pymodel.array.reduction import reduce
from pymodel.convolution import Convolution
from pymodel.datapath import Datapath
from pymodel.errors import InputError
from pymodel.presets import preset

LEAST = {"NONE": None, "RELU": 0}
"""Fused activations: the least code where it is not the format's own."""


def build_fixed_case(spec: CaseSpec, recorded_oracle: str | None = None) -> GoldenCase:
    """The case that `spec` describes, in its datapath; arguments as in `build_case`.

    Raises:
        InputError: a zero point other than 0, scales that are no powers of two or differ between
            channels, or an activation without a meaning in the format.
        OracleMismatch: the oracle computes another output than pymodel.
    """
    path = replace(preset(spec.datapath), ic_lanes=spec.ic_lanes)
    op, x = draw(spec)
    conv = _convolution(spec, op, path)
    expected = requantise(reduce(conv, x, path), conv.requantise)
    if recorded_oracle is None:
        require_same(VERSION, run(conv, x, path), expected)
    return GoldenCase(
        name=spec.name,
        corner=spec.corner,
        op=spec.op,
        seed=spec.seed,
        datapath=path,
        convolution=conv,
        x=x,
        expected=expected,
        scales={
            "input": [op.x_scale],
            "weights": op.w_scale.astype(float).tolist(),
            "output": [op.y_scale],
        },
        oracle=recorded_oracle or VERSION,
    )


def _convolution(spec: CaseSpec, op: SingleOp, path: Datapath) -> Convolution:
    if op.x_zero_point or op.y_zero_point or op.w_zero_point:
        raise InputError("dynamic fixed point has no zero points; they must be 0")
    if op.fused_activation not in LEAST:
        known = ", ".join(LEAST)
        raise InputError(f"fused_activation must be one of {known}, found {op.fused_activation!r}")
    channels, half = op.geometry.out_channels, 1 << (path.element_bits - 1)
    exponent = _exponent(op.x_scale) + _weight_exponent(op) - _exponent(op.y_scale)
    shift = np.full(channels, exponent + path.product_drop + path.root_drop, dtype=np.int32)
    least = LEAST[op.fused_activation]
    return Convolution(
        name=spec.name,
        geometry=op.geometry,
        weights=op.weights,
        bias=np.zeros(channels, dtype=np.int32) if op.bias is None else op.bias,
        x_zero_point=0,
        w_zero_point=0,
        requantise=Requantise(
            rule=spec.rule,
            multiplier=np.zeros(channels, dtype=np.int32),
            shift=shift,
            scale=np.ldexp(np.ones(channels), shift),
            zero_point=0,
            clamp_min=-half if least is None else least,
            clamp_max=half - 1,
        ),
    )


def _weight_exponent(op: SingleOp) -> int:
    exponents = {_exponent(float(scale)) for scale in op.w_scale}
    if len(exponents) != 1:
        raise InputError("dynamic fixed point has one scale for all weights")
    return exponents.pop()


def _exponent(scale: float) -> int:
    fraction, exponent = math.frexp(scale)
    if fraction != 0.5:
        raise InputError(f"a scale in dynamic fixed point must be a power of two, found {scale}")
    return exponent - 1

"""The samples of CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED, and their cases."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from golden.conformance.case import Case, Sample
from golden.conformance.mac_geometry import draw_geometry
from golden.conformance.mac_numbers import Numbers, draw_numbers
from golden.tflite.single_op import SingleOp
from golden.tflite.writer import write_tflite

OPS = (
    ("CONV_2D", ""),
    ("CONV_2D", "grouped"),
    ("DEPTHWISE_CONV_2D", ""),
    ("FULLY_CONNECTED", ""),
)
"""(op, form): a grouped convolution is code of its own in LiteRT's kernels."""


@dataclass(frozen=True)
class MacClass:
    """A class of data: its geometry, and the numbers of its cases in turn."""

    about: str
    numbers: tuple[Numbers, ...]
    geometry: str = "any"
    ops: tuple[str, ...] = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
    cases: int = 160


OVERFLOW = "overflow"
"""The class whose results no 32-bit integer holds. C leaves the conversion of such a float to an
integer undefined, so a rule may hold everywhere but here."""
WINDOWED = ("CONV_2D", "DEPTHWISE_CONV_2D")
PLAIN = (Numbers(), Numbers(ties=True))
CLASSES: dict[str, MacClass] = {
    "random": MacClass("any codes, scales and geometry", (Numbers(),), cases=400),
    "ties": MacClass(
        "power-of-two scales, with which many results lie half way between two codes",
        (Numbers(ties=True),),
        cases=400,
    ),
    "near_2_30": MacClass(
        "accumulators near +-2^30, by the biases",
        (Numbers(near_2_30=True), Numbers(near_2_30=True, ties=True)),
    ),
    "saturation": MacClass(
        "outputs past both ends of their range", (Numbers(gain=8), Numbers(gain=8, ties=True))
    ),
    "scale_above_1": MacClass(
        "real multipliers from 1/2 to 30",
        (
            Numbers(multiplier=1),
            Numbers(multiplier=4),
            Numbers(multiplier=16),
            Numbers(multiplier=1, ties=True),
        ),
    ),
    OVERFLOW: MacClass(
        "accumulators near +-2^30 under multipliers from 1/2 to 30: most results are past 32 bits",
        (
            Numbers(multiplier=1, near_2_30=True),
            Numbers(multiplier=4, near_2_30=True),
            Numbers(multiplier=16, near_2_30=True),
            Numbers(multiplier=4, near_2_30=True, ties=True),
        ),
    ),
    "zero_point_ends": MacClass(
        "zero points -128 and 127 of input and output",
        (Numbers(ends=True), Numbers(ends=True, ties=True)),
    ),
    "weight_zero_point": MacClass(
        "weights with a zero point other than 0, one scale per tensor",
        (Numbers(w_zero_point=True), Numbers(w_zero_point=True, ties=True)),
        ops=("FULLY_CONNECTED",),
    ),
    "dilation": MacClass(
        "dilation 2 to 4 on both axes, padded, zero points other than 0",
        PLAIN,
        geometry="dilated",
        ops=WINDOWED,
        cases=200,
    ),
    "large_kernel": MacClass(
        "windows larger than the image, which is padded", PLAIN, "large_kernel", WINDOWED, 200
    ),
    "line": MacClass(
        "images of 1xN and Nx1; of FULLY_CONNECTED, one input or one output channel", PLAIN, "line"
    ),
}


def mac_samples() -> list[Sample]:
    """All samples of the ops of the array."""
    return [
        Sample(op, form, name, found.cases)
        for op, form in OPS
        for name, found in CLASSES.items()
        if op in found.ops
    ]


def mac_op(sample: Sample, number: int) -> tuple[SingleOp, NDArray[np.int8]]:
    """The op of case `number` of a sample, and its input."""
    rng, found = sample.random(number), CLASSES[sample.data_class]
    kind = {"DEPTHWISE_CONV_2D": "depthwise", "FULLY_CONNECTED": "fully_connected"}
    geometry = draw_geometry(rng, kind.get(sample.op, sample.form), found.geometry)
    return draw_numbers(rng, sample.op, geometry, found.numbers[number % len(found.numbers)])


def mac_case(sample: Sample, number: int) -> Case:
    """Case `number` of a sample."""
    op, x = mac_op(sample, number)
    return Case(f"{sample.op} {sample.form} {number}", write_tflite(op), (x,))

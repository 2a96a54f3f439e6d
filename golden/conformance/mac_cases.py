"""The samples of CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED, and their cases."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from golden.conformance.case import Case, Sample
from golden.conformance.data_classes import OVERFLOW
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
    """A class of data: the numbers of its cases in turn, their geometry, and the ops that have
    it."""

    numbers: tuple[Numbers, ...]
    geometry: str = "any"
    ops: tuple[str, ...] = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
    cases: int = 160


WINDOWED = ("CONV_2D", "DEPTHWISE_CONV_2D")
PLAIN = (Numbers(), Numbers(ties=True))
SCALES_UP = (Numbers(multiplier=1), Numbers(multiplier=4), Numbers(multiplier=16))
CLASSES: dict[str, MacClass] = {
    "random": MacClass((Numbers(),), cases=400),
    "ties": MacClass((Numbers(ties=True),), cases=400),
    "near_2_30": MacClass((Numbers(near_2_30=True), Numbers(near_2_30=True, ties=True))),
    "saturation": MacClass((Numbers(gain=8), Numbers(gain=8, ties=True))),
    "activation_ties": MacClass((Numbers(activation_ties=True),)),
    "scale_above_1": MacClass((*SCALES_UP, Numbers(multiplier=1, ties=True))),
    OVERFLOW: MacClass(
        (
            *(replace(numbers, near_2_30=True) for numbers in SCALES_UP),
            Numbers(multiplier=4, near_2_30=True, ties=True),
        )
    ),
    "zero_point_ends": MacClass((Numbers(ends=True), Numbers(ends=True, ties=True))),
    "weight_zero_point": MacClass(
        (Numbers(w_zero_point=True), Numbers(w_zero_point=True, ties=True)),
        ops=("FULLY_CONNECTED",),
    ),
    "dilation": MacClass(PLAIN, "dilated", WINDOWED, 200),
    "large_kernel": MacClass(PLAIN, "large_kernel", WINDOWED, 200),
    "line": MacClass(PLAIN, "line"),
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
    return Case(f"{sample.name} {number}", write_tflite(op), (x,))

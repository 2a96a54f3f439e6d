"""The conformance map's cases hold what their class of data is named after."""

import zlib
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from golden.conformance.case import Sample
from golden.conformance.data_classes import ABOUT
from golden.conformance.mac_cases import mac_op, mac_samples
from golden.conformance.samples import make_case, samples
from golden.tflite.importer import parse_tflite
from golden.tflite.writer import write_tflite
from pymodel import convolution
from pymodel.fixed_point import Int64Array, srdhm
from pymodel.layer import run
from pymodel.ops.registry import convolution as lower

CASES = 24
ENDS = (-128, 127)


def held(sample: Sample, number: int) -> Counter[str]:
    """What one case of an op of the array holds."""
    op, x = mac_op(sample, number)
    g = op.geometry
    network = parse_tflite(write_tflite(op), "op", "op")
    conv = replace(lower(network, network.layers[-1], "double_away"), geometry=g)
    image = x.reshape(g.input_shape)
    acc: Int64Array = convolution.accumulate(conv, image).astype(np.int64)
    codes = run(conv, image)
    right = np.maximum(-conv.requantise.shift, 0)
    high = srdhm(acc, conv.requantise.multiplier)
    near = np.abs(np.abs(acc) - 2**30) < 2**27
    past = np.abs(acc * conv.requantise.scale) >= 2**31
    bounds = (np.float32(6), np.float32(1))
    return Counter(
        {
            "random": int(np.unique(codes).size > 20),
            "ties": int(np.count_nonzero((right > 0) & (high % 2**right == 2**right // 2)) > 0),
            "near_2_30": int(near.any()),
            "overflow": int(past.any()),
            "saturation": int(codes.min() < codes.max() and _at_ends(conv, codes) > 0.3),
            "activation_ties": int(any(b / np.float32(op.y_scale) % 1 == 0.5 for b in bounds)),
            "scale_above_1": int(conv.requantise.scale.max() > 0.4),
            "zero_point_ends": int(op.x_zero_point in ENDS and op.y_zero_point in ENDS),
            "weight_zero_point": int(conv.w_zero_point != 0),
            "dilation": int(min(g.dilation_h, g.dilation_w) > 1 and op.x_zero_point != 0),
            "large_kernel": int(g.reach_h > g.in_h or g.reach_w > g.in_w),
            "line": int(1 in (g.in_h, g.in_w) and 1 in (g.kernel_h, g.kernel_w)),
        }
    )


def _at_ends(conv: convolution.Convolution, codes: np.ndarray) -> float:
    """The part of the outputs at an end of their range."""
    ends = (conv.requantise.clamp_min, conv.requantise.clamp_max)
    return float(np.isin(codes, ends).mean())


LEAST = {"random": 12, "ties": 16, "activation_ties": 12}
"""Of CASES, where not nearly all: an activation may leave few codes, a small output no tie, and
float32 may miss a bound half way."""


@pytest.mark.parametrize("sample", mac_samples(), ids=lambda s: s.name)
def test_cases_hold_what_their_class_says(sample: Sample) -> None:
    total: Counter[str] = Counter()
    for number in range(CASES):
        total += held(sample, number)
    assert total[sample.data_class] >= LEAST.get(sample.data_class, 18), total


def test_dilated_cases_are_padded() -> None:
    """Else the value of the padding, a known trap, would not matter."""
    for sample in mac_samples():
        if sample.data_class == "dilation":
            ops = [mac_op(sample, number)[0] for number in range(CASES)]
            assert sum(op.padding == "SAME" for op in ops) > 3
            assert sum(op.padding != "VALID" for op in ops) > CASES - 4


def test_every_sample_has_a_class_that_is_described() -> None:
    assert {sample.data_class for sample in samples()} == set(ABOUT)


def test_cases_are_the_same_each_time_and_differ() -> None:
    for sample in samples():
        first, again, other = (make_case(sample, number) for number in (0, 0, 1))
        assert first.content == again.content, sample
        for array, same in zip(first.inputs, again.inputs, strict=True):
            np.testing.assert_array_equal(array, same)
        crcs = [zlib.crc32(c.content + b"".join(a.tobytes() for a in c.inputs))
                for c in (first, other)]  # fmt: skip
        assert crcs[0] != crcs[1], sample

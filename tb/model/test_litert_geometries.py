"""pymodel against LiteRT on generated single ops; each test's seed is its parameter.

Convolutions, grouped and depthwise ones and fully connected ops, with SAME, explicit and no
padding, strides and dilations of each axis, zero points -128, 127 and between, forced ties and
accumulators near +-2^30.
"""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from golden import litert
from golden.tflite.importer import parse_tflite
from golden.tflite.writer import write_tflite
from pymodel import convolution
from pymodel.fixed_point import srdhm
from pymodel.layer import run
from pymodel.ops.registry import convolution as lower
from tb.model.random_ops import random_op

SEEDS = range(240)
KERNELS: tuple[litert.Kernel, ...] = ("reference", "optimised", "xnnpack")


@pytest.mark.parametrize("seed", SEEDS)
def test_generated_op(seed: int) -> None:
    op, x = random_op(seed)
    content = write_tflite(op)
    network = parse_tflite(content, f"seed {seed}", f"seed {seed}")
    layer = network.layers[-1]
    for kernel in KERNELS:
        rule = litert.rule(op.op, kernel, op.geometry.groups)
        tensors = litert.run(content, [x], kernel)
        conv = lower(network, layer, rule)
        padded = tensors[layer.inputs[0]].reshape(conv.geometry.input_shape)
        expected = tensors[layer.outputs[0]].reshape(conv.geometry.output_shape)
        differing = int(np.count_nonzero(run(conv, padded) != expected))
        assert differing == 0, f"{kernel}, {rule}: {differing} of {expected.size}; {op.geometry}"


def test_the_ops_hold_what_they_are_for() -> None:
    """Over all seeds: every kind of op and padding, zero points at the ends, ties, large sums."""
    kinds: Counter[object] = Counter()
    for seed in SEEDS:
        op, x = random_op(seed)
        g = op.geometry
        network = parse_tflite(write_tflite(op), "op", "op")
        conv = lower(network, network.layers[-1], "double_away")
        kinds.update([(op.op, op.padding), ("x", op.x_zero_point), ("y", op.y_zero_point)])
        kinds["groups"] += 1 < g.groups < g.in_channels
        kinds["stride and dilation"] += g.stride_h > 1 and g.dilation_h > 1
        kinds["no bias"] += op.bias is None
        whole = replace(conv, geometry=g)  # a PAD op's padding as the convolution's own
        acc = convolution.accumulate(whole, x.reshape(g.input_shape)).astype(np.int64)
        kinds["near 2^30"] += int(np.abs(acc).max() > 0.99 * 2**30)
        right = np.maximum(-conv.requantise.shift, 0)
        high = srdhm(acc, conv.requantise.multiplier)
        kinds["ties"] += int(np.count_nonzero((right > 0) & (high % 2**right == 2**right // 2)))
    least = {
        ("CONV_2D", "SAME"): 15,
        ("CONV_2D", "VALID"): 10,
        ("CONV_2D", "EXPLICIT"): 50,
        ("DEPTHWISE_CONV_2D", "SAME"): 5,
        ("DEPTHWISE_CONV_2D", "EXPLICIT"): 30,
        ("FULLY_CONNECTED", "VALID"): 60,
        ("x", -128): 50,
        ("x", 127): 50,
        ("y", -128): 50,
        ("y", 127): 50,
        "groups": 30,
        "stride and dilation": 40,
        "no bias": 5,
        "near 2^30": 30,
        "ties": 500,
    }
    assert {key: kinds[key] for key in least if kinds[key] < least[key]} == {}

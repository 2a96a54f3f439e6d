"""What the array's post-processing takes of a float network in affine int8: TFLite's arithmetic."""

import numpy as np
import pytest

from golden import litert
from golden.tflite.importer import parse_tflite
from golden.tflite.op_writer import Operand, Option, write_op
from pymodel import quantised
from pymodel.codecs import Range
from pymodel.network import Layer
from pymodel.presets import preset
from pymodel.quantised import QuantisedNetwork, Scheme
from tb.model.quantised_operands import CODES, PAIRS
from tb.model.test_real_ops import CASES, written

SEEDS = range(10)
RULES = {
    "add_broadcast": "double_away",
    "sub_relu6": "double_away",
    "mul": "double_away",
    "leaky_relu": "double_away",
    "relu": "double_away",
    "tanh": "table",
    "logistic": "table",
}
"""Of the first layer, by the name of a case in tb.model.test_real_ops."""


def brought(
    op: str,
    inputs: list[Operand],
    ranges: list[Range],
    options: dict[str, Option],
    datapath: str = "int8",
) -> tuple[QuantisedNetwork, Layer]:
    """A float op whose inputs and output have `ranges`, and its layer."""
    y = Operand("y", inputs[0].shape, "float32")
    network = parse_tflite(write_op(op, inputs, [y], options), "net", "net.tflite")
    by_tensor = dict(zip((*network.inputs, *network.outputs), ranges, strict=True))
    found = quantised.quantise(network, preset(datapath), Scheme(by_tensor))
    return found, found.codes.layers[0]


@pytest.mark.parametrize("op", ["ADD", "SUB", "MUL", "TANH", "LOGISTIC", "LEAKY_RELU"])
@pytest.mark.parametrize("seed", SEEDS)
def test_codes_are_litert(op: str, seed: int) -> None:
    """All codes, or pairs of them, in random ranges: the int8 op of LiteRT gives the same."""
    rng = np.random.default_rng(seed)
    fed = list(PAIRS) if op in ("ADD", "SUB", "MUL") else [CODES]
    floats = [Operand(name, fed[0].shape, "float32") for name in "ab"[: len(fed)]]
    ranges = [Range(-rng.uniform(0, 4), rng.uniform(0, 4)) for _ in (*fed, "y")]
    options: dict[str, Option] = {"alpha": 0.3} if op == "LEAKY_RELU" else {}
    network, layer = brought(op, floats, ranges, options)

    operands = [
        Operand(t.name, t.shape, scale=float(t.scale[0]), zero_point=int(t.zero_point[0]))
        for t in (network.codes.tensors[index] for index in (*layer.inputs, *layer.outputs))
    ]
    content = write_op(op, operands[:-1], operands[-1:], options)
    expected = litert.run(content, fed, "reference")[layer.outputs[0]]
    found = quantised.evaluate(network, layer, fed)
    assert len(found) == 1
    np.testing.assert_array_equal(found[0], expected)


@pytest.mark.parametrize("case", RULES)
def test_rules(case: str) -> None:
    network = parse_tflite(written(CASES[case]), "net", "net.tflite")
    x = [np.ones(network.tensors[i].shape, dtype=np.float32) for i in network.inputs]
    ranges = Scheme(quantised.ranges_of(network, [x]))
    affine = quantised.quantise(network, preset("int8"), ranges)
    assert quantised.rule_of(affine, affine.codes.layers[0]) == RULES[case]
    fixed = quantised.quantise(network, preset("dfp8"), ranges)
    assert quantised.post_of(fixed, fixed.codes.layers[0]) is None
    rule = "exact" if case == "relu" else "float64"
    assert quantised.rule_of(fixed, fixed.codes.layers[0]) == rule


def test_scales_that_the_kernel_refuses() -> None:
    """The output's step is 2^-22 of the inputs': the sum of 0 is code 0, all others saturate."""
    inputs = [Operand(name, (3,), "float32") for name in "ab"]
    wide, fine = Range(-128.0, 127.0), Range(-128 * 2.0**-22, 127 * 2.0**-22)
    network, layer = brought("ADD", inputs, [wide, wide, fine], {})
    assert quantised.rule_of(network, layer) == "float64"
    codes = [np.array(values, dtype=np.int8) for values in ([3, 3, -3], [-3, -2, 2])]
    assert quantised.evaluate(network, layer, codes)[0].tolist() == [0, 127, -128]

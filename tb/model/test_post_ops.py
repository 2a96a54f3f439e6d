"""Ops in the array's post-processing: all codes, and all pairs of them, as LiteRT computes them."""

import numpy as np
import pytest
from numpy.typing import NDArray

from golden import litert
from golden.tflite.importer import parse_tflite
from golden.tflite.op_writer import Operand, Option, write_op
from pymodel.errors import InputError
from pymodel.layer import run
from pymodel.network import Layer, Network
from pymodel.ops.post import alone, identity, post_processing
from tb.model.quantised_operands import CODES, PAIRS, int8, random_codes, random_operand

BINARY = ("ADD", "SUB", "MUL")
UNARY = ("LEAKY_RELU", "LOGISTIC", "QUANTIZE", "RELU", "RELU6", "TANH")
SEEDS = range(20)
LOGISTIC = Operand("y", CODES.shape, scale=1 / 256, zero_point=-128)


def op_of(content: bytes) -> tuple[Network, Layer]:
    """The network of a single op, and the op."""
    network = parse_tflite(content, "net", "net.tflite")
    return network, network.layers[0]


def assert_alone_as_litert(content: bytes, inputs: list[NDArray[np.int8]]) -> None:
    """The op as a job of its own gives the codes of LiteRT's reference kernel."""
    network, layer = op_of(content)
    job = alone(network, layer, inputs)
    found = job.outputs()
    expected = litert.run(content, inputs, "reference")[network.outputs[0]]
    np.testing.assert_array_equal(found.reshape(expected.shape), expected)


@pytest.mark.parametrize("op", BINARY)
@pytest.mark.parametrize("seed", SEEDS)
def test_all_pairs(op: str, seed: int) -> None:
    """Any scales and zero points, each fused activation, on all 65,536 pairs of codes."""
    rng = np.random.default_rng(seed)
    a, b, y = (random_operand(name, PAIRS[0].shape, rng) for name in "aby")
    content = write_op(op, [a, b], [y], {"fused_activation_function": seed % 4})
    assert_alone_as_litert(content, list(PAIRS))


@pytest.mark.parametrize("op", UNARY)
@pytest.mark.parametrize("seed", SEEDS)
def test_all_codes(op: str, seed: int) -> None:
    """Any scales and zero points; LOGISTIC's output has TFLite's own."""
    rng = np.random.default_rng(seed)
    x, y = (random_operand(name, CODES.shape, rng) for name in "xy")
    options: dict[str, Option] = {"alpha": float(rng.random())} if op == "LEAKY_RELU" else {}
    content = write_op(op, [x], [LOGISTIC if op == "LOGISTIC" else y], options)
    assert_alone_as_litert(content, [CODES])


@pytest.mark.parametrize("op", BINARY)
@pytest.mark.parametrize(
    "shapes", [((2, 3, 4, 5), (5,)), ((1, 4, 1), (3, 1, 6)), ((3, 4), ()), ((), ())], ids=str
)
def test_broadcast(op: str, shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    """The first operand is repeated as well as the second."""
    rng = np.random.default_rng(5)
    for left, right in (shapes, shapes[::-1]):
        a, b = random_operand("a", left, rng), random_operand("b", right, rng)
        content = write_op(op, [a, b], [random_operand("y", np.broadcast_shapes(left, right), rng)])
        assert_alone_as_litert(content, [random_codes(left, rng), random_codes(right, rng)])


def test_a_constant_is_an_operand_like_another() -> None:
    """(a - 1) * 0.5 times (b + 2) * 0.25 in steps of 0.25: half of (a - 1) * (b + 2), plus 3."""
    b = Operand("b", (2,), scale=0.25, zero_point=-2, data=int8([0, 2]))
    a, y = (
        Operand(n, (3, 2), scale=s, zero_point=z) for n, s, z in (("a", 0.5, 1), ("y", 0.25, 3))
    )
    network, layer = op_of(write_op("MUL", [a, b], [y]))
    x = int8([[2, 2], [3, 3], [-3, -3]])
    job = alone(network, layer, [x, b.data if b.data is not None else x])
    assert job.conv.geometry.input_shape == (1, 1, 3, 2)
    assert job.outputs().reshape(3, 2).tolist() == [[3 + 1, 3 + 2], [3 + 2, 3 + 4], [3 - 4, 3 - 8]]


@pytest.mark.parametrize(
    ("shape", "geometry"),
    [
        ((2, 3, 4, 5), (2, 3, 4, 5)),
        ((2, 3, 4, 5, 6), (1, 1, 120, 6)),
        ((7, 4), (1, 1, 7, 4)),
        ((9,), (1, 1, 1, 9)),
        ((), (1, 1, 1, 1)),
    ],
)
def test_the_job_has_the_outputs_own_places(
    shape: tuple[int, ...], geometry: tuple[int, ...]
) -> None:
    """Where there are four dimensions; a mismatch is then named by the tensor's own index."""
    x = Operand("x", shape, scale=0.5)
    job = alone(*op_of(write_op("TANH", [x], [x])), [np.zeros(shape, dtype=np.int8)])
    assert job.conv.geometry.input_shape == job.conv.geometry.output_shape == geometry


@pytest.mark.parametrize("channels", [1, 2, 256])
def test_identity(channels: int) -> None:
    """Every code comes back, in as many multiplications as there are elements."""
    conv = identity("one", 256 // channels, channels)
    codes = CODES.reshape(conv.geometry.input_shape)
    np.testing.assert_array_equal(run(conv, codes), codes)
    assert conv.geometry.macs == 256


def test_refusals() -> None:
    floats, codes = Operand("x", (4,), "float32"), Operand("y", (4,), scale=0.5)
    with pytest.raises(InputError, match="layer y: tensor x of QUANTIZE must be int8 with one sc"):
        post_processing(*op_of(write_op("QUANTIZE", [floats], [codes])))
    with pytest.raises(InputError, match="layer y: op RESHAPE has no place in the array's post-pr"):
        post_processing(*op_of(write_op("RESHAPE", [codes], [codes])))
    with pytest.raises(InputError, match="layer y: tensor y of TANH must be int8 of shape"):
        post_processing(*op_of(write_op("TANH", [codes], [Operand("y", (2, 2), scale=0.5)])))
    network, layer = op_of(write_op("TANH", [codes], [codes]))
    with pytest.raises(InputError, match=r"input y of TANH must be int8 of shape \(4,\), found"):
        alone(network, layer, [int8([1, 2])])
    empty = Operand("y", (0, 4), scale=0.5)
    with pytest.raises(InputError, match="layer y: the output of TANH has no elements"):
        post_processing(*op_of(write_op("TANH", [empty], [empty])))
    with pytest.raises(InputError, match="layer one: convolution geometry: in_w must be an integ"):
        identity("one", 0, 4)

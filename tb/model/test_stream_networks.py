"""Streams give the bits of the batch form: random causal networks, the WaveNet, quantised ones.

The expected tensors are LiteRT's, on the whole line at once; only for networks that this project
quantises they are the model's own.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from golden import litert
from golden.network_builder import NetworkBuilder, Operation
from golden.parity.networks import PAIRS
from golden.tflite.importer import load_tflite, parse_tflite
from golden.tflite.op_writer import Operand, write_op
from golden.wavenet.stretches import HERE, INT8_MODEL
from pymodel import quantised
from pymodel.chain import run_network
from pymodel.network import Attribute, Network
from pymodel.ops.numerics import rule
from pymodel.presets import preset
from pymodel.quantised import Scheme, ranges_of
from pymodel.stream import Stream, StreamPlan, plan_stream
from tb.model.layers import bounded, seeds
from tb.model.line_files import LineFile, Signal

Codes = NDArray[np.int8]


def lines(tensor: NDArray[np.generic]) -> NDArray[np.generic]:
    """A tensor's pixels: (samples, channels)."""
    return tensor.reshape(-1, tensor.shape[-1])


def streamed(plan: StreamPlan, inputs: Codes) -> list[Codes]:
    """Every value of every sample, each (samples, streams, channels) as the inputs are."""
    stream = Stream(plan, inputs.shape[1])
    samples = []
    for pixels in inputs:
        output = stream.step(pixels)
        np.testing.assert_array_equal(output, stream.values[plan.output])
        samples.append(stream.values)
    return [np.stack(value) for value in zip(*samples, strict=True)]


def assert_streams_as(
    network: Network, plan: StreamPlan, batch: list[dict[int, NDArray[np.generic]]]
) -> None:
    """One stream for each batch run, all at once: every value is the tensor's pixel."""
    (source,) = network.inputs
    inputs = np.stack([lines(tensors[source]) for tensors in batch], axis=1).astype(np.int8)
    values = streamed(plan, inputs)
    assert len(values) == len(plan.tensors) == len(plan.steps) + 1
    for index, found in zip(plan.tensors, values, strict=True):
        expected = np.stack([lines(tensors[index]) for tensors in batch], axis=1)
        np.testing.assert_array_equal(found, expected, err_msg=network.tensors[index].name)


@st.composite
def causal_files(draw: st.DrawFn) -> bytes:
    """1 to 4 layers of dilated causal convolutions, gated or not, with residuals and skips."""
    file = LineFile(samples=draw(st.sampled_from((7, 90, 700))), seed=draw(seeds))
    channels = draw(st.integers(1, 40))
    source = file.source(draw(st.integers(1, 4)))
    x, skips = file.causal(source, channels, draw(st.integers(1, 4))), None
    for _ in range(draw(st.integers(1, 4))):
        kernel, dilation = draw(st.integers(2, 4)), draw(st.integers(1, 600))
        z = _activated(draw, file, x, channels, kernel, dilation)
        skip = file.conv(z, 5, activation=draw(st.sampled_from(("NONE", "RELU"))))
        if skips is None:
            skips = skip
        else:
            op = draw(st.sampled_from(("ADD", "SUB")))
            skips = _combined(draw, file, op, skips, skip)
        x = _combined(draw, file, "ADD", x, file.conv(z, channels))
    assert skips is not None
    return file.finish([source], [file.conv(file.table("RELU", skips), 6)])


def _activated(
    draw: st.DrawFn, file: LineFile, x: Signal, channels: int, kernel: int, dilation: int
) -> Signal:
    """A dilated convolution with an activation, or two of one padded input, one gating the other.

    Ungated it may be grouped, so that each output channel sees one input channel.
    """
    history = file.pad(x, (kernel - 1) * dilation)
    if not draw(st.booleans()):
        groups = draw(st.sampled_from((1, channels)))
        z = file.conv(history, channels, kernel, dilation, groups=groups)
        return file.table(draw(st.sampled_from(("TANH", "RELU"))), z)
    signal, gate = (file.conv(history, channels, kernel, dilation) for _ in range(2))
    halves = file.table("TANH", signal), file.table("LOGISTIC", gate)
    return _combined(draw, file, "MUL", *halves)


def _combined(draw: st.DrawFn, file: LineFile, op: str, a: Signal, b: Signal) -> Signal:
    """The op on the two, either way round."""
    first, second = (a, b) if draw(st.booleans()) else (b, a)
    return file.binary(op, first, second, draw(st.sampled_from(("NONE", "RELU"))))


@bounded(25)
@given(content=causal_files(), seed=seeds)
def test_random_networks_stream_as_litert_computes_them(content: bytes, seed: int) -> None:
    network = parse_tflite(content, "random", "random")
    (source,) = network.inputs
    rng = np.random.default_rng(seed)
    shape = network.tensors[source].shape
    inputs = [rng.integers(-128, 128, shape, dtype=np.int8) for _ in range(2)]
    batch = [litert.run(content, [x], "reference") for x in inputs]
    fused, single = plan_stream(network), plan_stream(network, fused=False)
    assert len(fused.steps) < len(single.steps)
    computed = {layer.outputs[0] for layer in network.layers if layer.op != "PAD"}
    assert set(single.tensors) == {source} | computed
    for plan in (fused, single):
        assert_streams_as(network, plan, batch)


@pytest.mark.parametrize("fused", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_wavenet_streams_as_litert_computes_it(fused: bool) -> None:
    """All 2,048 samples of both inputs at every tensor but the padded ones."""
    network = load_tflite(INT8_MODEL)
    plan = plan_stream(network, fused=fused)
    assert len(plan.steps) == (74 if fused else 162)
    batch = [litert.run(INT8_MODEL, [x], "reference") for x in np.load(HERE / "wavenet_input.npy")]
    assert_streams_as(network, plan, batch)


def test_reshaped_lines_stream_as_litert_computes_them() -> None:
    """The converter's Conv1D: a RESHAPE on either side of each convolution, PAD in front."""
    pair = PAIRS["causal_int8"]
    network = load_tflite(pair.int8)
    assert {layer.op for layer in network.layers} == {"PAD", "RESHAPE", "CONV_2D"}
    rng = np.random.default_rng(3)
    shape = network.tensors[network.inputs[0]].shape
    inputs = [rng.integers(-128, 128, shape, dtype=np.int8) for _ in range(3)]
    batch = [litert.run(pair.int8, [x], "reference") for x in inputs]
    assert_streams_as(network, plan_stream(network), batch)


def test_quantised_network_streams_as_the_model_computes_it() -> None:
    """A float network with a gate and a residual, brought to int8 on ranges off centre."""
    rng = np.random.default_rng(11)
    builder = NetworkBuilder("gated", batch=1)
    samples, channels = 60, 6
    shape = (1, samples, channels)

    def conv(name: str, x: int, kernel: int, inputs: int, dilation: int = 1) -> int:
        padding = np.array([[0, 0], [0, 0], [(kernel - 1) * dilation, 0], [0, 0]], dtype=np.int32)
        padded = (1, samples + (kernel - 1) * dilation, inputs)
        x = builder.add(Operation(f"{name}/pad", "PAD", padded, {}, (padding,)), [x])
        weights = rng.normal(0, 0.5, (channels, 1, kernel, inputs)).astype(np.float32)
        bias = rng.normal(0, 0.2, channels).astype(np.float32)
        attributes: dict[str, Attribute] = {
            "padding": "VALID", "stride_h": 1, "stride_w": 1, "dilation_h": 1,
            "dilation_w": dilation, "fused_activation": "NONE",
        }  # fmt: skip
        return builder.add(Operation(name, "CONV_2D", shape, attributes, (weights, bias)), [x])

    def op(name: str, *inputs: int) -> int:
        attributes: dict[str, Attribute] = {"fused_activation": "NONE"} if len(inputs) > 1 else {}
        return builder.add(Operation(f"{name}{inputs}", name, shape, attributes), inputs)

    audio = builder.add_input("audio", (1, samples, 2))
    x = conv("input", audio, 3, 2)
    for place, dilation in enumerate((1, 7)):
        signal = op("TANH", conv(f"signal{place}", x, 2, channels, dilation))
        gate = op("LOGISTIC", conv(f"gate{place}", x, 2, channels, dilation))
        z = op("MUL", signal, gate)
        x = op("ADD", x, conv(f"residual{place}", z, 1, channels))
    floats = builder.network([op("RELU", x)])
    stretch = rng.normal(0.4, 1, (1, 1, samples, 2)).astype(np.float32)
    brought = quantised.quantise(floats, preset("int8"), Scheme(ranges_of(floats, [[stretch]])))
    plan = plan_stream(brought.codes, brought.convolutions)
    assert len(plan.steps) == 7 + 1
    assert_streams_as(brought.codes, plan, [quantised.run(brought, [stretch])])


def test_the_model_s_batch_form_is_the_same_too() -> None:
    """Of the chain that `make verify` runs, on a network with every op of a stream."""
    file = LineFile(samples=40, seed=5)
    source = file.source(2)
    x = file.causal(source, 3, 3, 5)
    y = file.binary("SUB", file.table("RELU", x), file.conv(x, 3))
    content = file.finish([source], [file.binary("MUL", y, y)])
    network = parse_tflite(content, "net", "net")
    rules = {layer.index: rule("litert-ref", layer.op) for layer in network.layers}
    codes = np.random.default_rng(6).integers(-128, 128, (1, 1, 40, 2), dtype=np.int8)
    assert_streams_as(network, plan_stream(network), [run_network(network, [codes], rules)])


def test_fully_connected_layer_streams_as_litert_computes_it() -> None:
    """On every pixel of a line; the array rounds as the optimised kernel does."""
    rng = np.random.default_rng(2)
    x = Operand("x", (1, 1, 50, 6), scale=0.5, zero_point=-9)
    weights = rng.integers(-127, 128, (4, 6)).astype(np.int8)
    bias = rng.integers(-900, 900, 4).astype(np.int32)
    content = write_op(
        "FULLY_CONNECTED",
        [
            x,
            Operand("weights", weights.shape, scale=2.0**-6, data=weights),
            Operand("bias", bias.shape, "int32", scale=2.0**-7, data=bias),
        ],
        [Operand("y", (1, 1, 50, 4), scale=2.0, zero_point=13)],
        {"keep_num_dims": True},
    )
    network = parse_tflite(content, "net", "net")
    codes = [rng.integers(-128, 128, x.shape, dtype=np.int8) for _ in range(2)]
    batch = [litert.run(content, [each], "optimised") for each in codes]
    assert len(np.unique(batch[0][network.outputs[0]])) > 60
    assert_streams_as(network, plan_stream(network), batch)

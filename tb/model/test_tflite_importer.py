"""The .tflite importer: what it reads of real files, and what it says of files that are none."""

import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import tflite

from golden.tflite.importer import load_tflite, parse_tflite
from golden.tflite.model_builder import ModelBuilder
from pymodel.errors import InputError
from pymodel.ops.registry import ARRAY_OPS, convolution
from tb.model import tflite_files
from tb.model.dilated_files import DilatedFile
from tb.model.networks import DEMO, DEMO_FLOAT, SHARED_MODELS, shared_model

OPS = {
    "pretrainedResnet_quant": {
        "CONV_2D": 9, "ADD": 3, "FULLY_CONNECTED": 1, "AVERAGE_POOL_2D": 1, "RESHAPE": 1,
        "SOFTMAX": 1,
    },
    "kws_ref_model": {
        "CONV_2D": 5, "DEPTHWISE_CONV_2D": 4, "FULLY_CONNECTED": 1, "AVERAGE_POOL_2D": 1,
        "RESHAPE": 1, "SOFTMAX": 1,
    },
    "ad01_int8": {"FULLY_CONNECTED": 10},
    "hello_world_int8": {"FULLY_CONNECTED": 3},
    "micro_speech_quantized": {
        "RESHAPE": 1, "DEPTHWISE_CONV_2D": 1, "FULLY_CONNECTED": 1, "SOFTMAX": 1,
    },
}  # fmt: skip
MACS = {
    "pretrainedResnet_quant": 12_501_632,
    "kws_ref_model": 2_656_768,
    "ad01_int8": 264_192,
    "hello_world_int8": 288,
    "micro_speech_quantized": 336_000,
}


def refused(content: bytes) -> str:
    """What the importer says of `content`; it must refuse it, in one line that names the file."""
    with pytest.raises(InputError) as caught:
        parse_tflite(content, "net", "net.tflite")
    message = str(caught.value)
    assert message.startswith("net.tflite: ")
    assert "\n" not in message
    return message


def test_demo_layers() -> None:
    network = load_tflite(DEMO)
    assert network.name == "digits"
    assert [layer.op for layer in network.layers] == [
        "CONV_2D", "CONV_2D", "CONV_2D", "PAD", "CONV_2D", "RESHAPE", "FULLY_CONNECTED",
    ]  # fmt: skip
    same, dilated, strided, _, asymmetric, _, dense = network.layers
    window = {"stride_h": 1, "stride_w": 1, "dilation_h": 1, "dilation_w": 1}
    assert same.attributes == window | {"padding": "SAME", "fused_activation": "NONE"}
    assert dilated.attributes == window | {
        "padding": "SAME", "dilation_h": 2, "dilation_w": 2, "fused_activation": "RELU",
    }  # fmt: skip
    assert strided.attributes == window | {
        "padding": "SAME", "stride_h": 2, "stride_w": 2, "fused_activation": "NONE",
    }  # fmt: skip
    assert asymmetric.attributes == window | {"padding": "VALID", "fused_activation": "RELU6"}
    assert dense.attributes == {"keep_num_dims": False, "fused_activation": "NONE"}


@pytest.mark.parametrize("name", SHARED_MODELS)
def test_shared_models(shared_data: Path, name: str) -> None:
    network = load_tflite(shared_model(shared_data, name))
    assert Counter(layer.op for layer in network.layers) == OPS[name]
    modelled = [layer for layer in network.layers if layer.op in ARRAY_OPS]
    assert sum(convolution(network, layer).geometry.macs for layer in modelled) == MACS[name]


def test_depth_multiplier(shared_data: Path) -> None:
    network = load_tflite(shared_model(shared_data, "micro_speech_quantized"))
    assert network.layers[1].attributes == {
        "padding": "SAME", "stride_h": 2, "stride_w": 2, "dilation_h": 1, "dilation_w": 1,
        "depth_multiplier": 8, "fused_activation": "RELU",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["digits", *SHARED_MODELS])
def test_tensors_are_those_of_litert(request: pytest.FixtureRequest, name: str) -> None:
    """Names, shapes, scales, zero points and constants as LiteRT's own reader has them."""
    from ai_edge_litert.interpreter import Interpreter

    path = DEMO if name == "digits" else shared_model(request.getfixturevalue("shared_data"), name)
    network = load_tflite(path)
    interpreter = Interpreter(str(path))
    details = interpreter.get_tensor_details()  # before the kernels spread per-tensor scales
    interpreter.allocate_tensors()
    constants = 0
    for tensor, detail in zip(network.tensors, details[: len(network.tensors)], strict=True):
        quantisation = detail["quantization_parameters"]
        assert (tensor.index, tensor.name) == (detail["index"], detail["name"])
        assert tensor.shape == tuple(detail["shape"])
        assert tensor.dtype == np.dtype(detail["dtype"]).name
        np.testing.assert_array_equal(tensor.scale, quantisation["scales"])
        np.testing.assert_array_equal(tensor.zero_point, quantisation["zero_points"])
        assert tensor.axis == quantisation["quantized_dimension"]
        if tensor.data is not None:
            constants += 1
            np.testing.assert_array_equal(tensor.data, interpreter.get_tensor(tensor.index))
    assert constants >= 2 * sum(layer.op in ARRAY_OPS for layer in network.layers) - 1


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda _: None, "no such file"),
        (lambda path: path.mkdir(), "is a directory"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.write_text("not a model"), "is not a .tflite file"),
        (lambda path: path.symlink_to("/dev/null"), "is not a regular file"),
        (lambda path: path.open("wb").truncate(2**31), "a .tflite file has below 2 GB"),
    ],
    ids=["missing", "directory", "empty", "text", "device", "too large"],
)
def test_bad_path(tmp_path: Path, make: object, expected: str) -> None:
    path = tmp_path / "net.tflite"
    assert callable(make)
    make(path)
    with pytest.raises(InputError, match=expected) as caught:
        load_tflite(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_sound_file_is_taken() -> None:
    network = parse_tflite(tflite_files.conv1x1(), "net", "net.tflite")
    np.testing.assert_array_equal(network.tensors[1].data, np.arange(6).reshape(3, 1, 1, 2))


def test_float_model_is_taken_and_its_layers_are_not() -> None:
    network = parse_tflite(DEMO_FLOAT.read_bytes(), "net", "net.tflite")
    assert network.tensors[network.inputs[0]].dtype == "float32"
    layer = next(layer for layer in network.layers if layer.op == "CONV_2D")
    with pytest.raises(InputError, match="must be quantised int8, found float32"):
        convolution(network, layer)


TYPES, OPTIONS = tflite.TensorType, tflite.BuiltinOptions


@pytest.mark.parametrize(
    ("code", "shape", "dtype"),
    [
        (TYPES.UINT8, (3, 1, 1, 2), "uint8"),
        (TYPES.INT16, (3,), "int16"),
        (TYPES.FLOAT16, (3,), "float16"),
        (TYPES.BOOL, (6,), "bool"),
    ],
)
def test_other_types_are_taken_and_the_layer_is_not(
    code: int, shape: tuple[int, ...], dtype: str
) -> None:
    content = tflite_files.conv1x1(type_code=code, weights_shape=shape)
    network = parse_tflite(content, "net", "net.tflite")
    assert [tensor.dtype for tensor in network.tensors] == [dtype, dtype, "int32", dtype]
    with pytest.raises(InputError, match=f"must be quantised int8, found {dtype}"):
        convolution(network, network.layers[0])


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"type_code": TYPES.STRING}, "tensor 0 'input' is STRING; it must be one of int8, int16"),
        ({"type_code": TYPES.INT4}, "tensor 0 'input' is INT4"),
        ({"type_code": 99}, "tensor 0 'input' is of unknown type 99"),
        ({"input_shape": (-1, 2, 2, 2)}, "every dimension must be fixed"),
        ({"input_shape": (1, 2**16, 2**16, 2)}, "is 2 GB or more"),
        ({"input_shape": (0, 2**30, 2**30, 2**30)}, "is 2 GB or more"),
        ({"weights_shape": (3, 1, 1, 3)}, "needs 9 bytes, but its buffer 1 has 6"),
        ({"weights_shape": (1, 1, 1, 2)}, "needs 2 bytes, but its buffer 1 has 6"),
        ({"inputs": (0, 1, 77)}, "layer 0 CONV_2D has tensor 77 of 4 as an input"),
        ({"inputs": (0, 1, -2)}, "layer 0 CONV_2D has tensor -2 of 4 as an input"),
        ({"inputs": (0, -1, 2)}, "must have an input, weights"),
        ({"inputs": (3, 1, 2)}, "reads tensor 3 'output' before anything gave it a value"),
        ({"scales": (0.0,)}, "has a scale that is not a positive number"),
        ({"scales": (float("nan"),)}, "has a scale that is not a positive number"),
        ({"scales": (0.5, 0.5)}, "2 scales do not fit axis 0"),
        ({"zero_point": 300}, "has a zero point outside -128..127"),
        ({"options_name": "PadOptions"}, "layer 0 CONV_2D has no Conv2DOptions"),
        ({"stride": 0}, "has stride_h 0; at least 1 is needed"),
        ({"padding": 5}, "has padding 5; SAME or VALID is needed"),
        ({"activation": 100}, "has an unknown fused activation 100"),
    ],
    ids=str,
)
def test_wrong_contents(wrong: dict[str, object], expected: str) -> None:
    assert expected in refused(tflite_files.conv1x1(**wrong))  # type: ignore[arg-type] # any field


def test_several_subgraphs() -> None:
    assert "holds 2 subgraphs; exactly 1 is supported" in refused(tflite_files.two_subgraphs())


def test_shared_vectors_end_the_import() -> None:
    """20,000 x 20,000 operands from a 0.5 MB file are not read."""
    start = time.perf_counter()
    assert "its vectors outgrow the file" in refused(tflite_files.shared_vectors(20_000))
    assert time.perf_counter() - start < 5


def test_shared_names_end_the_import() -> None:
    """5,000 tensors of one name of 100,000 letters would take 0.5 GB."""
    assert "its vectors outgrow the file" in refused(tflite_files.shared_names(5000))


def test_every_truncation_of_a_small_file() -> None:
    content = tflite_files.conv1x1()
    for size in range(len(content)):
        refused(content[:size])


@pytest.mark.parametrize("name", ["digits", *SHARED_MODELS])
def test_truncated_networks(request: pytest.FixtureRequest, name: str) -> None:
    path = DEMO if name == "digits" else shared_model(request.getfixturevalue("shared_data"), name)
    content = path.read_bytes()
    sizes = {*range(0, len(content), max(1, len(content) // 150)), *range(16)}
    for size in sorted(sizes | {len(content) - 1, len(content) - 4}):
        refused(content[:size])


@pytest.mark.parametrize("seed", range(4))
def test_mutations(seed: int) -> None:
    """Whatever bytes change, the answer is a network or one sentence, soon, also on lowering."""
    content = DEMO.read_bytes()
    rng = np.random.RandomState(seed)
    taken = 0
    for _ in range(250):
        mutant = bytearray(content)
        ends = [(0, 4000), (len(content) - 4000, len(content)), (0, len(content))]
        for _ in range(rng.choice([1, 1, 2, 8, 64])):
            mutant[rng.randint(*ends[rng.randint(3)])] = rng.choice([0, 127, 128, 255])
        start = time.perf_counter()
        try:
            network = parse_tflite(bytes(mutant), "net", "net.tflite")
            taken += 1
            for layer in network.layers:
                if layer.op in ARRAY_OPS:
                    convolution(network, layer)
        except InputError as error:
            assert "\n" not in str(error)
        assert time.perf_counter() - start < 2
    assert 0 < taken < 250


@pytest.mark.parametrize("sink", [0, 1], ids=["input", "constant"])
def test_a_tensor_with_two_values_is_refused(sink: int) -> None:
    file = ModelBuilder()
    scale = np.array([0.5], dtype=np.float32)
    source = file.tensor("x", (2,), TYPES.INT8, scale)
    file.tensor("fixed", (2,), TYPES.INT8, scale, data=np.zeros(2, dtype=np.int8))
    file.operator("RELU", [source], [sink])
    assert "a value, which it has already" in refused(file.finish([source], [sink]))


def test_two_layers_that_make_one_tensor_are_refused() -> None:
    file = ModelBuilder()
    x, y = (file.tensor(name, (2,), TYPES.INT8) for name in "xy")
    file.operator("RELU", [x], [y])
    file.operator("RELU", [x], [y])
    assert "layer 1 RELU gives tensor 1 'y' a value, which it has already (layer 0" in refused(
        file.finish([x], [y])
    )


def test_activations_that_no_run_could_keep_are_refused() -> None:
    file = ModelBuilder()
    x, y = (file.tensor(name, (2**14, 2**13), TYPES.INT8) for name in "xy")
    file.operator("RELU", [x], [y])
    assert parse_tflite(file.finish([x], [y]), "net", "net.tflite").tensors[0].data is None
    z = file.tensor("z", (1,), TYPES.INT8)
    file.operator("RELU", [x], [z])
    message = refused(file.finish([x], [y]))
    assert "its activations take 268,435,457 bytes together; at most 268,435,456" in message


def test_many_dimensions_are_refused() -> None:
    file = ModelBuilder()
    x, y = (file.tensor(name, (1,) * 9, TYPES.INT8) for name in "xy")
    file.operator("RELU", [x], [y])
    assert "has 9 dimensions; at most 8 are taken" in refused(file.finish([x], [y]))


def test_names_stay_on_one_line() -> None:
    file = ModelBuilder()
    x, y = file.tensor("x\n\x1b[31m", (2,), TYPES.INT8), file.tensor("y", (2,), TYPES.INT8)
    file.operator("RELU", [x], [y])
    network = parse_tflite(file.finish([x], [y]), "net", "net.tflite")
    assert network.tensors[0].name == r"x\n\x1b[31m"


def test_an_open_batch_that_explodes_is_refused() -> None:
    """A block of 2^40 elements makes a batch of as many, which no file declares."""
    file = DilatedFile(image=(4, 6), kernel=(1, 1), block=(2**20, 2**20))
    assert "has a batch of 1099511627776 at run time" in refused(file.content())

"""LiteRT as the oracle: its kernels, its tensors, and its errors."""

from pathlib import Path

import numpy as np
import pytest

from golden import litert
from golden.tflite.importer import load_tflite
from pymodel.errors import InputError
from tb.model.networks import DEMO, random_inputs
from tb.model.tflite_files import conv1x1

KERNELS: tuple[litert.Kernel, ...] = ("reference", "optimised", "xnnpack")
ZEROS = np.zeros((1, 8, 8, 1), dtype=np.int8)


@pytest.mark.parametrize("kernel", KERNELS)
def test_every_tensor_is_kept(kernel: litert.Kernel) -> None:
    network = load_tflite(DEMO)
    inputs = random_inputs(network, seed=1)
    tensors = litert.run(DEMO, inputs, kernel)
    for tensor in network.tensors:
        assert tensors[tensor.index].shape == tensor.shape
        assert tensors[tensor.index].dtype == np.dtype(tensor.dtype)
    np.testing.assert_array_equal(tensors[network.inputs[0]], inputs[0])


def test_content_and_path_agree() -> None:
    inputs = random_inputs(load_tflite(DEMO), seed=2)
    by_path = litert.run(DEMO, inputs, "reference")
    by_content = litert.run(DEMO.read_bytes(), inputs, "reference")
    assert by_path.keys() == by_content.keys()
    assert all(np.array_equal(by_path[index], by_content[index]) for index in by_path)


def test_version_names_the_kernel() -> None:
    assert litert.version("reference") == "ai-edge-litert 2.3.0 BUILTIN_REF"
    assert litert.version("optimised").endswith("BUILTIN_WITHOUT_DEFAULT_DELEGATES")


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ([], "takes 1 inputs, found 0"),
        ([ZEROS, ZEROS], "takes 1 inputs, found 2"),
        ([ZEROS[..., 0]], r"must be int8 of shape \(1, 8, 8, 1\), found int8 of shape \(1, 8, 8\)"),
        ([ZEROS.astype(np.float32)], "must be int8 .*, found float32"),
    ],
    ids=["none", "two", "shape", "dtype"],
)
def test_wrong_inputs(inputs: list[np.ndarray], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        litert.run(DEMO, inputs, "reference")


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (Path("/nowhere/net.tflite"), "/nowhere/net.tflite: LiteRT refuses the model"),
        (b"", "LiteRT refuses the model"),
        (DEMO.read_bytes()[:5000], "LiteRT refuses the model"),
        (conv1x1(stride=0), "LiteRT refuses the model"),
    ],
    ids=["missing", "empty", "truncated", "stride 0"],
)
def test_refused_models(model: Path | bytes, expected: str) -> None:
    with pytest.raises(InputError, match=expected) as caught:
        litert.run(model, [ZEROS], "reference")
    assert "\n" not in str(caught.value)


def test_unknown_kernel() -> None:
    with pytest.raises(InputError, match="kernel must be one of reference, optimised, xnnpack"):
        litert.run(DEMO, [ZEROS], "fastest")  # type: ignore[arg-type] # which is the point


def test_without_litert(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(litert, "available", lambda: False)
    with pytest.raises(InputError, match="not installed; pip install ai-edge-litert"):
        litert.run(DEMO, [ZEROS], "reference")

"""`python -m tb.verify` on ops of every kind: several outputs, floats, types without a model.

Nothing here needs a simulator, except where a convolution is left to run.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from golden import litert
from golden.litert_process import run_guarded
from golden.tflite.importer import parse_tflite
from golden.tflite.op_writer import Operand, write_op
from tb.cli.verify_command import Done, Verify, make_verify
from tb.model.dilated_files import DilatedFile
from tb.verify.inputs import DEMO_MODEL, random_inputs

SMALL_ARRAY = ("--ic-lanes", "4", "--oc-lanes", "4")
X = Operand("x", (2, 6), scale=0.25, zero_point=-7)
FLOATS = Operand("x", (2, 6), "float32")


@pytest.fixture
def verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Verify:
    return make_verify(tmp_path / "results", monkeypatch, capsys)


def check(verify: Verify, path: Path, content: bytes, *options: str | Path) -> Done:
    """Run the command on a file of this content."""
    path = path / "net.tflite"
    path.write_bytes(content)
    return verify("--model", path, *options)


def only_layer(done: Done) -> dict[str, Any]:
    """The one layer of the one result."""
    (document,) = done.documents.values()
    (layer,) = document["layers"]
    found: dict[str, Any] = layer
    return found


AXIS = Operand("axis", (), "int32", data=np.array(1, dtype=np.int32))
HALVES = [Operand(f"half{i}", (2, 3), scale=0.25, zero_point=-7) for i in (0, 1)]
CHECKED: dict[str, tuple[bytes, int]] = {
    "QUANTIZE": (write_op("QUANTIZE", [FLOATS], [Operand("y", (2, 6), scale=0.5)]), 12),
    "DEQUANTIZE": (write_op("DEQUANTIZE", [X], [Operand("y", (2, 6), "float32")]), 12),
    "SPLIT": (write_op("SPLIT", [AXIS, X], HALVES, {"num_splits": 2}), 12),
}
"""Op to a file of it, and its outputs."""


@pytest.mark.parametrize("op", CHECKED)
@pytest.mark.parametrize("mode", [(), ("--chain", "--numerics", "litert-ref")], ids=["", "chain"])
def test_checked(verify: Verify, tmp_path: Path, op: str, mode: tuple[str, ...]) -> None:
    """Floats in and out, and several outputs, are compared element by element."""
    content, outputs = CHECKED[op]
    done = check(verify, tmp_path, content, "--runs", "3", *mode)
    layer = only_layer(done)
    assert (done.status, layer["status"], layer["op"]) == (0, "model_only", op)
    assert (layer["outputs"], layer["mismatches"]) == (3 * outputs, None)
    assert (layer["oracle_mismatches"], layer["macs"]) == (0, 0)
    if mode:
        (document,) = done.documents.values()
        final = document["final"]
        assert (final["status"], final["mismatches"]) == ("model_only", None)
        assert (final["outputs"], final["oracle_mismatches"]) == (3 * outputs, 0)


def test_float_that_differs_in_one_bit(
    verify: Verify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The finding shows both patterns and both numbers; -0 is not +0."""
    content = CHECKED["DEQUANTIZE"][0]
    output = parse_tflite(content, "net", "net").outputs[0]
    np.save(tmp_path / "x.npy", np.full((2, 6), -7, dtype=np.int8))  # the zero point: 0.0

    def minus_zero(*arguments: Any) -> dict[int, np.ndarray]:
        tensors = run_guarded(*arguments)
        tensors[output] = tensors[output].copy()
        tensors[output][1, 2] = -0.0
        return tensors

    monkeypatch.setattr("tb.verify.oracle.run_guarded", minus_zero)
    done = check(verify, tmp_path, content, "--input", tmp_path / "x.npy")
    assert (done.status, only_layer(done)["oracle_mismatches"]) == (1, 1)
    assert (
        "1 of 12 outputs differ; first at (0=1, 1=2): expected -2147483648 (0x80000000), "
        "got 0 (0x00000000), which are -0.0 and 0.0" in done.out
    )


def operands(dtype: str, *shapes: Sequence[int]) -> list[Operand]:
    return [Operand(f"t{i}", tuple(s), dtype, scale=0.5) for i, s in enumerate(shapes)]


NOT_CHECKED: dict[str, tuple[bytes, str]] = {
    "unknown_op": (write_op("ABS", [FLOATS], [Operand("y", (2, 6), "float32")]), "no model"),
    "int16": (write_op("ADD", operands("int16", (2, 3), (2, 3)), operands("int16", (2, 3))),
              "int16"),
    "float": (write_op("ADD", operands("float32", (2, 3), (2, 3)), operands("float32", (2, 3))),
              "float32"),
}  # fmt: skip
"""A file, and what the reason for leaving its op out says."""


@pytest.mark.parametrize("name", NOT_CHECKED)
def test_not_checked(verify: Verify, tmp_path: Path, name: str) -> None:
    content, reason = NOT_CHECKED[name]
    done = check(verify, tmp_path, content, "--partial")
    layer = only_layer(done)
    assert (done.status, layer["status"]) == (3, "not_checked")
    assert (layer["oracle"], layer["oracle_mismatches"], layer["rule"]) == (None, None, None)
    (line,) = [line for line in done.out.splitlines() if "not checked: " in line]
    assert line.startswith(f"0 {layer['name']} ({layer['op']}): not checked: ") and reason in line
    assert done.out.endswith(f"; 1 layer not checked ({layer['op']})\n")


def test_tensor_that_a_delegate_keeps_to_itself(
    verify: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The RTL is compared all the same; against the oracle the layer is not, and says so."""

    def without_the_second_output(*arguments: Any) -> dict[int, np.ndarray]:
        tensors = run_guarded(*arguments)
        if arguments[-1] == "xnnpack":
            del tensors[hidden]
        return tensors

    hidden = parse_tflite(DEMO_MODEL.read_bytes(), "digits", "digits").layers[1].outputs[0]
    monkeypatch.setattr("tb.verify.oracle.run_guarded", without_the_second_output)
    done = verify("--numerics", "xnnpack")
    layers = done.documents["digits-verilator"]["layers"]
    assert (done.status, {layer["status"] for layer in layers}) == (0, {"pass", "model_only"})
    assert [layer["oracle"] is None for layer in layers] == [False, True, True] + [False] * 4
    assert [layer["oracle_mismatches"] for layer in layers] == [0, None, None] + [0] * 4
    note = f"not compared with {litert.version('xnnpack')}: LiteRT kept no data of tensor"
    assert done.out.count(note) == 2
    assert done.out.endswith("; 2 layers without an oracle\n")


@pytest.mark.parametrize("mode", [(), ("--chain",)], ids=["layers", "chain"])
def test_layer_that_xnnpack_leaves(verify: Verify, tmp_path: Path, mode: tuple[str, ...]) -> None:
    """Weights with a zero point are not XNNPACK's: the optimised kernel runs, by its own rule."""
    rng = np.random.RandomState(3)
    weights = rng.randint(-128, 128, (5, 6)).astype(np.int8)
    operands = [
        X,
        Operand("weights", (5, 6), scale=2.0**-6, zero_point=9, data=weights),
        Operand("bias", (5,), "int32", scale=2.0**-8, data=np.arange(5, dtype=np.int32)),
    ]
    content = write_op("FULLY_CONNECTED", operands, [Operand("y", (2, 5), scale=0.5)])
    assert litert.not_delegated(content) == ("FULLY_CONNECTED",)
    options = ("--numerics", "xnnpack", "--runs", "20", *SMALL_ARRAY, *mode)
    layer = only_layer(check(verify, tmp_path, content, *options))
    assert (layer["status"], layer["rule"], layer["rule_differences"]) == (
        "pass",
        "double_up",
        None,
    )
    assert layer["oracle"] == f"{litert.version('xnnpack')} (double_up)"
    assert (layer["outputs"], layer["oracle_mismatches"]) == (200, 0)


@pytest.mark.parametrize("mode", [(), ("--chain",)], ids=["layers", "chain"])
def test_dilation_is_folded_unless_told_otherwise(
    verify: Verify, tmp_path: Path, mode: tuple[str, ...]
) -> None:
    """SPACE_TO_BATCH_ND, CONV_2D, BATCH_TO_SPACE_ND: one convolution, or the three ops."""
    paddings = ((2, 2), (2, 2))
    content = DilatedFile((6, 8), (3, 3), (2, 2), paddings).content()
    options = ("--numerics", "litert-ref", *SMALL_ARRAY, *mode)
    layer = only_layer(check(verify, tmp_path, content, *options))
    assert (layer["op"], layer["status"], layer["mismatches"]) == ("CONV_2D", "pass", 0)
    done = check(verify, tmp_path, content, *options, "--no-fold")
    (document,) = done.documents.values()
    found = [(layer["op"], layer["status"]) for layer in document["layers"]]
    assert found == [
        ("SPACE_TO_BATCH_ND", "model_only"),
        ("CONV_2D", "pass"),
        ("BATCH_TO_SPACE_ND", "model_only"),
    ]
    outputs = [layer["outputs"] for layer in document["layers"]]
    assert outputs[-1] == layer["outputs"]


def test_random_floats_span_what_the_quantize_can_hold() -> None:
    """Codes at scale 0.5 and zero point 0 reach from -64 to 63.5; others are standard normal."""
    network = parse_tflite(
        write_op(
            "QUANTIZE", [Operand("x", (1000,), "float32")], [Operand("y", (1000,), scale=0.5)]
        ),
        "net",
        "net",
    )
    (x,) = random_inputs(network, 1)
    assert x.dtype == np.float32
    values = x.astype(np.float64)
    assert -64 <= values.min() < -60 and 60 < values.max() <= 63.5
    plain = parse_tflite(NOT_CHECKED["unknown_op"][0], "net", "net")
    (normal,) = random_inputs(plain, 1)
    assert normal.dtype == np.float32 and np.abs(normal.astype(np.float64)).max() < 6

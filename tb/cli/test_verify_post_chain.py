"""`python -m tb.verify --chain` on networks whose element-wise ops run in the post-processing."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from golden import litert
from golden.tflite.importer import parse_tflite
from golden.tflite.op_writer import Operand, write_op
from tb.cli.verify_command import Verify, make_verify
from tb.model.quantised_operands import PAIRS
from tb.paths import PROJECT_ROOT

ARRAY = ("--ic-lanes", "4", "--oc-lanes", "4")
SERIAL_MAC = (
    "--rtl", "tb/hdl/serial_mac", "--top", "serial_mac", "--adapter", "tb.serial_mac.adapter",
)  # fmt: skip
GATED = PROJECT_ROOT / "golden" / "parity" / "gated_int8.tflite"
GATED_FLOAT = GATED.with_name("gated_float.tflite")
POST = {"LOGISTIC", "MUL", "TANH"}
"""What the gated networks have for the post-processing."""


@pytest.fixture
def verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Verify:
    return make_verify(tmp_path / "results", monkeypatch, capsys)


def of_post(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The layers of POST; all of these ops are there."""
    layers = [layer for layer in document["layers"] if layer["op"] in POST]
    assert {layer["op"] for layer in layers} == POST
    return layers


def test_a_network_of_the_converter(verify: Verify) -> None:
    """Gates on the RTL, from its own convolutions; the model's chain ends where LiteRT's does."""
    options = ("--model", GATED, "--seed", "3", "--runs", "2", "--chain")
    done = verify(*options, "--numerics", "litert-ref", *ARRAY)
    (document,) = done.documents.values()
    assert (done.status, document["verdict"]) == (0, "pass")
    assert {(layer["status"], layer["mismatches"]) for layer in of_post(document)} == {("pass", 0)}
    final = document["final"]
    assert (final["mismatches"], final["oracle_mismatches"]) == (0, 0)


def test_a_network_of_this_project(verify: Verify) -> None:
    done = verify("--model", GATED_FLOAT, "--datapath", "int8", "--seed", "3", "--chain", *ARRAY)
    (document,) = done.documents.values()
    assert (done.status, document["verdict"]) == (0, "pass")
    for layer in of_post(document):
        assert (layer["status"], layer["mismatches"], layer["events"]) == ("pass", 0, {})
    assert (document["final"]["status"], document["final"]["mismatches"]) == ("pass", 0)


def test_a_dut_without_post_processing(verify: Verify) -> None:
    """The host computes the gates on what the DUT gave."""
    done = verify("--model", GATED, "--seed", "3", "--chain", *SERIAL_MAC)
    (document,) = done.documents.values()
    assert (done.status, document["verdict"]) == (0, "pass")
    assert {layer["status"] for layer in of_post(document)} == {"model_only"}
    assert (document["final"]["status"], document["final"]["mismatches"]) == ("pass", 0)


def test_the_rule_of_other_numerics(verify: Verify, tmp_path: Path) -> None:
    """The RTL keeps to the reference's; as many final outputs differ as LiteRT's two kernels do."""
    a, b = (
        Operand(name, PAIRS[0].shape, scale=scale, zero_point=zero_point, data=data)
        for name, scale, zero_point, data in (("a", 0.5, 3, None), ("b", 0.25, -4, PAIRS[1]))
    )
    y = Operand("y", PAIRS[0].shape, scale=1.0, zero_point=7)
    content = write_op("ADD", [a, b], [y])
    (tmp_path / "add.tflite").write_bytes(content)
    np.save(tmp_path / "a.npy", PAIRS[0])
    (output,) = parse_tflite(content, "add", "add").outputs
    kernels: tuple[litert.Kernel, ...] = ("reference", "xnnpack")
    reference, other = (litert.run(content, [PAIRS[0]], kernel)[output] for kernel in kernels)
    expected = int(np.count_nonzero(reference != other))
    assert expected > 0
    options = ("--input", tmp_path / "a.npy", "--chain", "--numerics", "xnnpack", *ARRAY)
    done = verify("--model", tmp_path / "add.tflite", *options)
    (document,) = done.documents.values()
    (layer,), final = document["layers"], document["final"]
    assert (done.status, layer["rule"], layer["rule_differences"]) == (0, "double_away", expected)
    assert (final["mismatches"], final["oracle_mismatches"]) == (0, 0)
    assert final["rule_differences"] == expected

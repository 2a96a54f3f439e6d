"""`python -m tb.verify` on ops of the post-processing: on the array they are layers of the RTL."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from golden import litert
from golden.tflite.importer import parse_tflite
from golden.tflite.op_writer import Operand, write_op
from tb.bulk import host
from tb.bulk.plan import Record
from tb.cli.verify_command import Done, Verify, make_verify
from tb.model.quantised_operands import PAIRS
from tb.paths import PROJECT_ROOT

SMALL_ARRAY = ("--ic-lanes", "4", "--oc-lanes", "4")
SHAPE = PAIRS[0].shape
A = Operand("a", SHAPE, scale=0.5, zero_point=3)
B = Operand("b", SHAPE, scale=0.25, zero_point=-4, data=PAIRS[1])
Y = Operand("y", SHAPE, scale=1.0, zero_point=7)
GATED = PROJECT_ROOT / "golden" / "parity" / "gated_float.tflite"
RULES = {"LOGISTIC": "table", "MUL": "double_away", "TANH": "table"}
"""Of its ops that the post-processing has."""
SERIAL_MAC = (
    "--rtl", "tb/hdl/serial_mac", "--top", "serial_mac", "--adapter", "tb.serial_mac.adapter",
)  # fmt: skip


@pytest.fixture
def verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Verify:
    return make_verify(tmp_path / "results", monkeypatch, capsys)


def on_pairs(verify: Verify, folder: Path, op: str, *options: str) -> tuple[Done, dict[str, Any]]:
    """The command on a file of the op, which computes all pairs, and its only layer."""
    (folder / "net.tflite").write_bytes(write_op(op, [A, B], [Y]))
    np.save(folder / "a.npy", PAIRS[0])
    done = verify("--model", folder / "net.tflite", "--input", folder / "a.npy", *options)
    (document,) = done.documents.values()
    (layer,) = document["layers"]
    return done, layer


@pytest.mark.parametrize("op", ["ADD", "SUB", "MUL"])
def test_an_op_alone(verify: Verify, tmp_path: Path, op: str) -> None:
    """On the RTL, with cycles but no multiplications of its own."""
    done, layer = on_pairs(verify, tmp_path, op, *SMALL_ARRAY)
    assert (done.status, layer["status"], layer["rule"]) == (0, "pass", "double_away")
    assert (layer["outputs"], layer["mismatches"], layer["oracle_mismatches"]) == (65_536, 0, 0)
    assert (layer["macs"], layer["utilisation"], layer["rule_differences"]) == (0, None, None)
    assert 65_536 / 4 <= layer["cycles"] < 2 * 65_536 / 4
    assert " 256x256 " in done.out.splitlines()[1]


def test_the_rule_of_other_numerics_is_counted(verify: Verify, tmp_path: Path) -> None:
    """On as many outputs as LiteRT's two kernels differ."""
    done, layer = on_pairs(verify, tmp_path, "ADD", "--numerics", "xnnpack", *SMALL_ARRAY)
    content = (tmp_path / "net.tflite").read_bytes()
    (y,) = parse_tflite(content, "net", "net").outputs
    reference, other = (
        litert.run(content, [PAIRS[0]], kernel)[y] for kernel in ("reference", "xnnpack")
    )
    differing = int(np.count_nonzero(reference != other))
    assert differing > 0
    assert (done.status, layer["mismatches"], layer["oracle_mismatches"]) == (0, 0, 0)
    assert (layer["rule"], layer["rule_differences"]) == ("double_away", differing)
    assert (
        f"common_shift, xnnpack's rule, in place of double_away: {differing:,} of 65,536 outputs "
        "would differ" in done.out
    )


def test_a_dut_without_post_processing(verify: Verify, tmp_path: Path) -> None:
    done, layer = on_pairs(verify, tmp_path, "ADD", *SERIAL_MAC)
    assert (done.status, layer["status"], layer["mismatches"]) == (0, "model_only", None)
    assert layer["oracle_mismatches"] == 0


def test_an_output_that_differs(
    verify: Verify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task that reaches the simulator expects another code in one place: status 1."""
    run_shards = host.run_shards

    def with_another_code(shards: Any, *arguments: Any) -> list[Record]:
        (shard,) = shards
        (task,) = shard.planned
        expected = task.expected.copy()
        expected[0, 0, 2, 5] ^= 1
        return run_shards([host.TaskShard([replace(task, expected=expected)])], *arguments)

    monkeypatch.setattr(host, "run_shards", with_another_code)
    done, layer = on_pairs(verify, tmp_path, "MUL", *SMALL_ARRAY)
    assert (done.status, layer["status"], layer["mismatches"]) == (1, "fail", 1)
    assert "1 of 65536 outputs differ; first at (n=0, h=0, w=2, c=5)" in done.out


@pytest.mark.parametrize(("datapath", "status"), [("int8", "pass"), ("dfp8", "model_only")])
def test_a_float_network(verify: Verify, datapath: str, status: str) -> None:
    """Activations and element-wise ops run on the RTL in affine int8; they lose nothing that the
    array counts."""
    options = ("--datapath", datapath, "--seed", "1", *SMALL_ARRAY)
    done = verify("--model", GATED, *options)
    (document,) = done.documents.values()
    layers = [layer for layer in document["layers"] if layer["op"] in RULES]
    assert done.status == 0 and {layer["op"] for layer in layers} == set(RULES)
    for layer in layers:
        on_rtl = status == "pass"
        assert layer["status"] == status
        assert layer["rule"] == (RULES[layer["op"]] if on_rtl else "float64")
        assert layer["mismatches"] == (0 if on_rtl else None)
        assert layer["events"] == ({} if on_rtl else None)
        assert layer["sqnr_db"] > 20

"""`python -m tb.verify` with another DUT in the array's place, and with options that name none."""

import re
from pathlib import Path

import pytest

from golden.cases.case import VECTORS
from golden.cases.load import load_case
from tb.cli.verify_command import Verify, make_verify

FOLDER = "tb/hdl/serial_mac"
SERIAL = ("--rtl", FOLDER, "--top", "serial_mac", "--adapter", "tb.serial_mac.adapter")
CASES = tuple(load_case(VECTORS / "corner" / name) for name in ("conv1x1", "conv3x3_same"))


@pytest.fixture
def verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Verify:
    return make_verify(tmp_path / "results", monkeypatch, capsys)


def test_demo_network(verify: Verify) -> None:
    """Same layers, rules and counts as on the array; the report names the DUT."""
    done = verify(*SERIAL)
    document = done.documents["digits-verilator-serial_mac"]
    assert (done.status, document["verdict"]) == (0, "pass")
    assert document["dut"] == {
        "top": "serial_mac",
        "rtl": FOLDER,
        "adapter": "tb.serial_mac.adapter",
    }
    assert (document["datapath"]["ic_lanes"], document["datapath"]["oc_lanes"]) == (1, 1)
    on_dut = [layer for layer in document["layers"] if layer["mismatches"] is not None]
    assert {layer["op"] for layer in on_dut} == {"CONV_2D", "FULLY_CONNECTED"}
    for layer in on_dut:
        assert (layer["mismatches"], layer["oracle_mismatches"]) == (0, 0)
        assert layer["outputs"] > 0 and layer["cycles"] > layer["macs"]
        assert 0 < layer["utilisation"] < 1
    assert done.out.splitlines()[-1].startswith(
        f"PASS: {len(on_dut)} layers on serial_mac (verilator), "
    )


def test_adapter_outside_the_project(
    verify: Verify, sim: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module on PYTHONPATH is found in the simulator's process too; red names the command."""
    monkeypatch.setattr("tb.verify.suite.load_suite", lambda _: CASES)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "my_adapter.py").write_text(
        "from tb.serial_mac.adapter import config, parameters, create\n"
    )
    arguments = ("--suite", "corner", "--sim", sim, *SERIAL[:4], "--adapter", "my_adapter")
    done = verify(*arguments)
    assert done.status == 0
    assert done.documents[f"corner-{sim}-serial_mac"]["dut"]["adapter"] == "my_adapter"

    (tmp_path / "my_adapter.py").write_text(
        "from tb.serial_mac.adapter import config, parameters\n"
        "def create(dut, config, folder):\n"
        "    raise RuntimeError('no cable')\n"
    )
    monkeypatch.setattr("tb.runner.RUNS_DIR", tmp_path / "runs")
    done = verify(*arguments)
    assert done.status == 1
    assert "RuntimeError: no cable" in done.out
    assert f"--rtl {FOLDER} --top serial_mac --adapter my_adapter" in done.out.splitlines()[-2]
    assert re.match(r"FAIL: 2 layers on serial_mac .* 280 mismatches", done.out.splitlines()[-1])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("--rtl no/such/folder", "no/such/folder: no such folder"),
        ("--rtl tb/setup", "tb/setup: it holds no Verilog file"),
        ("--top serial_mac", "--top needs --adapter too"),
        ("--adapter tb.serial_mac.adapter", "--adapter needs --top too"),
        ("--top serial_mac --adapter tb.serial_mac.adapter", "--top serial_mac needs --rtl"),
        (f"--rtl {FOLDER}", "none of its 6 Verilog files declares module dla_top"),
        (f"--rtl {FOLDER} --top mac --adapter tb.serial_mac.adapter", "declares module mac"),
        (f"--rtl {FOLDER} --top serial_mac --adapter no.such", "cannot be imported"),
        (f"--rtl {FOLDER} --top serial_mac --adapter tb.layer", "it has no function config"),
        (f"--rtl {FOLDER} --top serial_mac --adapter tb.bulk.adapter", "instantiates dla_top"),
        (f"{' '.join(SERIAL)} --ic-lanes 4", "serial_mac has 1 x 1 lanes, found 4 x 1"),
    ],
)
def test_options_that_name_no_dut(verify: Verify, arguments: str, sentence: str) -> None:
    done = verify(*arguments.split())
    assert (done.status, done.out, done.documents) == (2, "", {})
    assert re.fullmatch(r"error: [^\n]+\n", done.err) and sentence in done.err

"""Mutated .tflite files: a network or one sentence comes of each, also through the command."""

import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from golden.tflite.op_writer import Operand, write_op
from pymodel.errors import InputError
from tb.fuzz import __main__ as command
from tb.fuzz import judge as judging
from tb.fuzz.campaign import campaign
from tb.fuzz.judge import NETWORK, REFUSED, judge, limited_memory
from tb.fuzz.mutate import Source, mutant
from tb.fuzz.sites import find_sites
from tb.fuzz.sources import network_sources, op_sources
from tb.model.host_op import model
from tb.model.networks import DEMO
from tb.verify.__main__ import main as verify

SOURCES = [Source.read(DEMO), Source.read(DEMO.with_name("open_batch.tflite")), *op_sources()]
"""Those that every machine has, so that a seed is the same mutant on each."""


def test_sound_files_are_taken() -> None:
    for source in network_sources() + SOURCES:
        assert judge(source.content).kind == NETWORK, source.name


def test_sites_of_a_sound_file() -> None:
    content = SOURCES[0].content
    sites = {site.kind: site for site in find_sites(content)}
    assert content.count(b"TFL3") == 1
    wanted = {"shape", "shape length", "opcode field", "options field", "operands", "scale"}
    assert wanted | {"zero_point", "tensor vtable", "buffer length", "data"} <= sites.keys()
    assert sites["root offset"].at == 0


def test_2000_mutants() -> None:
    with limited_memory():
        findings = campaign(SOURCES, range(2000))
    assert not [f"{one.describe()}: {outcome}" for one, outcome in findings.failures]
    assert findings.mutants == 2000
    assert findings.kinds[NETWORK] > 200
    assert findings.kinds[REFUSED] > 1000


def test_third_party_mutants(shared_data: Path) -> None:
    sources = [Source.read(path) for path in sorted((shared_data / "models").glob("*.tflite"))]
    with limited_memory():
        findings = campaign(sources, range(300))
    assert not [f"{one.describe()}: {outcome}" for one, outcome in findings.failures]
    assert findings.kinds[NETWORK] > 20


@pytest.mark.parametrize("scale", [1e-42, 1.7e38])
@pytest.mark.parametrize("op", ["DEQUANTIZE", "ADD", "MUL", "LOGISTIC", "RELU6", "QUANTIZE"])
def test_scales_that_overflow(op: str, scale: float) -> None:
    """Mutants whose quotients of scales left float32: now the layer is refused in a sentence."""
    x = Operand("x", (2,), "int8", scale)
    y = Operand("y", (2,), "float32") if op == "DEQUANTIZE" else replace(x, scale=1 / 256)
    inputs = [x, Operand("other", (2,), "int8", 1.0)] if op in ("ADD", "MUL") else [x]
    content = write_op(op, inputs, [replace(y, name="y")])
    assert judge(content).kind == NETWORK
    with pytest.raises(InputError, match=r"tensor x of [A-Z0-9]+ must have a scale from"):
        model(content, [np.zeros(2, dtype=np.int8)] * len(inputs))


def test_a_seed_is_one_mutant() -> None:
    assert mutant(SOURCES, 5) == mutant(SOURCES, 5)
    assert mutant(SOURCES, 5).content != mutant(SOURCES, 6).content


def test_the_command_refuses_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Refused mutants of each kind of mutation, through `python -m tb.verify`."""
    path = tmp_path / "mutant.tflite"
    seen = 0
    for seed in range(60):
        one = mutant(SOURCES, seed)
        if judge(one.content).kind != REFUSED:
            continue
        path.write_bytes(one.content)
        assert verify(["--model", str(path), "--seed", "1"]) == 2, one.describe()
        error = capsys.readouterr().err
        assert re.fullmatch(rf"error: {path}: [^\n]+\n", error), one.describe()
        seen += 1
    assert seen > 30


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        (KeyError("x"), "traceback KeyError"),
        (InputError("mutant.tflite: two\nlines"), "message of several lines"),
        (InputError("something is wrong"), "message that names no file"),
    ],
)
def test_the_judge_sees(monkeypatch: pytest.MonkeyPatch, wrong: Exception, kind: str) -> None:
    def parse(*_: Any) -> None:
        raise wrong

    monkeypatch.setattr(judging, "parse_tflite", parse)
    outcome = judge(b"")
    assert (outcome.kind, outcome.failed) == (kind, True)


def test_the_judge_sees_a_hang_and_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: Any) -> None:
        while True:
            time.time()

    def grow(*_: Any) -> None:
        np.ones(1 << 30, dtype=np.int16)

    monkeypatch.setattr(judging, "CPU_LIMIT_S", 0.2)
    monkeypatch.setattr(judging, "parse_tflite", hang)
    assert judge(b"").kind == "slow"
    monkeypatch.setattr(judging, "parse_tflite", grow)
    with limited_memory():
        assert judge(b"").kind == "memory"


def test_the_fuzzer_counts_keeps_and_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "FOLDER", tmp_path / "fuzz")
    monkeypatch.setattr(command, "REPORT", tmp_path / "fuzz.json")
    assert command.main(["--mutants", "20"]) == 0
    assert capsys.readouterr().out.startswith("20 mutants: ")

    def parse(*_: Any) -> None:
        raise KeyError("x")

    monkeypatch.setattr(judging, "parse_tflite", parse)
    assert command.main(["--mutants", "20"]) == 1
    assert "20 mutants: traceback KeyError 20; 20 failed" in capsys.readouterr().out
    assert len(list((tmp_path / "fuzz").glob("*.tflite"))) == 20
    assert '"failed": 20' in (tmp_path / "fuzz.json").read_text()

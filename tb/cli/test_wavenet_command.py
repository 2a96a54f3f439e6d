"""`python -m tb.wavenet`: its verdict, table, result and audio, and its exit status."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

import tb.wavenet.layers as layers_module
import tb.wavenet.replay as replay_module
import tb.wavenet.result as result_module
from golden.wavenet.generation import Sampler
from golden.wavenet.metrics import recorded_metrics
from golden.wavenet.mu_law import decode
from golden.wavenet.stretches import INT8_MODEL
from pymodel.stream import StreamPlan
from tb.cli.wavenet_command import Command, make_command, modelled, report_of
from tb.runner import SimulationFailed
from tb.stream.replay import Replayed
from tb.verify.options import parse_options as parse_verify_options
from tb.wavenet.generation import Generation
from tb.wavenet.options import parse_options
from tb.wavenet.replay import Replay
from tb.wavenet.result import Result
from tb.wavenet.sounds import Sound

SHORT = ("--streams", "2", "--samples", "520", "--replay", "20")
VERIFY_OPTIONS = parse_verify_options(
    ["--model", str(INT8_MODEL), "--input", str(layers_module.INPUT)], None
)
NO_PLAN = StreamPlan(name="none", in_channels=1, rings=(), steps=(), output=0, tensors=())
NOTHING = Generation(NO_PLAN, Sampler(1.0, 1.0), np.zeros((1, 0)), np.zeros((1, 0), np.uint8), 0.0)
KEYS = ["schema", "network", "model_sha256", "sim", "seed", "verdict", "wall_s", "layers",
        "generation", "replay", "nats_per_sample", "sounds", "like_speech"]  # fmt: skip


@pytest.fixture
def command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    return make_command(tmp_path, capsys)


@pytest.fixture
def same(monkeypatch: pytest.MonkeyPatch) -> None:
    """An RTL whose layers and samples agree, in no time."""
    monkeypatch.setattr(replay_module, "replay_stream", modelled)
    monkeypatch.setattr(layers_module, "verify", report_of(0))


@pytest.mark.usefixtures("same")
def test_everything_agrees_but_the_audio_is_short(command: Command) -> None:
    """Too little audio to tell from noise makes the verdict incomplete, and all else is there."""
    done = command(*SHORT, "--seed", "5")
    found = done.document
    assert (done.status, list(found), found["verdict"]) == (3, KEYS, "incomplete")
    assert (found["schema"], found["sim"], found["seed"]) == (1, "verilator", 5)
    assert found["layers"]["layers"] == 1 and found["layers"]["mismatches"] == 0
    assert found["replay"]["samples"] == 20 and found["replay"]["other_codes"] == 0
    assert found["replay"]["outputs"] == 20 * sum(stream_channels())
    assert (found["replay"]["mismatches"], found["like_speech"]) == (0, None)
    assert done.out[-1] == (
        "INCOMPLETE: layers pass; samples pass; less than 2 s of audio, too little to tell from "
        "noise"
    )
    assert "replayed: 20 samples of the first stream on the RTL, its own outputs" in done.out[2]
    assert {path.name for path in (done.folder / "wavenet").iterdir()} == {
        "generated-0.wav", "generated-1.wav", "training-speech.wav", "coloured-noise.wav"
    }  # fmt: skip
    assert (done.folder / "verify" / "wavenet-verilator.json").is_file()


def stream_channels() -> list[int]:
    """Of each step: the first convolution, 18 gated pairs, 18 skips and 17 residuals, the head and
    the logits; each with what follows it."""
    return [32, *([32, 32] * 18), *([64] * 18), *([32] * 17), 128, 256]


@pytest.mark.usefixtures("same")
def test_audio_depends_on_its_seed_alone(command: Command) -> None:
    """The same seed gives the same audio, whatever is asked for beside it; another one another."""

    def audio(*arguments: str) -> NDArray[np.float32]:
        done = command("--no-layers", "--replay", "0", *arguments)
        assert done.status == 3
        assert done.out[-1].startswith("INCOMPLETE: layers left out; samples left out; ")
        samples, rate = soundfile.read(done.folder / "wavenet" / "generated-0.wav", dtype="float32")
        assert rate == 8000 and np.isin(samples, decode(np.arange(256, dtype=np.uint8))).all()
        return np.asarray(samples)

    whole = audio("--samples", "600", "--streams", "2")
    assert len(whole) == 600
    np.testing.assert_array_equal(audio("--samples", "512", "--streams", "1"), whole[:512])
    other = audio("--samples", "512", "--streams", "1", "--seed", "2")
    assert np.count_nonzero(other != whole[:512]) > 100


@pytest.mark.usefixtures("same")
def test_a_wrong_layer(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers_module, "verify", report_of(3))
    done = command(*SHORT)
    assert (done.status, done.document["layers"]["mismatches"]) == (1, 3)
    assert done.out[-1].startswith("FAIL: layers fail; samples pass; ")
    assert any("CONV_2D" in line and "fail" in line for line in done.out)


@pytest.mark.usefixtures("same")
def test_a_wrong_sample(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def replay_stream(*given: Any) -> Replayed:
        found = modelled(*given)
        return replace(found, mismatches=1, first="sample 4, step head, channel 2")

    monkeypatch.setattr(replay_module, "replay_stream", replay_stream)
    done = command(*SHORT)
    assert (done.status, done.document["replay"]["mismatches"]) == (1, 1)
    assert "RTL against model: sample 4, step head, channel 2" in done.out
    assert done.out[-1].startswith("FAIL: layers pass; samples fail; ")


@pytest.mark.usefixtures("same")
def test_another_audio(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Model and RTL agree, on something else than what was generated."""

    def replay_stream(*given: Any) -> Replayed:
        found = modelled(*given)
        logits = np.full_like(found.rtl, -128)
        logits[:, 200] = 127
        return replace(found, model=logits, rtl=logits)

    monkeypatch.setattr(replay_module, "replay_stream", replay_stream)
    done = command(*SHORT)
    assert done.status == 1
    other = done.document["replay"]["other_codes"]
    assert other > 10
    assert f"the RTL's outputs lead to {other} other samples than were generated" in done.out


@pytest.mark.usefixtures("same")
def test_a_simulator_that_ends_early(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def replay_stream(*_: Any) -> Replayed:
        raise SimulationFailed("the simulator ended early")

    monkeypatch.setattr(replay_module, "replay_stream", replay_stream)
    done = command(*SHORT)
    assert (done.status, done.document["replay"]["details"]) == (1, ["the simulator ended early"])
    assert done.document["replay"]["mismatches"] == done.document["replay"]["outputs"] > 0


@pytest.mark.usefixtures("same")
def test_noise_is_told(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a temperature of 50 every code is about as likely; where little audio is enough to judge,
    that fails though all else agrees."""
    monkeypatch.setattr(result_module, "LEAST_S", 0.1)
    done = command(*SHORT, "--temperature", "50")
    assert (done.status, done.document["like_speech"]) == (1, False)
    assert done.document["sounds"][0]["spectrum_distance_db"] > 20
    assert done.out[-1] == "FAIL: layers pass; samples pass; the audio is like noise"


@pytest.mark.parametrize(
    ("layers", "replayed", "like_speech", "verdict"),
    [
        (0, 0, True, "pass"),
        (0, None, True, "pass"),
        (None, 0, True, "pass"),
        (None, None, True, "incomplete"),
        (0, 0, None, "incomplete"),
        (0, 0, False, "fail"),
        (1, 0, True, "fail"),
        (0, 1, True, "fail"),
        (1, None, None, "fail"),
        (None, 1, None, "fail"),
    ],
)
def test_verdicts(
    layers: int | None, replayed: int | None, like_speech: bool | None, verdict: str
) -> None:
    """Mismatches of layers and of samples, None where left out, and what the audio is like."""
    options = parse_options([], None)
    length = 1000 if like_speech is None else 20_000
    sound = Sound("x", np.zeros(length, dtype=np.float32), 3.0 if like_speech else 30.0, 9.0, 0.5)
    result = Result(
        options,
        recorded_metrics(),
        None if layers is None else report_of(layers)(VERIFY_OPTIONS),
        NOTHING,
        None if replayed is None else Replay(20, 100, replayed, 0, 7, 0.1),
        [sound],
        1.0,
    )
    status = {"pass": 0, "fail": 1, "incomplete": 3}[verdict]
    assert (result.verdict, result.exit_status) == (verdict, status)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("--samples 511", "--samples must be at least 512, found 511"),
        ("--samples 600 --replay 601", "--replay must lie from 0 to the 600 samples"),
        ("--replay -1", "--replay must lie from 0 to the 16,000 samples that are generated"),
        ("--streams 0", "--streams must be at least 1, found 0"),
        ("--seed 0", "--seed must lie from 1 to 2147483647, found 0"),
        ("--temperature 0", "--temperature must be positive and finite, found 0"),
        ("--sim modelsim", "SIM=modelsim: no such simulator"),
        ("--frobnicate", "unrecognized arguments: --frobnicate"),
    ],
)
def test_bad_usage(command: Command, arguments: str, sentence: str) -> None:
    done = command("--no-layers", *arguments.split())
    assert (done.status, done.out) == (2, [])
    assert re.search(rf"^error: {re.escape(sentence)}", done.err, re.MULTILINE)
    assert not (done.folder / "wavenet.json").exists()


def test_icarus_leaves_whole_layers_out(sim: str) -> None:
    options = parse_options(["--sim", sim], None)
    wanted = {"verilator": (True, 1000), "icarus": (False, 16)}
    assert (options.layers, options.replay) == wanted[sim]
    assert parse_options(["--sim", sim, "--layers"], None).layers
    assert parse_options(["--sim", sim, "--samples", "512"], None).replay <= 512


@pytest.mark.slow
def test_a_second_on_the_rtl(command: Command) -> None:
    """The whole command, its RTL and all, on audio that is long enough to be judged."""
    done = command("--streams", "2", "--samples", "8000", "--replay", "50")
    found = done.document
    assert (found["layers"]["layers"], found["layers"]["mismatches"]) == (162, 0)
    assert (found["replay"]["samples"], found["replay"]["mismatches"]) == (50, 0)
    assert (done.status, found["verdict"], found["like_speech"]) == (0, "pass", True)

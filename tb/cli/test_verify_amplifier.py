"""`python -m tb.verify` on a .nam file and audio."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from rich.console import Console

import tb.verify.amplifier
from pymodel.presets import preset
from tb.cli.verify_command import Done, Verify, make_verify
from tb.model.test_nam import SECOND, STACK, document, streamed, written
from tb.verify.amplifier import Amplifier

RATE = 44100
STRETCH = 64
LANES = ("--ic-lanes", "4", "--oc-lanes", "4")
FOUND = document([STACK | {"gated": True}, dict(SECOND)], seed=5)
AUDIO = (0.4 * np.random.default_rng(6).standard_normal(150)).astype(np.float32)
AUDIO[64:128] *= 2.0  # the second stretch is the loudest


@pytest.fixture
def verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Verify:
    monkeypatch.setattr(tb.verify.amplifier, "STRETCH", STRETCH)
    return make_verify(tmp_path / "results", monkeypatch, capsys)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A gated stack and one that is not, and 150 samples."""
    soundfile.write(tmp_path / "x.wav", AUDIO, RATE, subtype="FLOAT")
    return written(FOUND, tmp_path), tmp_path / "x.wav"


def outcome(done: Done) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = done.documents.values()
    return found


def test_every_layer_and_the_audio(
    verify: Verify, files: tuple[Path, Path], tmp_path: Path
) -> None:
    """dfp16 on the RTL; the float audio is that of a stream, and dfp16's is near it."""
    model, audio = files
    done = verify("--model", model, "--input", audio, "--datapath", "dfp16", "--runs", "2", *LANES)
    found = outcome(done)
    assert (done.status, found["verdict"], found["runs"]) == (0, "pass", 2)
    on_rtl = [layer for layer in found["layers"] if layer["mismatches"] is not None]
    assert {layer["op"] for layer in on_rtl} == {"CONV_2D"}
    # Rechannel and head of two stacks; dilated, mixer, output of 5 layers, but for the last output.
    assert len(on_rtl) == 2 * 2 + 5 * 3 - 1
    assert all(layer["mismatches"] == 0 for layer in on_rtl)
    expected = streamed(FOUND, AUDIO.astype(np.float64))
    floats, rate = soundfile.read(tmp_path / "results" / "amp-verilator-dfp16-float.wav")
    assert (rate, floats.shape) == (RATE, (150,))
    np.testing.assert_allclose(floats, expected, rtol=0, atol=1e-5 * np.abs(expected).max())
    heard, _ = soundfile.read(tmp_path / "results" / "amp-verilator-dfp16.wav")
    ratio = np.sum((heard - floats) ** 2) / np.sum(floats**2)
    assert found["audio"] == {
        "samples": 150, "sample_rate": RATE, "error_to_signal": pytest.approx(ratio, rel=1e-9),
    }  # fmt: skip
    assert 0 < ratio < 1e-5
    assert "audio of 150 samples, error to signal " in done.out.splitlines()[-1]


def test_chain(verify: Verify, files: tuple[Path, Path]) -> None:
    """The RTL's own outputs go through gates, residuals and skips of two stretches."""
    options = ("--datapath", "dfp16", "--runs", "2", "--chain", *LANES)
    done = verify("--model", files[0], "--input", files[1], *options)
    found = outcome(done)
    assert (done.status, found["verdict"], found["chain"], found["runs"]) == (0, "pass", True, 2)
    assert sum(layer["mismatches"] == 0 for layer in found["layers"]) == 2 * 2 + 5 * 3 - 1
    samples = Amplifier.on(*files, Console()).wavenet.history + STRETCH
    assert (found["final"]["outputs"], found["final"]["mismatches"]) == (2 * samples, 0)
    assert found["audio"]["samples"] == 150


def test_stretches_are_the_whole(files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bits from three stretches as from one that holds all."""
    heard = {}
    for stretch in (64, 256):
        monkeypatch.setattr(tb.verify.amplifier, "STRETCH", stretch)
        amplifier = Amplifier.on(*files, Console())
        heard[stretch] = partial(amplifier.audio, preset("int8"))
        if stretch == 256:
            scheme = amplifier.scheme(preset("int8"))
    small, whole = heard[64](scheme), heard[256](scheme)
    np.testing.assert_array_equal(small.datapath, whole.datapath)
    np.testing.assert_allclose(small.floats, whole.floats, rtol=0, atol=1e-6)
    assert small.error_to_signal > 1e-4, "8 bits are heard"


def test_the_loudest_stretch_is_first(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tb.verify.amplifier, "STRETCH", STRETCH)
    amplifier = Amplifier.on(*files, Console())
    (inputs,) = amplifier.loudest(1)[0]
    assert inputs.ravel()[amplifier.wavenet.history :].tolist() == AUDIO[64:128].tolist()


def test_stereo_is_said(verify: Verify, files: tuple[Path, Path], tmp_path: Path) -> None:
    soundfile.write(tmp_path / "two.wav", np.stack([AUDIO, AUDIO], axis=1), RATE, subtype="FLOAT")
    done = verify(
        "--model", files[0], "--input", tmp_path / "two.wav", "--datapath", "dfp16", *LANES
    )
    assert done.status == 0
    assert "two.wav: has 2 channels, their mean is taken" in done.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--datapath", "dfp8"], "{nam}: needs audio to amplify; give INPUT=guitar.wav (--input)"),
        (["--input", "{wav}"], "{nam}: is a float network; name the datapath to bring it to, such "
         "as DATAPATH=dfp8 (--datapath dfp8)"),
        (["--seed", "3", "--datapath", "dfp8"], "{nam}: needs audio to amplify; "),
        (["--input", "{wav}", "--datapath", "dfp8", "--runs", "4"],
         "{nam}: the audio has 3 stretches of 64 samples, too few for 4 runs"),
        (["--input", "{nam}", "--datapath", "dfp8"], "{nam}: is no audio that can be read "),
    ],
)  # fmt: skip
def test_refusals(words: list[str], message: str, verify: Verify, files: tuple[Path, Path]) -> None:
    names = {"nam": files[0], "wav": files[1]}
    done = verify("--model", files[0], *(word.format(**names) for word in words))
    assert (done.status, done.documents) == (2, {})
    assert done.err.startswith(f"error: {message.format(**names)}")
    assert done.err.count("\n") == 1


def test_a_file_of_another_rate(verify: Verify, files: tuple[Path, Path], tmp_path: Path) -> None:
    soundfile.write(tmp_path / "x.wav", AUDIO, 48000)
    done = verify("--model", files[0], "--input", files[1], "--datapath", "dfp8")
    assert (done.status, done.documents) == (2, {})
    assert "has 48,000 samples a second, 44,100 are needed; resample it" in done.err

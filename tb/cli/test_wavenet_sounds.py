"""What `python -m tb.wavenet` takes for speech and for noise, and how it draws them."""

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from golden.wavenet.metrics import recorded_metrics
from golden.wavenet.mu_law import decode
from golden.wavenet.noise import coloured_noise, white_noise
from golden.wavenet.stretches import committed_training
from pymodel.errors import InputError
from tb.wavenet.plot import draw, spectrogram
from tb.wavenet.sounds import COLOURED, GENERATED, TRAINING, WHITE, Sound, sounds


def test_every_figure_can_tell_noise(seed: int) -> None:
    """White noise has another spectrum; noise of speech's spectrum has no syllables; a drone has
    neither syllables nor, if it is no voice's, a pitch; speech passes."""
    metrics, rng = recorded_metrics(), np.random.default_rng(seed)
    speech = decode(committed_training())
    found = {
        "speech": Sound.of("speech", speech, metrics),
        "white": Sound.of("white", white_noise(0.1, 32000, rng), metrics),
        "coloured": Sound.of(
            "coloured", coloured_noise(metrics.training_spectrum, 0.1, 32000, rng), metrics
        ),
    }
    syllables = np.repeat(np.tile([1.0, 0.01], 8), 2000).astype(np.float32)
    found["swinging"] = Sound.of("swinging", found["coloured"].samples * syllables, metrics)
    speaking = found["speech"]
    assert {name: one.like_speech for name, one in found.items()} == {
        "speech": True, "white": False, "coloured": False, "swinging": False
    }  # fmt: skip
    assert found["swinging"].swing_db > 10 and found["swinging"].distance_db < 10
    assert not replace(speaking, distance_db=10.1).like_speech
    assert not replace(speaking, swing_db=2.4).like_speech
    assert not replace(speaking, pitched=0.09).like_speech


def test_noises_are_as_loud_and_long_as_what_was_generated(seed: int) -> None:
    generated = decode(committed_training()[:8000]) * np.float32(0.5)
    named = {sound.name: sound for sound in sounds(generated, recorded_metrics(), seed)}
    np.testing.assert_array_equal(named[GENERATED].samples, generated)
    for name in (COLOURED, WHITE):
        noise = named[name].samples.astype(np.float64)
        assert noise.shape == generated.shape
        assert np.mean(noise**2) == pytest.approx(np.mean(generated.astype(np.float64) ** 2))


def test_spectrogram_of_a_tone_that_stops() -> None:
    """Band 32 of 128 up to the middle, then nothing."""
    tone = np.sin(2 * np.pi * 32 / 256 * np.arange(4096)).astype(np.float32)
    tone[2048:] = 0
    levels = spectrogram(tone)
    assert levels.shape == (129, (4096 - 256) // 32 + 1)
    assert set(levels[:, :50].argmax(axis=0).tolist()) == {32}
    assert levels[:, 66:].max() == -120 and levels.max() == 0


def test_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Each spectrogram has its seconds of audio, each spectrum its line with its distance."""
    metrics, path = recorded_metrics(), tmp_path / "wavenet.png"
    heard = sounds(decode(committed_training()[:1040]), metrics, seed)
    if find_spec("matplotlib") is None:  # `make wavenet` installs it
        with pytest.raises(InputError, match=r"^matplotlib cannot be imported"):
            draw(heard, 520, metrics, path)
        return
    from matplotlib.figure import Figure

    panels: list[Any] = []
    plain = Figure.savefig

    def saved(figure: Any, *given: Any, **named: Any) -> None:
        panels.extend(figure.axes)
        plain(figure, *given, **named)

    monkeypatch.setattr(Figure, "savefig", saved)
    draw(heard, 520, metrics, path)
    assert path.read_bytes().startswith(b"\x89PNG")
    images = {axes.get_title(loc="left").split(":")[0]: axes.get_images() for axes in panels[:3]}
    ends = {name: image.get_extent()[1] for name, (image,) in images.items()}
    assert ends == {TRAINING: 2.0, GENERATED: 520 / 8000, COLOURED: 1040 / 8000}
    (spectra,) = [axes for axes in panels if axes.get_lines()]
    named = {line.get_label().split(",")[0]: line for line in spectra.get_lines()}
    assert set(named) == {sound.name for sound in heard}
    for sound in heard:
        wanted = TRAINING if sound.name == TRAINING else f"{sound.name}, {sound.distance_db:.1f} dB"
        assert named[sound.name].get_label() == wanted
    np.testing.assert_array_equal(named[TRAINING].get_ydata(), metrics.training_spectrum)

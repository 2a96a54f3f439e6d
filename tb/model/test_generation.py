"""Codes are drawn as the logits say and fed back; noise and speech have figures that differ."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from golden import litert
from golden.tflite.importer import load_tflite
from golden.wavenet import metrics as metrics_module
from golden.wavenet.generation import Sampler, generate, network_codes, uniform_draws
from golden.wavenet.loudness import loudness, loudness_swing
from golden.wavenet.metrics import recorded_metrics
from golden.wavenet.mu_law import SILENCE, decode
from golden.wavenet.noise import coloured_noise, root_mean_square, shuffled, white_noise
from golden.wavenet.pitch import pitched_share
from golden.wavenet.spectrum import long_term_spectrum, spectrum_distance
from golden.wavenet.stretches import (
    HERE,
    INT8_MODEL,
    SAMPLES,
    committed_stretches,
    committed_training,
)
from pymodel.errors import InputError
from pymodel.stream import Stream, plan_stream

LN2 = math.log(2)


def logits_of(values: dict[int, int]) -> NDArray[np.int8]:
    """(1, 256): -128 but for the codes named."""
    logits = np.full((1, 256), -128, dtype=np.int8)
    for code, value in values.items():
        logits[0, code] = value
    return logits


def drawn(sampler: Sampler, logits: NDArray[np.int8], draw: float) -> int:
    """The one code."""
    (code,) = sampler.draw(logits, np.array([draw], dtype=np.float64))
    return int(code)


@pytest.mark.parametrize(
    ("draw", "code"),
    [
        (0.0, 7),
        (0.2499, 7),
        (0.25, 90),
        (0.7499, 90),
        (0.75, 255),
        (1 - 2**-53, 255),
    ],
)
def test_each_step_halves_the_probability(draw: float, code: int) -> None:
    """Logits 40, 41, 40 at ln 2 a step: 1/4, 1/2, 1/4; the others' 2^-168 is nothing."""
    logits = logits_of({7: 40, 90: 41, 255: 40})
    assert drawn(Sampler(LN2, 1.0), logits, draw) == code


def test_temperature_divides_the_logits() -> None:
    """At ln 2 a step and temperature 2, two steps below is half as likely: 1/3 and 2/3."""
    logits = logits_of({3: -2, 4: 0})
    sampler = Sampler(LN2, 2.0)
    codes = [drawn(sampler, logits, draw) for draw in (0.333, 0.334)]
    assert codes == [3, 4]
    cold = Sampler(LN2, 0.01)
    assert [drawn(cold, logits, draw) for draw in (0.0, 0.999)] == [4, 4]


def test_codes_are_as_frequent_as_a_softmax_says(seed: int) -> None:
    """Over evenly spread draws, each code's share is its probability, computed one by one."""
    logits = np.random.default_rng(seed).integers(-128, 128, (1, 256), dtype=np.int8)
    powers = [math.exp(0.03 * int(value) / 0.9) for value in logits[0]]
    count = 100_000
    draws = (np.arange(count, dtype=np.float64) + 0.5) / count
    codes = Sampler(0.03, 0.9).draw(np.repeat(logits, count, axis=0), draws)
    shares = np.bincount(codes, minlength=256) / count
    np.testing.assert_allclose(shares, np.array(powers) / sum(powers), atol=1.01 / count)


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.inf, math.nan])
def test_no_temperature(temperature: float) -> None:
    with pytest.raises(InputError, match="must be positive and finite, found"):
        Sampler(0.1, temperature)


def test_draws_of_a_stream_are_its_own() -> None:
    """More streams or samples leave those that there were; seeds and streams differ."""
    few, many = uniform_draws(5, 2, 10), uniform_draws(5, 3, 20)
    np.testing.assert_array_equal(few, many[:2, :10])
    assert len(np.unique(many)) == many.size
    assert not np.any(uniform_draws(6, 3, 20) == many)
    assert many.min() >= 0 and many.max() < 1


class Successor:
    """A network that gives every code's successor all of the probability."""

    def __init__(self) -> None:
        self.heard: list[list[int]] = []

    def step(self, pixels: NDArray[np.int8]) -> NDArray[np.int8]:
        assert pixels.shape[1] == 1
        self.heard.append(pixels[:, 0].tolist())
        logits = np.full((len(pixels), 256), -128, dtype=np.int8)
        logits[np.arange(len(pixels)), pixels[:, 0].astype(int) + 128 + 1] = 127
        return logits


def test_codes_are_fed_back_from_silence_on() -> None:
    network = Successor()
    codes = list(generate(network, Sampler(LN2, 1.0), uniform_draws(1, 2, 3)))
    assert [row.tolist() for row in codes] == [[129, 129], [130, 130], [131, 131]]
    assert network.heard == [[0, 0], [1, 1], [2, 2]]


def test_network_codes() -> None:
    codes = network_codes(np.array([0, 128, 255], dtype=np.uint8))
    assert codes.dtype == np.int8 and codes.tolist() == [-128, 0, 127]


def test_generation_is_what_litert_s_logits_give(seed: int) -> None:
    """The codes that the model drew, as one line through LiteRT's reference kernels: its logits
    and the same draws give the same codes again."""
    network = load_tflite(INT8_MODEL)
    (output,) = network.outputs
    sampler = Sampler(float(network.tensors[output].scale[0]), 0.9)
    draws = uniform_draws(seed, 2, 600)
    codes = np.array(list(generate(Stream(plan_stream(network), 2), sampler, draws))).T
    line = np.zeros((1, 1, SAMPLES, 1), dtype=np.int8)
    line[0, 0, :601, 0] = network_codes(np.insert(codes[1], 0, SILENCE))
    logits = litert.run(INT8_MODEL, [line], "reference")[output].astype(np.int8)
    np.testing.assert_array_equal(sampler.draw(logits[0, 0, :600], draws[1]), codes[1])


def test_loudness_is_the_frames_power() -> None:
    """Amplitudes 1, 0.1 and 0: 0 dB, -20 dB and the floor; between two, the mean of their power."""
    audio = np.repeat([1.0, 0.1, 0.0], 256).astype(np.float32)
    wanted = [0, 10 * math.log10((1 + 0.01) / 2), -20, 10 * math.log10(0.01 / 2), -50]
    np.testing.assert_allclose(loudness(audio), wanted, atol=1e-6)
    assert loudness_swing(audio) == pytest.approx(float(np.std(wanted)))


def test_noise_goes_on_and_on_and_speech_does_not(seed: int) -> None:
    rng = np.random.default_rng(seed)
    spectrum = recorded_metrics().training_spectrum
    white, coloured = white_noise(0.1, 32000, rng), coloured_noise(spectrum, 0.1, 32000, rng)
    speech = decode(committed_training())
    assert loudness_swing(white) < 1 and pitched_share(white, 8000) == 0
    assert loudness_swing(coloured) < 2 and pitched_share(coloured, 8000) < 0.05
    assert loudness_swing(speech) > 8 and pitched_share(speech, 8000) > 0.5


def test_only_what_repeats_itself_has_a_pitch(seed: int) -> None:
    """Pulses 100 times a second have one, 40 times a second is no voice; pauses don't count."""
    pulses = np.zeros(8000, dtype=np.float32)
    pulses[::80] = 1
    assert pitched_share(pulses, 8000) == 1
    noise = white_noise(0.1, 8000, np.random.default_rng(seed))
    assert pitched_share(np.concatenate([pulses, noise]), 8000) == pytest.approx(0.5, abs=0.05)
    paused = np.concatenate([pulses, np.zeros(16000, dtype=np.float32)])
    assert pitched_share(paused, 8000) > 0.95
    assert pitched_share(np.zeros(8000, dtype=np.float32), 8000) == 0
    slow = np.zeros(8000, dtype=np.float32)
    slow[::200] = 1
    assert pitched_share(slow, 8000) == 0


def test_noises(seed: int) -> None:
    """Coloured noise has the spectrum, all have the level, which is all that shuffling keeps."""
    rng = np.random.default_rng(seed)
    spectrum = recorded_metrics().training_spectrum
    coloured, white = coloured_noise(spectrum, 0.2, 64000, rng), white_noise(0.2, 64000, rng)
    assert root_mean_square(coloured) == pytest.approx(0.2, rel=1e-5)
    assert root_mean_square(white) == pytest.approx(0.2, rel=1e-5)
    assert spectrum_distance(long_term_spectrum(coloured), spectrum) < 3
    assert spectrum_distance(long_term_spectrum(white), spectrum) > 20
    speech = decode(committed_stretches()[0])
    mixed = shuffled(speech, rng)
    np.testing.assert_array_equal(np.sort(mixed), np.sort(speech))
    assert spectrum_distance(long_term_spectrum(mixed), spectrum) > 20


def test_training_speech_sounds_as_the_recipe_measured() -> None:
    """4 s of it are near the spectrum of all of it."""
    piece = committed_training()
    assert piece.shape == (32000,) and piece.dtype == np.uint8
    heard = long_term_spectrum(decode(piece))
    assert spectrum_distance(heard, recorded_metrics().training_spectrum) < 5


def test_metrics() -> None:
    document = json.loads((HERE / "metrics.json").read_text())
    found = recorded_metrics()
    nats = document["nats_per_sample"]["synthetic"]
    assert found.nats == {key: nats[key] for key in nats if key != "stretches"}
    assert (found.rate, found.training_spectrum.shape) == (8000, (129,))


def test_missing_metrics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics_module, "METRICS", tmp_path / "metrics.json")
    with pytest.raises(InputError, match=r"metrics\.json: cannot be read"):
        recorded_metrics()
    (tmp_path / "metrics.json").write_text('{"rate": 8000}')
    with pytest.raises(InputError, match="nats_per_sample"):
        recorded_metrics()

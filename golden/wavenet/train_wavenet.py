"""Recipe of the WaveNet: make speech, train, quantise, measure.

Needs tensorflow-cpu 2.19.1, and espeak-ng and alsa-utils (Debian packages) for the speech of
`golden.wavenet.speech`; everything else in the project only reads the files that this writes beside
itself:

    wavenet.tflite        the network: int8 in and out, per-channel weights, batch 1
    wavenet_float.tflite  the same network before quantisation (float32)
    held_out.npy          stretches of held-out synthetic speech: mu-law codes uint8 (8, 2049)
    calibration.npy       training speech that the scales are from: uint8 (42, 2048), synthetic
    training_speech.npy   the first 4 s of the training speech in one piece: uint8 (32000,)
    wavenet_input.npy     two stretches of held_out.npy as input codes: int8 (2, 1, 1, 2048, 1)
    metrics.json          negative log-likelihoods, spectra, versions, hashes

    python -m golden.wavenet.train_wavenet [--weights build/wavenet/weights.npz]

Training takes about 20 minutes on two cores and leaves its weights in build/wavenet; --weights
converts and measures such weights again. It is seeded, but another CPU, TensorFlow or espeak-ng
ends at other weights, so the committed files, not this script, are the network's definition.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import tensorflow as tf

from golden.tflite.importer import load_tflite
from golden.wavenet import likelihood, training
from golden.wavenet.mu_law import MU, SILENCE, decode
from golden.wavenet.network import Arrays, network
from golden.wavenet.spectrum import long_term_spectrum, spectrum_distance
from golden.wavenet.speech import RATE, Speech, make_speech
from golden.wavenet.stretches import (
    CALIBRATION_CODES,
    FLOAT_MODEL,
    HERE,
    INT8_MODEL,
    SAMPLES,
    STRETCHES,
    TRAINING_CODES,
    Codes,
    network_input,
    spread,
)

WEIGHTS = Path("build", "wavenet", "weights.npz")
CALIBRATION, MEASURED, COMMITTED, INPUTS = 40, 40, 8, 2
"""Stretches that set the scales, are measured, are committed, and are committed as inputs."""
SECONDS = 4
"""Of training speech that are committed in one piece."""


def convert(weights: Arrays, calibration: Codes | None) -> bytes:
    """Return the .tflite: full-integer int8 when `calibration` is given, else float32."""
    converter = tf.lite.TFLiteConverter.from_concrete_functions([network(weights)])
    if calibration is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([x] for x in network_input(calibration))
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.int8
        converter.inference_output_type = tf.int8
    return bytes(converter.convert())


def calibration_stretches(speech: Codes) -> Codes:
    """Stretches (n, SAMPLES) of speech, among them the first with each extreme code."""
    chosen = spread(speech, CALIBRATION)[:, :SAMPLES]
    firsts = [max(int(np.argmax(speech == code)) - SAMPLES // 2, 0) for code in (0, MU)]
    return np.concatenate([chosen, [speech[start : start + SAMPLES] for start in firsts]])


def trained(speech: Codes, path: Path | None) -> Arrays:
    """The weights kept at `path`; else newly trained, and kept at WEIGHTS."""
    if path is None:
        tf.keras.utils.set_random_seed(training.SEED)
        weights = training.train(speech)
        path = WEIGHTS
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **{name: variable.numpy() for name, variable in weights.items()})
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def require_same(weights: Arrays, codes: Codes) -> None:
    """ValueError unless the network as it was trained gives what the float .tflite gives."""
    expected = training.logits(weights, tf.constant(codes)).numpy()
    form = likelihood.on_tflite(FLOAT_MODEL.read_bytes())
    found = np.stack([form(x) for x in network_input(codes)]).reshape(expected.shape)
    difference = float(np.max(np.abs(found - expected)))
    if difference > 1e-3:
        raise ValueError(f"{FLOAT_MODEL.name} is not the network that was trained: {difference}")


def measure(speech: Speech, calibration: Codes, committed: Codes) -> dict[str, Any]:
    """Nats a sample of both files on held-out speech, and of this project's int8."""
    forms = {
        "float": likelihood.on_tflite(FLOAT_MODEL.read_bytes()),
        "int8": likelihood.on_tflite(INT8_MODEL.read_bytes()),
        "own_int8": likelihood.on_own_int8(load_tflite(FLOAT_MODEL), calibration),
    }
    parts = {
        "synthetic": spread(speech.synthetic, MEASURED),
        "recorded": spread(speech.recorded, MEASURED),
        "committed": committed,
    }
    return {
        part: {
            "stretches": len(codes),
            "without_context": likelihood.without_context(speech.training, codes[:, 1:]),
            **{name: likelihood.mean_likelihood(form, codes) for name, form in forms.items()},
        }
        for part, codes in parts.items()
    }


def spectra(speech: Speech) -> dict[str, Any]:
    """The training speech's long-term spectrum, and how far the held-out speech's is from it."""
    heard = long_term_spectrum(decode(speech.training))
    others = {"synthetic": speech.synthetic, "recorded": speech.recorded}
    return {
        "training_db": [round(float(level), 2) for level in heard],
        "distance_db": {
            name: round(spectrum_distance(heard, long_term_spectrum(decode(codes))), 2)
            for name, codes in others.items()
        },
    }


def main() -> None:
    """Run the recipe and write every file beside this script."""
    parser = argparse.ArgumentParser(description="Make the WaveNet.")
    parser.add_argument("--weights", type=Path, help="of an earlier run: convert and measure these")
    path = parser.parse_args().weights
    speech = make_speech()
    weights = trained(speech.training, path)
    calibration = calibration_stretches(speech.spoken)
    committed = spread(speech.synthetic, COMMITTED)
    FLOAT_MODEL.write_bytes(convert(weights, None))
    require_same(weights, committed[:1, :-1])
    INT8_MODEL.write_bytes(convert(weights, calibration))
    np.save(STRETCHES, committed)
    np.save(CALIBRATION_CODES, calibration)
    np.save(TRAINING_CODES, speech.training[: SECONDS * RATE])
    codes = committed[:INPUTS, np.newaxis, np.newaxis, :-1, np.newaxis].astype(np.int16) - SILENCE
    np.save(HERE / "wavenet_input.npy", codes.astype(np.int8))
    espeak = subprocess.run(["espeak-ng", "--version"], check=True, capture_output=True, text=True)
    metrics = {
        "nats_per_sample": measure(speech, calibration, committed),
        "spectrum": spectra(speech),
        "rate": RATE,
        "seconds": {name: round(len(part) / RATE, 1) for name, part in vars(speech).items()},
        "steps": training.STEPS,
        "seed": training.SEED,
        "sha256": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in (INT8_MODEL, FLOAT_MODEL, STRETCHES, CALIBRATION_CODES, TRAINING_CODES)
        },
        "versions": {
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            "keras": tf.keras.__version__,
            "scipy": scipy.__version__,
            "numpy": np.__version__,
            "espeak-ng": espeak.stdout.split()[3],
        },
    }
    (HERE / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    print(json.dumps(metrics, indent=2))


if __name__ == "__main__":
    main()

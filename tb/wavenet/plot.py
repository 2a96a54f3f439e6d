"""Draws the sounds: spectrograms of speech, of what was generated and of noise; their spectra."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.wavenet.metrics import Metrics
from golden.wavenet.spectrum import FRAME, long_term_spectrum
from tb.sweep.plot import require_matplotlib
from tb.wavenet.sounds import COLOURED, GENERATED, HELD_OUT, SHUFFLED, TRAINING, WHITE, Sound

COLOURS = {
    TRAINING: "#1b6ca8",
    HELD_OUT: "#7fb8e0",
    GENERATED: "#c0392b",
    COLOURED: "#8e44ad",
    SHUFFLED: "#e0a030",
    WHITE: "#999999",
}
SPECTROGRAMS = (TRAINING, GENERATED, COLOURED)
SECONDS = 2.0
"""Of each sound in its spectrogram, at most."""
STEP = FRAME // 8
"""Samples from one column of a spectrogram to the next."""
DEEPEST_DB = -70.0
"""Of the colours, below the loudest point."""
GRID = "#e2e2e2"


def draw(sounds: Sequence[Sound], first: int, metrics: Metrics, path: Path) -> None:
    """Write the picture to `path`, a .png. InputError where matplotlib is missing.

    Args:
        first: samples of the generated audio's first stream, the others behind it.
    """
    pyplot = require_matplotlib()
    named = {sound.name: sound for sound in sounds}
    figure = pyplot.figure(figsize=(15, 9), layout="constrained")
    grid = figure.add_gridspec(len(SPECTROGRAMS), 2, width_ratios=(3, 2))
    most = {GENERATED: first}
    for row, name in enumerate(SPECTROGRAMS):
        axes = figure.add_subplot(grid[row, 0])
        image = _spectrogram(axes, named[name], most.get(name), metrics.rate)
        if row == len(SPECTROGRAMS) - 1:
            axes.set_xlabel("seconds")
    figure.colorbar(image, ax=figure.axes, label="dB below the loudest", fraction=0.03, pad=0.01)
    _spectra(figure.add_subplot(grid[:, 1]), named, metrics)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def spectrogram(samples: NDArray[np.floating]) -> NDArray[np.float64]:
    """Power of Hann windows of FRAME samples every STEP, dB below the largest: (bands, frames)."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::STEP]
    power = np.abs(np.fft.rfft(frames * np.hanning(FRAME), axis=1)) ** 2
    decibels: NDArray[np.float64] = 10 * np.log10(np.maximum(power / power.max(), 1e-12))
    return decibels.T


def _spectrogram(axes: Any, sound: Sound, most: int | None, rate: int) -> Any:
    samples = sound.samples[:most][: int(SECONDS * rate)]
    image = axes.imshow(
        spectrogram(samples),
        origin="lower",
        aspect="auto",
        extent=(0, len(samples) / rate, 0, rate / 2000),
        vmin=DEEPEST_DB,
        vmax=0,
        cmap="magma",
    )
    axes.set_ylabel("kHz")
    axes.set_title(
        f"{sound.name}: loudness swings by {sound.swing_db:.1f} dB, "
        f"{100 * sound.pitched:.0f} % with a pitch",
        fontsize=11,
        color=COLOURS[sound.name],
        loc="left",
    )
    return image


def _spectra(axes: Any, named: dict[str, Sound], metrics: Metrics) -> None:
    """Long-term spectra; the training speech's is that of all of it."""
    bands = np.linspace(0, metrics.rate / 2000, FRAME // 2 + 1)
    for name, colour in COLOURS.items():
        whole = name == TRAINING
        levels = metrics.training_spectrum if whole else long_term_spectrum(named[name].samples)
        distance = "" if whole else f", {named[name].distance_db:.1f} dB"
        bold = 2.4 if name in (TRAINING, GENERATED) else 1.2
        axes.plot(bands, levels, color=colour, linewidth=bold, label=f"{name}{distance}")
    axes.set_title("long-term spectra, and their distance to training speech's", fontsize=11)
    axes.set_xlabel("kHz")
    axes.set_ylabel("dB below the loudest band")
    axes.set_xlim(0, metrics.rate / 2000)
    axes.grid(color=GRID)
    axes.legend(loc="lower left", frameon=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)

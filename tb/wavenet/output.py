"""Writes the result: what it sounds like, what it looks like, and the JSON."""

from pathlib import Path

from golden.audio import write_audio
from golden.wavenet.mu_law import decode
from pymodel.errors import InputError
from tb.json_file import write_json
from tb.wavenet.plot import draw
from tb.wavenet.result import Result
from tb.wavenet.sounds import COLOURED, TRAINING

NAME = "wavenet"


def write(result: Result, folder: Path) -> list[Path]:
    """Write NAME.json, with a picture NAME.png beside it if it is wanted, and NAME/*.wav.

    Returns what was written. InputError: something cannot be.
    """
    rate, codes = result.metrics.rate, result.generation.codes
    audio = {f"generated-{stream}": decode(row) for stream, row in enumerate(codes)}
    audio |= {
        "-".join(sound.name.split()): sound.samples
        for sound in result.sounds
        if sound.name in (TRAINING, COLOURED)
    }
    written = [folder / NAME / f"{name}.wav" for name in audio]
    try:
        for path, samples in zip(written, audio.values(), strict=True):
            write_audio(path, samples, rate)
        if result.options.plot:
            written.append(folder / f"{NAME}.png")
            draw(result.sounds, codes.shape[1], result.metrics, written[-1])
        written.append(folder / f"{NAME}.json")
        write_json(written[-1], result.document())
    except OSError as error:
        raise InputError(f"{folder}: cannot be written, {error.strerror}") from error
    return written

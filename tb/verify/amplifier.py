"""A .nam WaveNet on audio: all of it in the model, stretches of it to verify on the RTL too.

The audio is cut into stretches of `STRETCH` samples. Each is run behind as many samples before it
as an output depends on, so that its outputs are those of the whole audio, in one go or as a stream.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console

from golden.audio import Samples, read_audio
from golden.nam.importer import load_nam
from golden.nam.network import network_of, with_silence
from golden.nam.wavenet import WaveNet
from pymodel import quantised, real
from pymodel.datapath import Datapath
from pymodel.errors import InputError
from pymodel.network import Network
from pymodel.quantised import Scheme, ranges_of
from tb.verify.float_network import FloatSubject
from tb.verify.report import Audio
from tb.verify.subject import Inputs

SUFFIX = ".nam"
STRETCH = 8192
"""Samples; the last stretch of a file is filled with silence."""


@dataclass(frozen=True, eq=False)
class Amplifier:
    """The WaveNet of the file `model`, and what its network is given: the stretches of the audio,
    in order."""

    model: Path
    wavenet: WaveNet
    network: Network
    runs: Sequence[Inputs]
    samples: int

    @classmethod
    def on(cls, model: Path, source: Path | None, console: Console) -> "Amplifier":
        """Of a .nam file and a .wav file.

        Raises:
            InputError: a file cannot be used, or the audio is missing.
        """
        wavenet = load_nam(model)
        if source is None:
            raise InputError(f"{model}: needs audio to amplify; give INPUT=guitar.wav (--input)")
        audio, warnings = read_audio(source, wavenet.sample_rate)
        for warning in warnings:
            console.print(f"warning: {warning}", highlight=False)
        whole = -(-len(audio) // STRETCH) * STRETCH
        line = with_silence(wavenet, np.pad(audio, (0, whole - len(audio))))
        length = wavenet.history + STRETCH
        starts = range(0, whole, STRETCH)
        runs = [[line[np.newaxis, np.newaxis, at : at + length, np.newaxis]] for at in starts]
        return cls(model, wavenet, network_of(wavenet, length), runs, len(audio))

    def loudest(self, count: int) -> list[Inputs]:
        """So many stretches, those with the most energy first.

        Raises:
            InputError: there are fewer.
        """
        if count > len(self.runs):
            raise InputError(
                f"{self.model}: the audio has {len(self.runs)} stretches of {STRETCH:,} samples, "
                f"too few for {count} runs"
            )
        energy = [float(np.sum(inputs[0].astype(np.float64) ** 2)) for inputs in self.runs]
        order = np.argsort(energy)[::-1][:count]
        return [self.runs[place] for place in order]

    def subject(self, stretches: int, datapath: Datapath) -> FloatSubject:
        """The network on its loudest stretches."""
        runs = self.loudest(stretches)
        return FloatSubject(self.model, self.network, self.scheme(datapath), runs)

    def scheme(self, datapath: Datapath) -> Scheme:
        """By the least and largest values over all of the audio."""
        if datapath.format == "minifloat":
            return Scheme()
        return Scheme(ranges_of(self.network, self.runs))

    def audio(self, datapath: Datapath, scheme: Scheme) -> Audio:
        """What comes out of the float network, and of the datapath's."""
        (output,) = self.network.outputs
        brought = quantised.quantise(self.network, datapath, scheme)
        codec = brought.codecs[output]
        floats, decoded = [], []
        for inputs in self.runs:
            floats.append(self._kept(real.run(self.network, inputs)[output]))
            decoded.append(self._kept(codec.decode(quantised.run(brought, inputs)[output])))
        joined = (np.concatenate(parts)[: self.samples] for parts in (floats, decoded))
        return Audio(self.wavenet.sample_rate, *joined)

    def _kept(self, output: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> Samples:
        """A run's own samples."""
        return output.ravel()[self.wavenet.history :].astype(np.float32)

"""An amplifier as a stream on the RTL: dilations 1 to 512, kernel 3, every history in its ring."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from golden.audio import read_audio
from golden.nam.importer import load_nam
from golden.nam.network import network_of
from pymodel import quantised
from pymodel.array.config import ArrayConfig
from pymodel.post_processing import Int8Array
from pymodel.quantised import Scheme, ranges_of
from pymodel.stream import plan_stream
from tb.bulk.host import Simulation
from tb.bulk.plan import Settings
from tb.stream.replay import replay

LOUD = 20_000
"""Where in the recording it is played."""
SAMPLES = 1100
"""Past the longest window, of 1,025 samples, which then holds no padding."""


@dataclass(frozen=True, eq=False)
class Recording:
    """The next sample is the recording's, whatever comes out: int8 (samples, 1)."""

    codes: Int8Array

    def __call__(self, sample: int, _: Int8Array) -> Int8Array:
        pixel: Int8Array = self.codes[(sample + 1) % len(self.codes)]
        return pixel


@pytest.mark.slow
def test_stream_on_the_rtl_equals_the_batch(shared_data: Path) -> None:
    wavenet = load_nam(shared_data / "models" / "wavenet_a1_standard.nam")
    audio, _ = read_audio(shared_data / "models" / "input.wav", wavenet.sample_rate)
    inputs = [audio[LOUD : LOUD + SAMPLES].reshape(1, 1, -1, 1)]
    network = network_of(wavenet, SAMPLES)
    scheme = Scheme(ranges_of(network, [inputs]))
    brought = quantised.quantise(network, ArrayConfig().datapath, scheme)
    batch = quantised.run(brought, inputs)
    plan = plan_stream(brought.codes, brought.convolutions)
    assert max(ring.pixels for ring in plan.rings) == 1025
    codes = batch[network.inputs[0]].reshape(SAMPLES, 1).astype(np.int8)
    simulation = Simulation("verilator", Settings(ArrayConfig()))
    found = replay(plan, codes[0], Recording(codes), SAMPLES, simulation)
    assert (found.outputs, found.mismatches) == (SAMPLES * sum(plan.channels[1:]), 0)
    expected = batch[network.outputs[0]].reshape(SAMPLES, 1)
    assert np.array_equal(found.rtl, expected)
    assert len(np.unique(expected)) > 50

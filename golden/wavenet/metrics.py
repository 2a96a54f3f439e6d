"""What the recipe measured, as `metrics.json` records it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from golden.wavenet.stretches import HERE
from pymodel.errors import InputError

METRICS = HERE / "metrics.json"


@dataclass(frozen=True, eq=False)
class Metrics:
    """Attributes:
    rate: samples a second.
    nats: negative log-likelihood of a sample of held-out synthetic speech: `without_context`, by
        the `float` file, by the `int8` one, and by this project's quantisation, `own_int8`.
    training_spectrum: of all training speech, as `golden.wavenet.spectrum` gives it, dB.
    """

    rate: int
    nats: Mapping[str, float]
    training_spectrum: NDArray[np.float64]


def recorded_metrics() -> Metrics:
    """Those of the committed files. InputError: they cannot be read."""
    try:
        document = json.loads(METRICS.read_text(encoding="utf-8"))
        synthetic = document["nats_per_sample"]["synthetic"]
        return Metrics(
            rate=document["rate"],
            nats={name: value for name, value in synthetic.items() if name != "stretches"},
            training_spectrum=np.array(document["spectrum"]["training_db"], dtype=np.float64),
        )
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{METRICS}: cannot be read ({error!r})") from error

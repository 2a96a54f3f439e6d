"""Tells what was found: lines on the RTL's part, a table of the sounds, the verdict."""

from collections.abc import Mapping

from tb.command_line import aligned
from tb.verify.details import plural
from tb.verify.summary import summary
from tb.wavenet.replay import Replay
from tb.wavenet.result import Result
from tb.wavenet.sounds import LEAST_PITCHED, LEAST_S, LEAST_SWING_DB, MOST_DISTANCE_DB

HEADINGS = ("sound", "spectrum from training speech's", "loudness swings by", "with a pitch")


def lines(result: Result) -> list[str]:
    """All that is printed, the verdict last."""
    options, generation = result.options, result.generation
    seconds = options.samples / result.metrics.rate
    parts = {
        "layers": "left out" if result.layers is None else summary(result.layers),
        "generated": f"{plural(options.streams, 'stream')} of {options.samples:,} samples "
        f"({seconds:.1f} s) at temperature {options.temperature:g} in {generation.wall_s:.0f} s",
        "replayed": "left out" if result.replay is None else _replayed(result.replay),
        "held-out speech": _nats(result.metrics.nats),
    }
    rows = [
        HEADINGS,
        *(
            (one.name, _db(one.distance_db), _db(one.swing_db), _percent(one.pitched))
            for one in result.sounds
        ),
        (
            "no noise has",
            f"at most {_db(MOST_DISTANCE_DB)}",
            f"at least {_db(LEAST_SWING_DB)}",
            f"at least {_percent(LEAST_PITCHED)}",
        ),
    ]
    details = [] if result.replay is None else result.replay.details
    said = [f"{name}: {text}" for name, text in parts.items()]
    return [*said, *details, *aligned(rows), f"{result.verdict.upper()}: {_verdict(result)}"]


def _replayed(replay: Replay) -> str:
    return (
        f"{plural(replay.samples, 'sample')} of the first stream on the RTL, its own outputs fed "
        f"back: {replay.outputs:,} outputs, {replay.mismatches:,} mismatches against the model, "
        f"{replay.wall_s:.0f} s"
    )


def _nats(nats: Mapping[str, float]) -> str:
    """Likelihoods as the recipe measured them."""
    named = {
        "without_context": "without context",
        "float": "in float",
        "int8": "in int8",
        "own_int8": "in int8 by this project",
    }
    listed = ", ".join(f"{nats[key]:.2f} {words}" for key, words in named.items())
    return f"{listed} (negative log-likelihood in nats a sample)"


def _verdict(result: Result) -> str:
    """Each part in a few words."""
    layers, replay = result.layers, result.replay
    parts = ["layers left out" if layers is None else f"layers {layers.verdict}"]
    parts += ["samples left out" if replay is None else f"samples {replay.verdict}"]
    if result.like_speech is None:
        parts.append(f"less than {LEAST_S:g} s of audio, too little to tell from noise")
    else:
        parts.append("the audio is no noise" if result.like_speech else "the audio is like noise")
    return "; ".join(parts)


def _db(value: float) -> str:
    return f"{value:.1f} dB"


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.0f} %"

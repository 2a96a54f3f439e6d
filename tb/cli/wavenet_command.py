"""What the tests of `python -m tb.wavenet` share: the command in this process, a tame RTL."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from golden.wavenet.stretches import INT8_MODEL
from pymodel.stream import Stream, StreamPlan
from tb.stream.bench import Feedback
from tb.stream.replay import Replayed
from tb.verify.options import Options as VerifyOptions
from tb.verify.report import LayerReport, Report, Status
from tb.wavenet.__main__ import main
from tb.wavenet.layers import INPUT


@dataclass(frozen=True)
class Done:
    """A command that ended, and what it wrote."""

    status: int
    out: list[str]
    err: str
    folder: Path

    @property
    def document(self) -> dict[str, Any]:
        """The result."""
        found: dict[str, Any] = json.loads((self.folder / "wavenet.json").read_text())
        return found


Command = Callable[..., Done]


def make_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Return a function that runs the command with these arguments; results go to `folder`, without
    a picture."""

    def run(*arguments: str) -> Done:
        capsys.readouterr()
        status = main([*arguments, "--no-plot"], folder)
        printed = capsys.readouterr()
        return Done(status, printed.out.splitlines(), printed.err, folder)

    return run


def modelled(
    plan: StreamPlan, first: NDArray[np.int8], feedback: Feedback, samples: int, *_: Any
) -> Replayed:
    """What an RTL gives that is like the model, step by step."""
    stream, pixel = Stream(plan), first
    pixels, outputs, count = [], [], 0
    for sample in range(samples):
        pixels.append(pixel)
        outputs.append(stream.step(pixel[np.newaxis])[0])
        count += sum(value.size for value in stream.values[1:])
        pixel = feedback(sample, outputs[-1])
    logits = np.array(outputs)
    return Replayed(count, 0, None, logits, logits.copy(), np.array(pixels), 7, 0.5)


def report_of(mismatches: int) -> Callable[..., Report]:
    """What `make verify` finds: one layer of so many mismatches."""

    def verify(options: VerifyOptions, *_: Any) -> Report:
        assert (options.model, options.input) == (INT8_MODEL, INPUT)
        status: Status = "fail" if mismatches else "pass"
        row = LayerReport(
            0, "one", "CONV_2D", "double_away", 50, mismatches, "oracle", 0, status=status
        )
        return Report("wavenet", None, options.sim, 1, {}, {}, [row], "again", "wavenet-verilator")

    return verify

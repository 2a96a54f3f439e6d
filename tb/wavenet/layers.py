"""The WaveNet's layers on the RTL, as `make verify` checks any network."""

from pathlib import Path

from rich.console import Console

from golden.wavenet.stretches import HERE, INT8_MODEL
from tb.verify.command import verify
from tb.verify.options import parse_options
from tb.verify.report import Report, write_report
from tb.wavenet.options import Options

INPUT = HERE / "wavenet_input.npy"


def verify_layers(options: Options, folder: Path, console: Console) -> Report:
    """Every layer on two stretches of held-out speech; writes the result to `folder`."""
    words = ["--model", str(INT8_MODEL), "--input", str(INPUT)]
    words += ["--sim", options.sim, "--jobs", str(options.jobs)]
    report = verify(parse_options(words, None), console)
    write_report(report, folder)
    return report

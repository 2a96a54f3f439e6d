"""What the tests of `python -m tb.verify` share: the command in this process, its results aside."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import tb.verify.__main__ as command
from tb.verify.report import write_report


@dataclass(frozen=True)
class Done:
    """A command that ended: its exit status, what it printed, and the results it wrote, by run."""

    status: int
    out: str
    err: str
    documents: dict[str, Any]


Verify = Callable[..., Done]


def make_verify(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Verify:
    """Return a function that runs the command with these arguments; results go to `folder`."""
    monkeypatch.setattr(command, "write_report", partial(write_report, folder=folder))

    def verify(*arguments: str | Path) -> Done:
        capsys.readouterr()
        status = command.main([str(word) for word in arguments])
        printed = capsys.readouterr()
        documents = {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json")}
        return Done(status, printed.out, printed.err, documents)

    return verify

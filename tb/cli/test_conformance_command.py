"""`python -m golden.conformance`: what it writes, and its exit status."""

from pathlib import Path

import pytest

from golden import litert
from golden.conformance import __main__ as command
from golden.conformance.case import Sample
from golden.conformance.page import render
from golden.conformance.storage import load

SAMPLES = [Sample("FULLY_CONNECTED", "", "line", 2), Sample("SPLIT", "", "shapes", 2)]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Where a run of two small samples writes the map and its page."""
    paths = tmp_path / "map.json", tmp_path / "MAP.md"
    monkeypatch.setattr(command, "samples", lambda: SAMPLES)
    monkeypatch.setattr(command, "MAP", paths[0])
    monkeypatch.setattr(command, "PAGE", paths[1])
    return paths


def test_map_and_page(written: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([]) == 0
    found = load(written[0])
    assert written[1].read_text(encoding="utf-8") == render(found)
    assert {(tally.op, tally.cases) for tally in found.tallies} == {
        ("FULLY_CONNECTED", 2),
        ("SPLIT", 2),
    }
    assert "SPLIT shapes" in capsys.readouterr().out


def test_without_litert(
    written: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(litert, "available", lambda: False)
    assert command.main([]) == 2
    assert "LiteRT, the oracle, is not installed" in capsys.readouterr().err
    assert not any(path.exists() for path in written)

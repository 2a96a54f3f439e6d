"""Simulation binaries: built once for each content, kept under build/sim, listed with their time.

`python -m tb.builds` prints the list and writes it to build/build-times.json.
"""

import contextlib
import fcntl
import functools
import hashlib
import importlib.metadata
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cocotb

from tb.commands import COMPILE_FLAGS, TIMESCALE, Design, compile_commands
from tb.paths import BUILD_DIR
from tb.process import TimeLimit, execute, tail
from tb.simulators import Simulator
from tb.sources import included_files

BUILD_LIMIT_S = 900.0
_CACHE = BUILD_DIR / "sim"
_RECORD = "build.json"


class BuildFailed(Exception):
    """The simulator's compiler refused the design; the message holds the end of its log."""


def build(design: Design, sim: Simulator) -> Path:
    """Return the folder with the binary of `design`; build it if its content was not built before.

    Several processes may ask for the same design at once: one builds, the others wait for it.

    Raises:
        BuildFailed: the compiler failed, or ran past its limit.
    """
    key = _content_key(design, sim)
    folder = _CACHE / f"{design.toplevel}-{sim.name}-{key}"
    if (folder / _RECORD).is_file():
        return folder
    _CACHE.mkdir(parents=True, exist_ok=True)
    with _locked(folder.with_suffix(".lock")):
        if not (folder / _RECORD).is_file():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            started = time.monotonic()
            _compile(design, sim, folder)
            _record(design, sim, folder, time.monotonic() - started)
    return folder


def built() -> list[dict[str, Any]]:
    """Return the latest build of each design: toplevel, sim, parameters, flags, seconds."""
    paths = sorted(_CACHE.glob(f"*/{_RECORD}"), key=lambda path: path.stat().st_mtime)
    latest: dict[str, dict[str, Any]] = {}
    for path in paths:
        record = json.loads(path.read_text())
        design = [record[key] for key in ("toplevel", "sim", "parameters", "flags")]
        latest[json.dumps(design)] = record
    return [latest[design] for design in sorted(latest)]


def main() -> None:
    """Print each design that was built with its time, and write the list as JSON."""
    records = built()
    for record in records:
        parameters = " ".join(f"{name}={value}" for name, value in record["parameters"].items())
        design = f"{record['toplevel']:18} {record['sim']:9}"
        print(f"{record['seconds']:7.1f} s  {design} {parameters}".rstrip())
    print(f"{sum(record['seconds'] for record in records):7.1f} s  in {len(records)} builds")
    BUILD_DIR.mkdir(exist_ok=True)
    (BUILD_DIR / "build-times.json").write_text(json.dumps(records, indent=1) + "\n")


def _compile(design: Design, sim: Simulator, folder: Path) -> None:
    log = folder / "build.log"
    commands, environment = compile_commands(design, sim, folder)
    for command in commands:
        try:
            status = execute(command, cwd=folder, env=environment, log=log, timeout_s=BUILD_LIMIT_S)
        except TimeLimit as limit:
            raise BuildFailed(
                f"{design.toplevel} on {sim.name}: the build was {limit}; log: {log}"
            ) from None
        if status:
            raise BuildFailed(
                f"{design.toplevel} on {sim.name}: the build failed; log: {log}\n{tail(log)}"
            )


def _record(design: Design, sim: Simulator, folder: Path, seconds: float) -> None:
    """Drop the compiler's intermediate files, then mark the build as complete."""
    for path in folder.iterdir():
        if path.name not in (design.toplevel, f"{design.toplevel}.vvp", "build.log"):
            path.unlink() if path.is_file() else shutil.rmtree(path)
    record = {
        "toplevel": design.toplevel,
        "sim": sim.name,
        "parameters": dict(design.parameters),
        "flags": list(design.flags),
        "seconds": round(seconds, 2),
    }
    part = folder / "build.part"
    part.write_text(json.dumps(record))
    part.rename(folder / _RECORD)


def _content_key(design: Design, sim: Simulator) -> str:
    """Return a digest of everything that the binary depends on."""
    digest = hashlib.sha256()
    packages = [importlib.metadata.version(name) for name in ("cocotb", "cocotb-test")]
    compiler = _compiler_version() if sim.name == "verilator" else ""
    parameters = dict(sorted(design.parameters.items()))
    settings = [
        # Of files the text counts, not the place.
        replace(design, parameters=parameters, sources=(), includes=(), vlt=None),
        *(sim.name, sim.version, COMPILE_FLAGS[sim.name], TIMESCALE),
        *(packages, cocotb.__file__, compiler),
    ]
    digest.update(repr(settings).encode())
    vlt = [design.vlt] if design.vlt else []
    for path in [*design.sources, *vlt, *included_files(design.sources, design.includes)]:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


@functools.cache
def _compiler_version() -> str:
    return subprocess.run(["c++", "--version"], capture_output=True, text=True, check=True).stdout


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    main()

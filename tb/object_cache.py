"""Compile Verilator's own run-time library once, not once for each model: make's OBJCACHE.

Called by Verilator's makefiles as `object_cache.py <cache folder> <compiler command>`. A source of
the library is compiled into the cache under a digest of its command, its text and the compiler's
version, and copied from there; every other source goes straight to the compiler.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path


def main(cache: Path, command: list[str]) -> int:
    """Run `command`, or copy what it made before; return its exit status."""
    library = Path(os.environ["VERILATOR_ROOT"], "include").resolve()
    source = Path(command[-1]).resolve()
    if source.parent != library or "-o" not in command:
        return subprocess.run(command, check=False).returncode
    place = command.index("-o") + 1
    output = Path(command[place])
    with _locked(cache, _digest(command, source)) as stored:
        if not stored.is_file():
            part = stored.with_suffix(".part")
            command[place] = str(part)
            status = subprocess.run(command, check=False).returncode
            if status:
                return status
            part.rename(stored)
        shutil.copyfile(stored, output)
    return 0


def _digest(command: list[str], source: Path) -> str:
    version = subprocess.run([command[0], "--version"], capture_output=True, check=True).stdout
    text = source.read_bytes()
    return hashlib.sha256(repr(command).encode() + version + text).hexdigest()[:16]


@contextlib.contextmanager
def _locked(cache: Path, name: str) -> Iterator[Path]:
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield cache / f"{name}.o"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))

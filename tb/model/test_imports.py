"""pymodel needs NumPy and the standard library, and nothing else."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tb.paths import PROJECT_ROOT

PYMODEL = PROJECT_ROOT / "pymodel"
SOURCES = sorted(PYMODEL.rglob("*.py"))
MODULES = [
    ".".join(path.relative_to(PROJECT_ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in SOURCES
]
ALLOWED = sys.stdlib_module_names | {"numpy", "pymodel"}

IMPORT_ALL = """
import importlib, sys
import numpy.random
def packages():
    return {name.partition(".")[0] for name in sys.modules}
before = packages()
sys.path.insert(0, sys.argv[1])
for module in sys.argv[2:]:
    importlib.import_module(module)
print(*sorted(packages() - before - sys.stdlib_module_names))
"""
"""Prints the top-level packages that importing the modules loads besides NumPy and stdlib.

NumPy loads its random numbers, and with them Cython's modules, only when they are asked for."""


def imported(source: str) -> Iterator[str]:
    """Top-level names of all imports in the source, wherever they stand."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "pymodel" if node.level else str(node.module).partition(".")[0]


def loaded_by(root: Path, modules: list[str]) -> list[str]:
    """What importing the modules loads in a fresh interpreter that knows `root`."""
    command = [sys.executable, "-I", "-c", IMPORT_ALL, str(root), *modules]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout.split()


def test_every_module_imports_numpy_and_stdlib_alone() -> None:
    assert len(MODULES) > 20
    assert loaded_by(PROJECT_ROOT, MODULES) == ["pymodel"]


def test_the_check_sees_a_foreign_import(tmp_path: Path) -> None:
    (tmp_path / "guilty.py").write_text("import pytest\n", encoding="utf-8")
    assert "pytest" in loaded_by(tmp_path, ["guilty"])


@pytest.mark.parametrize("path", SOURCES, ids=MODULES)
def test_source_names_no_other_package(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert set(imported(source)) <= ALLOWED
    assert "importlib" not in source
    assert "__import__" not in source


def test_a_foreign_import_inside_a_function_is_found() -> None:
    assert set(imported("def f():\n    from golden.tflite import x\n")) == {"golden"}

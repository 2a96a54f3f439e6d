"""Which Verilog files a top level needs, and the text that a build depends on."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from pymodel.errors import InputError
from tb.paths import RTL_DIR

_INCLUDE = re.compile(r'^\s*`include\s+"([^"]+)"', re.MULTILINE)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_]\w*")
_DECLARATION = re.compile(
    r"\b(module|package|interface)\s+(?:(?:automatic|static)\s+)?([A-Za-z_]\w*)"
)
_VERILOG, _HEADERS = (".v", ".sv"), (".vh", ".svh", ".h")


def rtl_sources(top: str, rtl_dir: Path = RTL_DIR) -> list[Path]:
    """Return the files below `rtl_dir` that module `top` needs, its own first but for packages.

    A file is needed when a needed one speaks the name of a module that it declares. Building only
    those keeps a bench's cached build valid when an unrelated module changes.

    Raises:
        InputError: the folder is missing or holds no Verilog, nothing declares `top`, or two files
            declare one needed module.
    """
    texts = _verilog(rtl_dir)
    declared: dict[str, list[Path]] = {}
    packages = set()
    for path, text in texts.items():
        for kind, name in _DECLARATION.findall(text):
            declared.setdefault(name, []).append(path)
            packages |= {path} if kind == "package" else set()
    if top not in declared:
        raise InputError(f"{rtl_dir}: none of its {len(texts)} Verilog files declares module {top}")
    needed: list[Path] = []
    waiting = [top]
    for name in waiting:
        first = declared[name][0]
        others = [path for path in declared[name] if path != first]
        if others:
            both = " and ".join(str(path.relative_to(rtl_dir)) for path in (first, others[0]))
            raise InputError(f"{rtl_dir}: {both} both declare {name}; keep one below this folder")
        if first not in needed:
            needed.append(first)
            words = set(_WORD.findall(texts[first]))
            waiting += [other for other in declared if other in words and other not in waiting]
    # A package has to be read before its users, of which other packages may be one.
    return [path for path in reversed(needed) if path in packages] + [
        path for path in needed if path not in packages
    ]


def _verilog(rtl_dir: Path) -> dict[Path, str]:
    """Every Verilog file below the folder, with its text less comments."""
    if not rtl_dir.is_dir():
        raise InputError(f"{rtl_dir}: no such folder; give one with Verilog files")
    paths = sorted(path for path in rtl_dir.rglob("*") if path.suffix in _VERILOG)
    if not paths:
        raise InputError(f"{rtl_dir}: it holds no Verilog file ({', '.join(_VERILOG)})")
    return {path: _COMMENT.sub("", path.read_text(errors="replace")) for path in paths}


def header_folders(rtl_dir: Path) -> list[Path]:
    """Return `rtl_dir` and the folders below it in which include files lie."""
    found = {path.parent for path in rtl_dir.rglob("*") if path.suffix in _HEADERS}
    return [rtl_dir, *sorted(found - {rtl_dir})]


def included_files(sources: Iterable[Path], include_dirs: Sequence[Path]) -> list[Path]:
    """Return the files that `sources` include, directly or not; missing ones are left out."""
    found: list[Path] = []
    waiting = list(sources)
    while waiting:
        path = waiting.pop()
        for name in _INCLUDE.findall(path.read_text(errors="replace")):
            candidates = (folder / name for folder in (path.parent, *include_dirs))
            header = next((candidate for candidate in candidates if candidate.is_file()), None)
            if header is not None and header not in found:
                found.append(header)
                waiting.append(header)
    return sorted(found)

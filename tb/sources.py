"""Which Verilog files a top level needs, and the text that a build depends on."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tb.paths import RTL_DIR

_INCLUDE = re.compile(r'^\s*`include\s+"([^"]+)"', re.MULTILINE)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_]\w*")


def rtl_sources(top: str, rtl_dir: Path = RTL_DIR) -> list[Path]:
    """Return the RTL files that `top` needs, itself first.

    Each file holds the module it is named after, so a file is needed when a needed one speaks its
    name. Building only those keeps a bench's cached build valid when an unrelated module changes.

    Raises:
        FileNotFoundError: `rtl_dir` has no file for `top`.
    """
    files = {path.stem: path for path in sorted(rtl_dir.glob("*.v"))}
    if top not in files:
        raise FileNotFoundError(f"{rtl_dir}: no {top}.v")
    needed = [top]
    for name in needed:
        words = set(_WORD.findall(_COMMENT.sub("", files[name].read_text())))
        needed += [other for other in files if other in words and other not in needed]
    return [files[name] for name in needed]


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

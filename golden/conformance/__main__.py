"""Measures LiteRT's kernels against the model's rules: `python -m golden.conformance`.

Writes `golden/conformance/map.json`, and `MAP.md` from it.

Exit status: 0 both written, 2 LiteRT is not installed or the model refuses a case.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from golden.conformance.conformance_map import build
from golden.conformance.measure import measure
from golden.conformance.page import PAGE, render
from golden.conformance.samples import samples
from golden.conformance.storage import MAP, to_json
from pymodel.errors import InputError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m golden.conformance", description=__doc__)
    parser.parse_args(arguments)
    measured = []
    try:
        for sample in samples():
            measured.append((sample, measure(sample)))
            outputs = measured[-1][1]["reference"].outputs
            print(f"{sample.name}: {outputs} outputs", flush=True)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    found = build(measured)
    _write(MAP, to_json(found))
    _write(PAGE, render(found))
    print(f"written: {MAP} and {PAGE}")
    return 0


def _write(path: Path, text: str) -> None:
    """All of it or nothing."""
    new = path.with_name(f"{path.name}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


if __name__ == "__main__":
    sys.exit(main())

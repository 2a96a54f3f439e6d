"""Makes the golden vectors again: `python -m golden.generate [suite ...]`, all suites by default.

Exit status: 0 all written, 1 an oracle disagrees with pymodel (that case is not written), 2 bad
input, or an oracle is not installed.
"""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from golden.cases.build import build_case
from golden.cases.case import CASE_FILE, VECTORS
from golden.cases.encode import write_case
from golden.cases.manifest import load_manifest, manifest_path, suites
from golden.cases.oracle import OracleMismatch
from pymodel.errors import InputError


def generate(manifest: Path, folder: Path) -> int:
    """Write every case of `manifest` into `folder`, and remove cases that it no longer lists.

    Returns:
        How many were written.

    Raises:
        InputError: the manifest or a case in it is wrong, or LiteRT is needed and not installed.
        OracleMismatch: an oracle disagrees; that case and those after it are not written.
    """
    specs = load_manifest(manifest)
    for spec in specs:
        try:
            case = build_case(spec)
        except (InputError, OracleMismatch) as error:
            raise type(error)(f"{manifest}: case {spec.name}: {error}") from error
        write_case(case, folder / spec.name)
    listed = {spec.name for spec in specs}
    for path in sorted(folder.iterdir()):
        if path.name not in listed and (path / CASE_FILE).is_file():
            shutil.rmtree(path)
    return len(specs)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m golden.generate", description=__doc__)
    parser.add_argument("suite", nargs="*", help="suites to make again; all by default")
    try:
        for suite in parser.parse_args(arguments).suite or suites():
            count = generate(manifest_path(suite), VECTORS / suite)
            print(f"{suite}: {count} cases written to {VECTORS / suite}")
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OracleMismatch as error:
        print(f"mismatch: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

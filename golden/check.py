"""Checks the golden vectors: `python -m golden.check [suite ...]`, all suites by default.

Each case is made again from its manifest and compared, byte for byte, with its folder; the oracle
is asked again where it is installed. Writes `build/golden/check.json`.

Exit status: 0 all cases agree, 1 a case differs, 2 bad input.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from golden.cases.case import VECTORS
from golden.cases.compare import CaseResult, check_suite
from golden.cases.manifest import manifest_path, suites
from pymodel.errors import InputError

SCHEMA = 1
RESULT = Path(__file__).resolve().parents[1] / "build" / "golden" / "check.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m golden.check", description=__doc__)
    parser.add_argument("suite", nargs="*", help="suites to check; all by default")
    results: list[CaseResult] = []
    try:
        for suite in parser.parse_args(arguments).suite or suites():
            results += check_suite(suite, manifest_path(suite), VECTORS / suite)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for result in results:
        print(f"{result.suite}/{result.name}: {result.status}, {result.detail}")
    failed = sum(result.status != "pass" for result in results)
    _write(results, "fail" if failed else "pass")
    for package in sorted({package for result in results for package in result.missing}):
        unasked = sum(package in result.missing for result in results if result.status == "pass")
        print(f"{package} is not installed: the oracle of {unasked} cases was not asked again")
    print(f"golden vectors: {len(results) - failed} of {len(results)} cases agree")
    return 1 if failed else 0


def _write(results: list[CaseResult], verdict: str) -> None:
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    document = {"schema": SCHEMA, "verdict": verdict, "cases": [asdict(r) for r in results]}
    RESULT.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

"""Compares the folders of a suite with what its manifest gives today."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from golden.cases.build import build_case
from golden.cases.case import GoldenCase
from golden.cases.difference import difference
from golden.cases.encode import encode
from golden.cases.load import load_case
from golden.cases.manifest import CaseSpec, load_manifest
from golden.cases.oracle import OracleMismatch, missing
from golden.cases.prepare import prepare
from pymodel.errors import InputError


@dataclass(frozen=True)
class CaseResult:
    """The outcome for one case.

    Attributes:
        suite, name: of the case.
        status: pass or fail.
        detail: who confirmed the case, or what differs.
        missing: packages without which the oracles could not be asked anew; () where they were.
    """

    suite: str
    name: str
    status: Literal["pass", "fail"]
    detail: str
    missing: tuple[str, ...]


class CaseDiffers(Exception):
    """A case's folder isn't what its manifest gives."""


def check_suite(suite: str, manifest: Path, folder: Path) -> list[CaseResult]:
    """Check every case of `manifest` against `folder`, and that nothing else lies there.

    Raises:
        InputError: the manifest, or a case in it, is wrong.
    """
    specs = load_manifest(manifest)
    results = [check_case(suite, spec, folder / spec.name) for spec in specs]
    listed = {spec.name for spec in specs}
    present = sorted(folder.iterdir()) if folder.is_dir() else []
    results += [
        CaseResult(suite, path.name, "fail", f"{path} is not in {manifest}", ())
        for path in present
        if path.name not in listed
    ]
    return results


def check_case(suite: str, spec: CaseSpec, folder: Path) -> CaseResult:
    """Check one case of a manifest against its folder.

    Raises:
        InputError: the case describes no possible op.
    """
    absent = missing(prepare(spec))
    try:
        try:
            stored = load_case(folder)
        except InputError as error:
            raise CaseDiffers(str(error)) from error
        case = build_case(spec, recorded_oracle=stored.oracle if absent else None)
        _compare(case, stored, folder)
    except (CaseDiffers, OracleMismatch) as error:
        return CaseResult(suite, spec.name, "fail", str(error), absent)
    return CaseResult(suite, spec.name, "pass", case.oracle, absent)


def _compare(case: GoldenCase, stored: GoldenCase, folder: Path) -> None:
    """CaseDiffers unless the folder holds exactly the case's files; tensors are named first."""
    for name, values in case.tensors.items():
        differs = difference(values, stored.tensors[name])
        if differs:
            raise CaseDiffers(f"{folder / name}.npy: {differs}")
    files = encode(case)
    for name, content in files.items():
        if (folder / name).read_bytes() != content:
            raise CaseDiffers(f"{folder / name}: differs from what the manifest gives today")
    unknown = sorted(path.name for path in folder.iterdir() if path.name not in files)
    if unknown:
        raise CaseDiffers(f"{folder}: holds files that are no part of the case: {unknown}")

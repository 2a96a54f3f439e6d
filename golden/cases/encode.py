"""Writes a golden case as a folder: case.json, and each tensor as .npy and as .hex."""

import hashlib
import io
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from golden.cases.case import CASE_FILE, SCHEMA, GoldenCase, to_hex, to_json
from pymodel.errors import InputError


def encode(case: GoldenCase) -> dict[str, bytes]:
    """The files of the case's folder by name, the same on every machine."""
    files: dict[str, bytes] = {}
    tensors: dict[str, object] = {}
    for name, values in case.tensors.items():
        npy, text = _to_npy(values), to_hex(values)
        files |= {f"{name}.npy": npy, f"{name}.hex": text}
        tensors[name] = {
            "dtype": values.dtype.name,
            "shape": list(values.shape),
            "npy_sha256": hashlib.sha256(npy).hexdigest(),
            "hex_sha256": hashlib.sha256(text).hexdigest(),
        }
    conv = case.convolution
    document = {
        "schema": SCHEMA,
        "name": case.name,
        "corner": case.corner,
        "op": case.op,
        "seed": case.seed,
        "oracle": case.oracle,
        "geometry": asdict(conv.geometry),
        "datapath": asdict(case.datapath),
        "requantise": {
            "rule": conv.requantise.rule,
            "zero_point": conv.requantise.zero_point,
            "clamp_min": conv.requantise.clamp_min,
            "clamp_max": conv.requantise.clamp_max,
        },
        "x_zero_point": conv.x_zero_point,
        "w_zero_point": conv.w_zero_point,
        "scales": case.scales,
        "tensors": tensors,
    }
    return {CASE_FILE: to_json(document), **files}


def write_case(case: GoldenCase, folder: Path) -> None:
    """Write the case's folder, whole or not at all, in place of one that was there.

    Raises:
        InputError: the folder can't be written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise InputError(f"{folder}: cannot be written, {error.strerror}") from error
    try:
        new = scratch / "new"
        new.mkdir()
        for name, content in encode(case).items():
            (new / name).write_bytes(content)
        if folder.exists():
            folder.rename(scratch / "old")
        new.rename(folder)
    finally:
        shutil.rmtree(scratch)


def _to_npy(values: NDArray[np.generic]) -> bytes:
    file = io.BytesIO()
    np.save(file, values, allow_pickle=False)
    return file.getvalue()

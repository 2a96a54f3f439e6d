"""Reads golden cases, and believes no file whose hash, dtype or shape isn't what case.json says."""

import hashlib
import io
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.cases.case import CASE_FILE, SCHEMA, VECTORS, GoldenCase, tensor_dtypes
from golden.cases.manifest import load_manifest, manifest_path
from golden.tflite.layers import MAC_OPS
from pymodel.convolution import Convolution
from pymodel.datapath_json import datapath_of
from pymodel.errors import InputError
from pymodel.geometry import ConvGeometry
from pymodel.network.checked_json import Kind, items, located, read_object
from pymodel.network.checked_json import fields as checked_fields
from pymodel.requantise import ARRAY_RULES, Requantise

CASE_KEYS: dict[str, Kind] = {
    "schema": int,
    "name": str,
    "corner": str,
    "op": str,
    "seed": int,
    "oracle": str,
    "geometry": dict,
    "datapath": dict,
    "requantise": dict,
    "x_zero_point": int,
    "w_zero_point": int,
    "scales": dict,
    "tensors": dict,
}
REQUANTISE_KEYS: dict[str, Kind] = {
    "rule": str,
    "zero_point": int,
    "clamp_min": int,
    "clamp_max": int,
}
SCALE_KEYS: dict[str, Kind] = {"input": list, "weights": list, "output": list}
TENSOR_KEYS: dict[str, Kind] = {
    "dtype": str,
    "shape": list,
    "npy_sha256": str,
    "hex_sha256": str,
}


def load_suite(suite: str) -> tuple[GoldenCase, ...]:
    """Every case of a suite, in the manifest's order.

    Raises:
        InputError: an unknown suite, a bad manifest, or what `load_case` refuses.
    """
    specs = load_manifest(manifest_path(suite))
    return tuple(load_case(VECTORS / suite / spec.name) for spec in specs)


def load_case(folder: Path) -> GoldenCase:
    """Read a case's folder and verify every file's hash, dtype and shape.

    Raises:
        InputError: a file is missing, unreadable or has another hash than case.json says, or a
            field is unknown, missing or wrong; it names the file and the field.
    """
    path = folder / CASE_FILE
    stored = checked_fields(read_object(path), str(path), CASE_KEYS)
    if stored["schema"] != SCHEMA:
        raise InputError(f"{path}: schema must be {SCHEMA}, found {stored['schema']}")
    if stored["name"] != folder.name:
        raise InputError(f"{path}: name must be the folder's, found {stored['name']!r}")
    if stored["op"] not in MAC_OPS:
        raise InputError(f"{path}: op must be one of {', '.join(MAC_OPS)}, found {stored['op']!r}")
    requantise = checked_fields(stored["requantise"], f"{path}: requantise", REQUANTISE_KEYS)
    scales = checked_fields(stored["scales"], f"{path}: scales", SCALE_KEYS)
    for key, values in scales.items():
        items(values, f"{path}: scales.{key}", float)
    geometry_kinds: dict[str, Kind] = {field.name: int for field in fields(ConvGeometry)}
    geometry = checked_fields(stored["geometry"], f"{path}: geometry", geometry_kinds)
    datapath = datapath_of(stored["datapath"], f"{path}: datapath")
    tensors = _tensors(folder, stored["tensors"], tensor_dtypes(datapath), f"{path}: tensors")
    with located(str(path)):
        rules = ARRAY_RULES[datapath.format]
        if requantise["rule"] not in rules:
            raise InputError(
                f"requantise.rule must be one of {', '.join(rules)}, found {requantise['rule']!r}"
            )
        return GoldenCase(
            name=stored["name"],
            corner=stored["corner"],
            op=stored["op"],
            seed=stored["seed"],
            datapath=datapath,
            convolution=Convolution(
                name=stored["name"],
                geometry=ConvGeometry(**geometry),
                weights=_ohwi(tensors["weights"], stored["op"]),
                bias=tensors["bias"],
                x_zero_point=stored["x_zero_point"],
                w_zero_point=stored["w_zero_point"],
                requantise=_requantise(tensors, requantise),
            ),
            x=tensors["input"],
            expected=tensors["output"],
            scales=scales,
            oracle=stored["oracle"],
        )


def _requantise(tensors: dict[str, NDArray[Any]], stored: dict[str, Any]) -> Requantise:
    """The real multiplier is what multiplier and shift say; what a format has not is 0."""
    none = np.zeros(tensors["bias"].shape, dtype=np.int32)
    multiplier, shift = (tensors.get(name, none) for name in ("multiplier", "shift"))
    scale = np.ldexp(multiplier.astype(np.float64), shift - 31)
    return Requantise(multiplier=multiplier, shift=shift, scale=scale, **stored)


def _tensors(
    folder: Path, value: object, dtypes: dict[str, np.dtype[Any]], where: str
) -> dict[str, NDArray[Any]]:
    kinds: dict[str, Kind] = dict.fromkeys(dtypes, dict)
    found = checked_fields(value, where, kinds)
    return {
        name: _tensor(folder, name, found[name], dtype, f"{where}.{name}")
        for name, dtype in dtypes.items()
    }


def _tensor(
    folder: Path, name: str, value: object, expected: np.dtype[Any], where: str
) -> NDArray[Any]:
    stored = checked_fields(value, where, TENSOR_KEYS)
    shape = items(stored["shape"], f"{where}.shape", int)
    _verified(folder / f"{name}.hex", stored["hex_sha256"], f"{where}.hex_sha256")
    path = folder / f"{name}.npy"
    content = _verified(path, stored["npy_sha256"], f"{where}.npy_sha256")
    try:
        loaded = np.load(io.BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise InputError(f"{path}: not a readable .npy file, {error}") from error
    if not isinstance(loaded, np.ndarray) or loaded.dtype != expected or loaded.shape != shape:
        raise InputError(f"{path}: must hold {expected} of the shape in {where}, {shape}")
    if stored["dtype"] != expected.name:
        raise InputError(f"{where}.dtype: must be {expected}, found {stored['dtype']!r}")
    return loaded


def _verified(path: Path, expected: str, where: str) -> bytes:
    """The file's content, whose SHA-256 must be `expected`."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read, {error.strerror}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise InputError(f"{path}: SHA-256 must be {expected}, as {where} says, found {found}")
    return content


def _ohwi(weights: NDArray[Any], op: str) -> NDArray[Any]:
    """Weights in pymodel's layout; DEPTHWISE_CONV_2D is stored 1HWC."""
    if op == "DEPTHWISE_CONV_2D" and weights.ndim == 4:
        return np.ascontiguousarray(weights.transpose(3, 1, 2, 0))
    return weights

"""Networks: consistency, the folder that keeps them, and every way in which it can be wrong."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pymodel.errors import InputError
from pymodel.network import ABSENT, Layer, Network, Tensor, load, save


def example() -> Network:
    """One FULLY_CONNECTED without bias, per-channel weights."""
    return Network(
        name="example",
        tensors=(
            Tensor(
                0,
                "x",
                (1, 2),
                "int8",
                np.array([0.1], dtype=np.float32),
                np.array([-3], dtype=np.int64),
            ),
            Tensor(
                1,
                "w",
                (3, 2),
                "int8",
                np.array([1e-3, 0.3, 2.0], dtype=np.float32),
                np.zeros(3, dtype=np.int64),
                0,
                np.arange(6).astype(np.int8).reshape(3, 2),
            ),
            Tensor(
                2,
                "y",
                (1, 3),
                "int8",
                np.array([0.7], dtype=np.float32),
                np.array([127], dtype=np.int64),
            ),
        ),
        layers=(
            Layer(
                0,
                "dense",
                "FULLY_CONNECTED",
                (0, 1, ABSENT),
                (2,),
                {"fused_activation": "RELU", "keep_num_dims": True, "beta": 0.5, "n": 2},
            ),
        ),
        inputs=(0,),
        outputs=(2,),
    )


def assert_same(a: Network, b: Network) -> None:
    assert (a.name, a.layers, a.inputs, a.outputs) == (b.name, b.layers, b.inputs, b.outputs)
    for left, right in zip(a.tensors, b.tensors, strict=True):
        for field in ("index", "name", "shape", "dtype", "axis"):
            assert getattr(left, field) == getattr(right, field)
        for field in ("scale", "zero_point", "data"):
            found, expected = getattr(right, field), getattr(left, field)
            assert (found is None) == (expected is None)
            if expected is not None:
                assert found.dtype == expected.dtype
                np.testing.assert_array_equal(found, expected)


def test_a_saved_network_loads_the_same(tmp_path: Path) -> None:
    save(example(), tmp_path / "net")
    assert_same(example(), load(tmp_path / "net"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net"]
    files = sorted(path.name for path in (tmp_path / "net").iterdir())
    assert files == ["network.json", "tensor_0001.npy"]


def test_saving_twice_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save(example(), tmp_path / name)
    for file in ("network.json", "tensor_0001.npy"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_saving_replaces_a_network(tmp_path: Path) -> None:
    save(example(), tmp_path / "net")
    save(replace(example(), name="second"), tmp_path / "net")
    assert load(tmp_path / "net").name == "second"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net"]


def test_a_failed_save_leaves_the_old_network_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(example(), tmp_path / "net")

    def full_disk(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full_disk)
    with pytest.raises(InputError, match=r"net: cannot be written, No space left on device"):
        save(replace(example(), name="second"), tmp_path / "net")
    assert load(tmp_path / "net").name == "example"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net"]


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(InputError, match=r"exists and holds no network\.json"):
        save(example(), tmp_path)
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "years of work"


Document = dict[str, Any]


def _set(*path: str | int, value: Any) -> Callable[[Document], None]:
    """A change that puts `value` at the path, adding the last key if it is new."""

    def change(document: Document) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def _delete(*path: str | int) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_set("schema", value=2), "schema must be 1, found 2"),
        (_set("extra", value=1), "unknown key 'extra'"),
        (_delete("inputs"), "key 'inputs' is missing"),
        (_set("tensors", value={}), "tensors must be list, found {}"),
        (_set("tensors", 1, "colour", value=1), r"tensors\[1\]: unknown key 'colour'"),
        (_delete("tensors", 1, "shape"), r"tensors\[1\]: key 'shape' is missing"),
        (_set("tensors", 1, "name", value=3), r"tensors\[1\]: name must be str, found 3"),
        (_set("tensors", 0, value=7), r"tensors\[0\]: must be an object, found int"),
        (_set("tensors", 1, "axis", value=True), r"tensors\[1\]: axis must be int, found True"),
        (_set("tensors", 1, "shape", 0, value="3"), r"tensors\[1\].shape\[0\]: must be int"),
        (_set("tensors", 1, "shape", value=[3, -2]), "tensor w: shape must not be negative"),
        (_set("tensors", 1, "shape", value=[2, 3]), "tensor w: .* scales do not fit axis 0"),
        (
            _set("tensors", 1, "shape", value=[3, 3]),
            r"tensors\[1\] \(tensor_0001.npy\): tensor w: data must be int8 of shape \(3, 3\), "
            "found",
        ),
        (_set("tensors", 1, "dtype", value="int32"), "tensor w: data must be int32"),
        (_set("tensors", 1, "scale", value=[0.1]), "must be lists of one length"),
        (_set("tensors", 1, "scale", 0, value=None), r"tensors\[1\].scale\[0\]: must be float"),
        (_set("tensors", 1, "zero_point", 0, value=2**63), "zero_point: must fit 64 bits"),
        (_set("tensors", 1, "index", value=5), "tensor w stands at 1 but has index 5"),
        (_set("tensors", 1, "data", value="../net/tensor_0001.npy"), "name without a folder"),
        (_set("tensors", 1, "data", value="none.npy"), "none.npy: no such file, though"),
        (_set("tensors", 1, "data", value="network.json"), "network.json: not a readable .npy"),
        (_set("layers", 0, "op", value=1), r"layers\[0\]: op must be str, found 1"),
        (_set("layers", 0, "inputs", value=[0, 3]), "inputs of layer dense name tensor 3"),
        (_set("layers", 0, "inputs", value=[0, -2]), "inputs of layer dense name tensor -2"),
        (_set("layers", 0, "outputs", value=[-1]), "outputs of layer dense name tensor -1"),
        (_set("layers", 0, "outputs", value=[0.5]), r"layers\[0\].outputs\[0\]: must be int"),
        (_set("layers", 0, "attributes", "beta", value=[]), r"attributes.beta\[0\]: must be str"),
        (_set("layers", 0, "index", value=1), "layer dense stands at 0 but has index 1"),
        (_set("outputs", value=[9]), "network outputs name tensor 9, but there are 3 tensors"),
    ],
)
def test_a_wrong_document(tmp_path: Path, change: Callable[[Document], None], message: str) -> None:
    save(example(), tmp_path / "net")
    path = tmp_path / "net" / "network.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        load(tmp_path / "net")
    assert str(tmp_path / "net") in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b"[]", "must be an object, found list"),
        (b"[" * 100_000, "not valid JSON"),
    ],
)
def test_a_file_that_is_no_document(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "network.json").write_bytes(content)
    with pytest.raises(InputError, match=rf"network\.json: {message}"):
        load(tmp_path)


def test_no_network_at_all(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"network\.json: no such file"):
        load(tmp_path / "nowhere")


def test_a_truncated_constant(tmp_path: Path) -> None:
    save(example(), tmp_path / "net")
    path = tmp_path / "net" / "tensor_0001.npy"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"tensor_0001\.npy: not a readable \.npy file"):
        load(tmp_path / "net")


def test_pickled_constants_are_never_loaded(tmp_path: Path) -> None:
    save(example(), tmp_path / "net")
    pickled = np.array([[print, 1]] * 3, dtype=object)
    np.save(tmp_path / "net" / "tensor_0001.npy", pickled, allow_pickle=True)
    with pytest.raises(InputError, match=r"tensor_0001\.npy: not a readable \.npy file"):
        load(tmp_path / "net")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scale": np.array([0.1])}, "must be float32 and int64, found float64"),
        ({"zero_point": np.array([0], dtype=np.int8)}, "must be float32 and int64"),
    ],
)
def test_tensor_parameters_have_one_dtype(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=f"tensor x: .*{message}"):
        replace(example().tensors[0], **changes)

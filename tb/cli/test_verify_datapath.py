"""`python -m tb.verify --datapath`: float networks on a datapath, and what is refused."""

import json
import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from golden.demo.held_out import FLOAT_MODEL, held_out
from golden.tflite.importer import load_tflite
from golden.tflite.op_writer import Operand, write_op
from pymodel.convolution import Convolution, exact_sums
from pymodel.datapath_json import datapath_of
from pymodel.network import Network, save
from pymodel.presets import preset
from tb.bulk.host import run_bulk
from tb.bulk.plan import Record
from tb.cli.verify_command import Done, Verify, make_verify
from tb.verify.inputs import DEMO_MODEL

ARRAY = ("--ic-lanes", "4", "--oc-lanes", "4")
RUN = "digits_float-verilator"
STAGES_WITH_EVENTS = {
    "dfp8_trunc4": {"product", "output"},
    "pow2_w4": {"output"},
    "minifloat_e4m3": {"psum", "output"},
}
"""On the demo network, whose sums of 8-bit products are exact in float32 up to the psum."""


@pytest.fixture
def verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Verify:
    return make_verify(tmp_path / "results", monkeypatch, capsys)


@pytest.fixture
def network() -> Network:
    return load_tflite(FLOAT_MODEL)


def document(done: Done, run: str) -> dict[str, Any]:
    found: dict[str, Any] = done.documents[run]
    return found


@pytest.mark.parametrize(
    "name",
    [
        "dfp8_trunc4",
        pytest.param("pow2_w4", marks=pytest.mark.slow),
        pytest.param("minifloat_e4m3", marks=pytest.mark.slow),
    ],
)
def test_demo_network(verify: Verify, name: str) -> None:
    """Without a model: the float demo network, a held-out digit, every layer, noise and events."""
    done = verify("--datapath", name, *ARRAY)
    found = document(done, f"{RUN}-{name}")
    layers = found["layers"]
    assert (done.status, found["verdict"], found["runs"]) == (0, "pass", 1)
    assert [layer["mismatches"] for layer in layers] == [0, 0, 0, None, 0, None, 0]
    assert {layer["oracle"] for layer in layers} == {None}
    datapath = datapath_of(found["datapath"], "result")
    assert datapath == replace(preset(name), ic_lanes=4, oc_lanes=4)
    for layer in layers:
        on_array = layer["mismatches"] is not None
        assert layer["status"] == ("pass" if on_array else "model_only")
        assert 3.0 < layer["sqnr_db"] < 60.0
        assert (layer["events"] is None) is not on_array
    events = [layer["events"] for layer in layers if layer["events"] is not None]
    assert all(events)
    assert {stage for each in events for stage in each} == STAGES_WITH_EVENTS[name]
    assert events[1]["output"]["saturated"] > 100, "RELU is a clamp"
    assert "SQNR dB" in done.out.splitlines()[0]
    last = f"; SQNR of the last layer {layers[-1]['sqnr_db']:.1f} dB; "
    assert last in done.out.splitlines()[-1]


def test_events_are_those_of_the_cut(verify: Verify) -> None:
    """A datapath that cuts nothing and never saturates has events at the output alone."""
    found = document(verify("--datapath", "dfp8", *ARRAY), f"{RUN}-dfp8")
    assert {stage for layer in found["layers"] for stage in layer["events"] or {}} == {"output"}


def test_moving_ops_are_exact_on_codes(verify: Verify, network: Network) -> None:
    """PAD and RESHAPE add no noise to that of their input."""
    layers = document(verify("--datapath", "dfp8", *ARRAY), f"{RUN}-dfp8")["layers"]
    assert [layer["rule"] for layer in layers] == [
        "exact" if layer.op in ("PAD", "RESHAPE") else "nearest_away" for layer in network.layers
    ]
    for place in (3, 5):
        assert layers[place]["sqnr_db"] == pytest.approx(layers[place - 1]["sqnr_db"])


def test_a_file_a_folder_and_inputs(verify: Verify, tmp_path: Path, network: Network) -> None:
    """A datapath in JSON, a saved network, inputs from a file: the same as preset and .tflite."""
    path = tmp_path / "mine.json"
    mine = replace(preset("dfp8"), name="my ../dfp8", ic_lanes=4, oc_lanes=4)
    path.write_text(json.dumps({"schema": 1} | asdict(mine)))
    save(replace(network, name="saved"), tmp_path / "saved")
    np.save(tmp_path / "x.npy", held_out().images[:2, np.newaxis])
    inputs = ("--input", tmp_path / "x.npy")
    done = verify("--datapath", path, "--model", tmp_path / "saved", *inputs)
    first = document(done, "saved-verilator-my_.._dfp8")
    assert (done.status, first["runs"]) == (0, 2)
    assert re.fullmatch("[0-9a-f]{64}", first["model_sha256"])
    file = tmp_path / "saved" / "network.json"
    done = verify("--datapath", "dfp8", *ARRAY, "--model", file, *inputs)
    second = document(done, "saved-verilator-dfp8")
    for a, b in zip(first["layers"], second["layers"], strict=True):
        assert (a["sqnr_db"], a["events"]) == (b["sqnr_db"], b["events"])


def test_affine_datapath_of_an_int8_network(verify: Verify) -> None:
    """As without: LiteRT is the oracle, and there is no float network to compare with."""
    done = verify("--model", DEMO_MODEL, "--datapath", "int8_tree_first", *ARRAY)
    found = document(done, "digits-verilator-int8_tree_first")
    assert (done.status, found["datapath"]["order"]) == (0, "tree_first")
    assert [layer["oracle_mismatches"] for layer in found["layers"]] == [0] * 7
    assert {layer["sqnr_db"] for layer in found["layers"]} == {None}


def test_suite_of_one_datapath(verify: Verify) -> None:
    done = verify("--suite", "formats", "--datapath", "dfp8_narrow")
    found = document(done, "formats-verilator-dfp8_narrow")
    assert (done.status, found["verdict"]) == (0, "pass")
    assert {layer["datapath"] for layer in found["layers"]} <= {"dfp8_narrow", None}
    assert len(found["layers"]) > 5


def test_an_exact_layer_has_no_noise(verify: Verify, tmp_path: Path) -> None:
    """A ratio that is infinite: null in the result, `exact` in the table."""
    w = Operand("w", (1, 2), "float32", data=np.array([[0.5, 0.25]], dtype=np.float32))
    b = Operand("b", (1,), "float32", data=np.zeros(1, dtype=np.float32))
    x, y = Operand("x", (1, 2), "float32"), Operand("y", (1, 1), "float32")
    (tmp_path / "dense.tflite").write_bytes(write_op("FULLY_CONNECTED", [x, w, b], [y]))
    np.save(tmp_path / "x.npy", np.array([[1.0, 0.5]], dtype=np.float32))
    arguments = ("--model", tmp_path / "dense.tflite", "--input", tmp_path / "x.npy", *ARRAY)
    done = verify(*arguments, "--datapath", "dfp8")
    assert document(done, "dense-verilator-dfp8")["layers"][0]["sqnr_db"] is None
    assert re.search(r" exact ", done.out) and "SQNR of" not in done.out


def test_counters_that_differ_fail_the_layer(
    verify: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One event of one layer too many in the RTL's counters."""

    def one_more(*arguments: Any) -> list[Record]:
        records: list[Record] = run_bulk(*arguments)
        events = list(records[0].events)
        events[5 * 5] += 1
        return [replace(records[0], events=events), *records[1:]]

    monkeypatch.setattr("tb.verify.rtl_rows.run_bulk", one_more)
    done = verify("--datapath", "dfp8", *ARRAY)
    found = document(done, f"{RUN}-dfp8")
    assert (done.status, found["verdict"], found["layers"][0]["status"]) == (1, "fail", "fail")
    assert found["layers"][0]["mismatches"] == 0
    line = "RTL counts other numeric events than the model: output saturated 1, the model 0"
    assert line in done.out


def test_a_short_cut_that_is_not_the_reduction(
    verify: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The RTL agrees with the reduction; the exact product, which the chain took, does not."""

    def off(conv: Convolution, x: NDArray[np.signedinteger]) -> NDArray[np.int64]:
        return exact_sums(conv, x) + (4096 if conv.geometry.in_channels == 1 else 0)

    monkeypatch.setattr("pymodel.layer.exact_sums", off)
    done = verify("--datapath", "dfp8", *ARRAY)
    first, *others = document(done, f"{RUN}-dfp8")["layers"]
    assert (done.status, first["status"], first["mismatches"]) == (1, "fail", 0)
    assert {other["status"] for other in others} == {"pass", "model_only"}
    assert re.search(r"\(CONV_2D\): model: [\d,]+ outputs of its exact product are not", done.out)


def test_a_layer_that_the_array_cannot_hold(verify: Verify, tmp_path: Path) -> None:
    """One window of 40,000 taps: it is not checked, and the verdict says so."""
    drawn = np.random.default_rng(1).normal(size=(1, 200, 200, 1)).astype(np.float32)
    w = Operand("w", (1, 200, 200, 1), "float32", data=drawn)
    b = Operand("b", (1,), "float32", data=np.zeros(1, dtype=np.float32))
    x, y = Operand("x", (1, 200, 200, 1), "float32"), Operand("y", (1, 1, 1, 1), "float32")
    options = {"padding": 1, "stride_h": 1, "stride_w": 1}
    (tmp_path / "wide.tflite").write_bytes(write_op("CONV_2D", [x, w, b], [y], options))
    done = verify("--model", tmp_path / "wide.tflite", "--datapath", "dfp8", *ARRAY)
    found = document(done, "wide-verilator-dfp8")
    assert (done.status, found["verdict"]) == (3, "incomplete")
    assert (found["layers"][0]["status"], found["layers"][0]["mismatches"]) == ("not_checked", None)
    assert "(CONV_2D): not on the array: " in done.out


def refuse(done: Done) -> str:
    """The sentence of a command that refused; nothing is written."""
    assert (done.status, done.out, done.documents) == (2, "", {})
    assert re.fullmatch(r"error: [^\n]+\n", done.err), done.err
    return done.err


USAGE = {
    "unknown_preset": ("--datapath dfp9", "datapath preset must be one of "),
    "missing_file": ("--datapath no/such.json", "no/such.json: no such file"),
    "folder": ("--datapath golden", "golden: cannot be read"),
    "lanes": ("--datapath dfp8 --ic-lanes 3", "ic_lanes must be a power of two from 1 to 32"),
    "numerics": ("--datapath dfp8 --numerics xnnpack", "a float network has no --numerics"),
    "digits": ("--datapath dfp8 --runs 361", "there are 360 held-out digits, too few for 361"),
    "suite": ("--datapath dfp8 --suite corner", "none of its cases is in datapath dfp8"),
    "adapter": (
        "--datapath dfp8 --rtl tb/hdl/serial_mac --top serial_mac --adapter tb.serial_mac.adapter",
        "--datapath is of the project's array; serial_mac has the one that config() of "
        "tb.serial_mac.adapter gives",
    ),
}


@pytest.mark.parametrize("case", USAGE)
def test_bad_usage(verify: Verify, case: str) -> None:
    arguments, sentence = USAGE[case]
    assert sentence in refuse(verify(*arguments.split()))


DOCUMENTS = {
    "no_json": ("{", "not valid JSON"),
    "unknown_key": ('{"schema": 1, "name": "x", "lanes": 4}', "unknown key 'lanes'"),
    "no_schema": ('{"name": "x"}', "key 'schema' is missing"),
    "schema": ('{"schema": 2, "name": "x"}', "schema must be 1, found 2"),
    "narrow": (
        '{"schema": 1, "name": "x", "format": "dynamic_fixed_point", "lane_bits": 15}',
        "lane_bits must be from 16 to 48, so that it holds a product, found 15",
    ),
    "lanes": ('{"schema": 1, "name": "x", "ic_lanes": 12}', "ic_lanes must be a power of two"),
}


@pytest.mark.parametrize("case", DOCUMENTS)
def test_datapath_files_that_are_refused(verify: Verify, tmp_path: Path, case: str) -> None:
    content, sentence = DOCUMENTS[case]
    path = tmp_path / "datapath.json"
    path.write_text(content)
    message = refuse(verify("--datapath", path))
    assert f"{path}" in message and sentence in message


def test_networks_that_do_not_match(verify: Verify, tmp_path: Path) -> None:
    message = refuse(verify("--model", FLOAT_MODEL))
    assert "is a float network; name the datapath to bring it to" in message
    message = refuse(verify("--model", DEMO_MODEL, "--datapath", "dfp8"))
    assert "is not a float network, datapath dfp8 (dynamic_fixed_point) needs one" in message
    save(load_tflite(DEMO_MODEL), tmp_path / "int8")
    message = refuse(verify("--model", tmp_path / "int8", "--datapath", "int8"))
    assert "is no float network; a saved one must be" in message


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("name", ["dfp8", "ristretto_minifloat_8"])
def test_inputs_that_are_no_numbers(verify: Verify, tmp_path: Path, name: str, bad: float) -> None:
    image = held_out().images[:1].copy()
    image[0, 3, 4, 0] = bad
    np.save(tmp_path / "x.npy", image)
    message = refuse(verify("--datapath", name, "--input", tmp_path / "x.npy"))
    assert f"tensor serving_default_image:0: element (0, 3, 4, 0) is {bad}, which " in message


@pytest.mark.slow
def test_nan_and_infinity_in_a_format_that_has_them(verify: Verify, tmp_path: Path) -> None:
    """E5M2 carries both to the end, on the RTL as in the model; a ratio there is none."""
    image = held_out().images[:1].copy()
    image[0, 3, 4, 0], image[0, 0, 0, 0] = np.nan, np.inf
    np.save(tmp_path / "x.npy", image)
    done = verify("--datapath", "minifloat_e5m2", "--input", tmp_path / "x.npy")
    found = document(done, f"{RUN}-minifloat_e5m2")
    assert (done.status, found["verdict"]) == (0, "pass")
    assert {layer["sqnr_db"] for layer in found["layers"]} == {None}
    assert "Warning" not in done.err


SPOILT = {
    "dtype": (("tensors", 0, "dtype", "float33"), "dtype must be one that NumPy has"),
    "no_outputs": (("layers", 0, "outputs", []), "must have an input and an output"),
    "read_before": (("layers", 0, "inputs", [14, 1, 2]), "before anything gave it a value"),
    "op": (("layers", 3, "op", "COS"), "a float network cannot hold op COS"),
    "shape": (("tensors", 0, "shape", [1, 8, 8]), "must have 4 dimensions, found shape (1, 8, 8)"),
}


@pytest.mark.parametrize("case", SPOILT)
def test_saved_networks_that_are_refused(
    verify: Verify, tmp_path: Path, network: Network, case: str
) -> None:
    (table, place, key, value), sentence = SPOILT[case]
    save(network, tmp_path / "net")
    path = tmp_path / "net" / "network.json"
    content = json.loads(path.read_text())
    content[table][place][key] = value
    path.write_text(json.dumps(content))
    assert sentence in refuse(verify("--datapath", "dfp8", "--model", tmp_path / "net"))

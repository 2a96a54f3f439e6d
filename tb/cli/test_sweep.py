"""`python -m tb.sweep`: its table, its result, its plot, and its exit status."""

import json
import re
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from golden import litert
from golden.demo.accuracy import float_accuracy, score
from golden.demo.held_out import FLOAT_MODEL, HeldOut, held_out
from golden.tflite.importer import load_tflite
from pymodel import quantised
from pymodel.errors import InputError
from pymodel.presets import PRESETS, preset
from tb.bulk.host import run_bulk
from tb.bulk.plan import Record
from tb.sweep.__main__ import main
from tb.sweep.labels import fanned, spread
from tb.sweep.plot import draw
from tb.sweep.points import Point, accumulator
from tb.verify.inputs import float_demo_runs

POINT_KEYS = (
    "preset", "format", "weight_bits", "activation_bits", "accumulator", "order", "lanes",
    "accuracy", "sqnr_db", "outputs", "mismatches", "runs", "status", "wall_s", "details",
)  # fmt: skip


@pytest.fixture
def datapath(tmp_path: Path) -> Path:
    """Return the file of a small array in dynamic fixed point."""
    path = tmp_path / "datapath.json"
    small = replace(preset("dfp8"), name="dfp8_4x4", ic_lanes=4, oc_lanes=4)
    path.write_text(json.dumps({"schema": 1} | asdict(small)))
    return path


def result(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "sweep.json").read_text())
    return found


@pytest.mark.slow
def test_table_and_result(
    tmp_path: Path, datapath: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two datapaths: a row each, the same numbers in JSON, the RTL compared on one digit."""
    named = ["--datapath", str(datapath), "--datapath", "minifloat_e4m3"]
    status = main([*named, "--runs", "1", "--no-plot"], tmp_path)
    printed = capsys.readouterr().out.splitlines()
    found = result(tmp_path)
    assert (status, found["schema"], found["sim"]) == (0, 1, "verilator")
    assert [tuple(point) for point in found["points"]] == [POINT_KEYS] * 2
    dfp, minifloat = found["points"]
    assert (dfp["preset"], dfp["accumulator"], dfp["lanes"]) == ("dfp8_4x4", "32 wrap", "4x4")
    assert (minifloat["accumulator"], minifloat["weight_bits"]) == ("E8M23", 8)
    for point, line in zip(found["points"], printed[1:3], strict=True):
        assert (point["outputs"], point["mismatches"], point["status"]) == (3954, 0, "pass")
        assert 0.97 < point["accuracy"] < 1 and 25 < point["sqnr_db"] < 40
        cells = re.split(r"  +", line)
        assert cells[0] == point["preset"]
        assert cells[-5:-3] == [f"{100 * point['accuracy']:.1f} %", f"{point['sqnr_db']:.1f}"]
    assert printed[-1] == (
        "PASS: 2 datapaths on the RTL (verilator), 7,908 outputs, 0 mismatches against the model; "
        "the float network has 98.9 %"
    )
    assert not (tmp_path / "sweep.png").exists()


@pytest.mark.slow
def test_a_mismatch_fails(
    tmp_path: Path,
    datapath: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def two_differ(*arguments: Any) -> list[Record]:
        first, *others = run_bulk(*arguments)
        return [replace(first, mismatches=2), *others]

    monkeypatch.setattr("tb.verify.rtl_rows.run_bulk", two_differ)
    status = main(["--datapath", str(datapath), "--runs", "1", "--no-plot"], tmp_path)
    printed = capsys.readouterr().out.splitlines()
    assert (status, result(tmp_path)["points"][0]["status"]) == (1, "fail")
    assert printed[-1].startswith("FAIL: 1 datapath on the RTL (verilator), 3,954 outputs, 2 ")
    assert printed[-1].endswith("; not passed: dfp8_4x4")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("--datapath dfp9", "datapath preset must be one of"),
        ("--runs 0", "--runs must be at least 1, found 0"),
        ("--jobs none", "argument --jobs: invalid int value"),
        ("--sim modelsim", "SIM=modelsim: no such simulator"),
        ("--frobnicate", "unrecognized arguments: --frobnicate"),
    ],
)
def test_bad_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: str, sentence: str
) -> None:
    assert main([*arguments.split(), "--no-plot"], tmp_path) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and re.fullmatch(r"error: [^\n]+\n", printed.err)
    assert sentence in printed.err and not list(tmp_path.iterdir())


def test_without_matplotlib(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked for before anything runs."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main([], tmp_path) == 2
    message = capsys.readouterr().err
    assert message.startswith("error: matplotlib cannot be imported") and "--no-plot" in message


def points() -> list[Point]:
    """One for every preset, many of them alike."""
    return [
        Point(
            preset=path.name,
            format=path.format,
            weight_bits=path.weight_width,
            activation_bits=path.element_bits,
            accumulator=accumulator(path),
            order=path.order,
            lanes="4x4",
            accuracy=0.98,
            sqnr_db=30.0 + place % 3,
            outputs=10,
            mismatches=0,
            runs=1,
            status="pass",
            wall_s=1.0,
        )
        for place, path in enumerate(PRESETS.values())
    ]


def test_labels_of_the_plot_do_not_overlap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every point of a width side by side: the labels stay inside, and apart."""
    if find_spec("matplotlib") is None:  # `make sweep` alone installs it
        with pytest.raises(InputError, match=r"^matplotlib cannot be imported"):
            draw(points(), 0.989, tmp_path / "sweep.png")
        return
    from matplotlib.axes import Axes

    drawn: list[Any] = []
    monkeypatch.setattr(Axes, "text", _recording(Axes.text, drawn))
    draw(points(), 0.989, tmp_path / "sweep.png")
    assert (tmp_path / "sweep.png").read_bytes().startswith(b"\x89PNG")
    assert len(drawn) == 2 * len(PRESETS)
    boxes = [text.get_window_extent() for text in drawn]
    for place, box in enumerate(boxes):
        inside = drawn[place].axes.get_window_extent()
        assert inside.x0 <= box.x0 and box.x1 <= inside.x1, drawn[place].get_text()
        assert not any(box.overlaps(other) for other in boxes[:place]), drawn[place].get_text()


def _recording(function: Callable[..., Any], drawn: list[Any]) -> Callable[..., Any]:
    def record(*arguments: Any, **options: Any) -> Any:
        drawn.append(function(*arguments, **options))
        return drawn[-1]

    return record


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ([], []),
        ([5.0], [5.0]),
        ([1.0, 9.0], [1.0, 9.0]),
        ([5.0, 5.0, 5.0], [4.0, 5.0, 6.0]),
        ([9.9, 9.8], [10.0, 9.0]),
        ([0.0, 0.5, 4.0], [0.0, 1.0, 4.0]),
        ([5.0] * 21, [place / 2 for place in range(21)]),
    ],
)
def test_spread(wanted: list[float], expected: list[float]) -> None:
    """Labels of height 1 from 0 to 10: apart, in order, inside, near; half the gap for 21."""
    assert spread(wanted, 1.0, 0.0, 10.0) == pytest.approx(expected)


def test_fanned() -> None:
    """The outermost labels belong to the leftmost points."""
    assert fanned([0, 1, 2, 3, 4]) == [0, 2, 4, 3, 1]


def test_accumulators_in_words() -> None:
    assert accumulator(preset("int8")) == "32"
    assert accumulator(preset("dfp8_trunc4")) == "16/17/18 saturate, 4 cut"
    assert accumulator(preset("bfloat16")) == "E8M23 fused"


def test_float_accuracy_is_the_recorded_one() -> None:
    """TensorFlow counted the same when the network was made."""
    metrics = json.loads(FLOAT_MODEL.with_name("metrics.json").read_text())
    assert float_accuracy(load_tflite(FLOAT_MODEL), held_out()) == metrics["accuracy_float"]


def test_score_is_that_of_single_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven digits, three at a time, and wrong labels for two: one by one, against LiteRT's float
    outputs."""
    monkeypatch.setattr("golden.demo.accuracy.BATCH", 3)
    network, data = load_tflite(FLOAT_MODEL), held_out()
    labels = data.labels[:7].copy()
    labels[2:4] = (labels[2:4] + 1) % 10
    ranges = quantised.ranges_of(network, float_demo_runs(7))
    found = score(
        network, preset("dfp16"), quantised.Scheme(ranges), HeldOut(data.images[:7], labels)
    )
    assert found.accuracy == 5 / 7
    brought = quantised.quantise(network, preset("dfp16"), quantised.Scheme(ranges))
    (output,), signal, noise = network.outputs, 0.0, 0.0
    for image in data.images[:7, np.newaxis]:
        real = litert.run(FLOAT_MODEL, [image], "reference")[output].astype(np.float64)
        codes = quantised.run(brought, [image])[output]
        signal += float((real**2).sum())
        noise += float(((brought.codecs[output].decode(codes) - real) ** 2).sum())
    assert found.noise.db == pytest.approx(10 * np.log10(signal / noise), abs=0.01)

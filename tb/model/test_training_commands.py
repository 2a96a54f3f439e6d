"""The tables of training: what the commands print, record and draw, and what they refuse."""

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from golden.demo.training_digits import training_digits
from pymodel.errors import InputError
from tb.training import fake_quantisation, low_precision
from tb.training.low_precision_plot import draw
from tb.training.points import Point, one, ways

SMALL = "--propagation-bits 3,8 --parameter-bits 4,12 --seeds 1 --epochs 2"
FLOATS = [
    "half", "bfloat16", "E4M3, parameters half", "E5M2, parameters half", "E4M3", "E5M2",
]  # fmt: skip


def recorded(folder: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
    return found


def test_table_of_low_precision(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Four pairs of widths and the other ways: the same numbers on the screen and in the file."""
    assert low_precision.main([*SMALL.split(), "--no-plot"], tmp_path) == 0
    printed = capsys.readouterr().out.splitlines()
    found = recorded(tmp_path, "low_precision_training")
    assert (found["schema"], found["seeds"], found["layers"]) == (1, [1], [[64, 32], [32, 10]])
    assert found["recipe"]["epochs"] == 2 and found["most_overflow_rate"] == 1e-4
    at = {
        (p["family"], p["propagation_bits"], p["parameter_bits"]): p["error"]
        for p in found["points"]
        if p["family"] != "float"
    }
    assert list(at) == [
        ("float64", 64, 64),
        *(("dynamic", wide, bits) for wide in (3, 8) for bits in (4, 12)),
        ("stochastic", 8, 4), ("stochastic", 8, 12), ("fixed", 4, 4), ("fixed", 12, 12),
    ]  # fmt: skip
    assert [p["name"] for p in found["points"] if p["family"] == "float"] == FLOATS
    assert all(p["errors"] == [p["error"]] for p in found["points"])
    assert at["float64", 64, 64] < 0.12 and at["dynamic", 8, 12] < 0.12
    assert at["dynamic", 3, 12] > 0.5 and at["dynamic", 8, 4] > 0.5
    assert at["stochastic", 8, 4] < 0.7 * at["dynamic", 8, 4]
    assert printed[0] == "test error, %, mean of 1 seed; dynamic fixed point, then others"
    assert printed[1].split()[-2:] == ["4", "12"]
    rows = [("dynamic", 3), ("dynamic", 8), ("stochastic", 8)]
    for (family, wide), line in zip(rows, printed[2:5], strict=True):
        assert line.split()[-2:] == [f"{100 * at[family, wide, bits]:.1f}" for bits in (4, 12)]
    assert printed[5].split()[-1] == f"{100 * at['fixed', 12, 12]:.1f}"
    assert [line.rsplit(maxsplit=1)[0] for line in printed[7:]] == ["float64", *FLOATS]
    assert not (tmp_path / "low_precision_training.png").exists()


def test_table_of_fake_quantisation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fake_quantisation.main(["--seeds", "1", "--epochs", "2"], tmp_path) == 0
    printed = capsys.readouterr().out.splitlines()
    rows = recorded(tmp_path, "fake_quantisation")["rows"]
    assert [(r["weight_bits"], r["activation_bits"]) for r in rows] == [*fake_quantisation.WIDTHS]
    assert printed[0] == "test error, %, mean and standard deviation of 1 seed"
    for row, line in zip(rows, printed[2:], strict=True):
        errors = [value[0] for value in row.values() if isinstance(value, list)]
        cells = [f"{100 * error:.1f} +- 0.0" for error in errors]
        assert line.split("  ")[-1].strip() == cells[-1] and all(cell in line for cell in cells)
        assert len(errors) == 6 and errors[0] < 0.2 and all(0 <= error <= 1 for error in errors)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("--seeds 0", "--seeds must be at least 1, found 0"),
        ("--epochs 0", "epochs and batch must be at least 1, halve_every at least 0, found 0"),
        ("--propagation-bits 8,4", "--propagation-bits must be ascending integers like 4,8,16"),
        ("--parameter-bits 4,x", "--parameter-bits must be ascending integers like 4,8,16"),
        ("--parameter-bits 0,8", "fixed point: bits must be 2 to 16, found 0"),
        ("--propagation-bits 32", "fixed point: bits must be 2 to 16, found 32"),
        ("--frobnicate", "unrecognized arguments: --frobnicate"),
    ],
)
def test_bad_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: str, sentence: str
) -> None:
    assert low_precision.main([*arguments.split(), "--no-plot"], tmp_path) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.startswith("error: ") and sentence in printed.err
    assert printed.err.count("\n") == 1 and not list(tmp_path.iterdir())


def test_bad_usage_of_fake_quantisation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fake_quantisation.main(["--seeds", "0"], tmp_path) == 2
    assert capsys.readouterr().err == "error: --seeds must be at least 1, found 0\n"


def test_without_matplotlib(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked for before anything is trained."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert low_precision.main([], tmp_path) == 2
    message = capsys.readouterr().err
    assert message.startswith("error: matplotlib cannot be imported") and "--no-plot" in message


def points() -> list[Point]:
    """Of two by three widths, each error larger than the one before."""
    found = ways((4, 16), (4, 8, 16))
    return [Point(way, (0.03 + 0.01 * place, 0.04)) for place, way in enumerate(found)]


def test_plot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell of the grid has its number; the names of float formats lie apart, inside."""
    path = tmp_path / "plots" / "training.png"
    if find_spec("matplotlib") is None:  # `make train-table` alone installs it
        with pytest.raises(InputError, match=r"^matplotlib cannot be imported"):
            draw(points(), path)
        return
    from matplotlib.axes import Axes

    drawn: list[Any] = []
    plain = Axes.text
    monkeypatch.setattr(Axes, "text", lambda *a, **k: drawn.append(plain(*a, **k)))
    draw(points(), path)
    assert path.read_bytes().startswith(b"\x89PNG")
    cells, names = drawn[:6], drawn[6:]
    grid = [f"{100 * p.error:.1f}" for p in points() if p.way.family == "dynamic"]
    assert [text.get_text() for text in cells] == grid
    assert sorted(text.get_text() for text in names) == sorted(FLOATS)
    boxes = [text.get_window_extent() for text in names]
    for place, box in enumerate(boxes):
        inside = names[place].axes.get_window_extent()
        assert inside.x0 <= box.x0 and box.x1 <= inside.x1, names[place].get_text()
        assert not any(box.overlaps(other) for other in boxes[:place]), names[place].get_text()


def test_a_point_that_was_not_measured() -> None:
    assert one(points(), "dynamic", 4, 8).error == pytest.approx((0.05 + 0.04) / 2)
    with pytest.raises(InputError, match="no dynamic point of 5 and 8 bits was measured"):
        one(points(), "dynamic", 5, 8)


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"pixels": np.zeros((1, 8, 8))}, "cannot be read"),
        ({"pixels": np.zeros((1, 8, 7)), "labels": [0]}, r"pixels must be \(n, 8, 8\) from 0 to"),
        ({"pixels": np.full((1, 8, 8), 17), "labels": [0]}, r"pixels must be \(n, 8, 8\) from 0"),
        ({"pixels": np.zeros((1, 8, 8)), "labels": [10]}, "label 0 must be from 0 to 9, found 10"),
        ({"pixels": np.zeros((2, 8, 8)), "labels": [1]}, "labels must be 2 integers"),
    ],
)
def test_bad_digits(tmp_path: Path, arrays: dict[str, Any], sentence: str) -> None:
    path = tmp_path / "digits.npz"
    np.savez(path, **arrays)
    with pytest.raises(InputError, match=sentence) as told:
        training_digits(path)
    assert str(told.value).startswith(str(path))


def test_no_digits(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.npz: cannot be read"):
        training_digits(tmp_path / "none.npz")
